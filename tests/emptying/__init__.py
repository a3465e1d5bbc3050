"""Lets tests empty their own database, of which parts only grow."""
