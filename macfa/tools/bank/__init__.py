"""The questions that ship with the site: plain data, one module for each domain.

Nothing here knows about the database. `macfa.tools.eight_domains` puts the parts together.
"""
