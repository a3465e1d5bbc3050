"""The pages of findings: what was found, the report made from it, and an agency's own grades."""
