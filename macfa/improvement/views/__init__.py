"""The pages of actions: lists, one action, and each act on its own page."""
