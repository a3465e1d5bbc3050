"""The pages of agency returns."""
