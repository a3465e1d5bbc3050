"""The pages of moderation: the panel, its preparation, the cases and the grades."""
