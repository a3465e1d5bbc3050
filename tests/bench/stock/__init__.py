"""The peer: the same work on viewflow as it comes, with its own tables and locks."""
