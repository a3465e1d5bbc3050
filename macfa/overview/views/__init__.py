"""The pages of the top floor."""
