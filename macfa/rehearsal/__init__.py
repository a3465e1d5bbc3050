"""Audits played through the same services as the pages use: the demo, and `simulate`."""
