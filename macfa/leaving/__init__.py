"""A partnership leaves with everything it has, and is loaded elsewhere and goes on (R59).

`manage.py export_partnership` and `manage.py import_partnership` (docs/adr/0018). What goes out
is one table, `kinds.py`, which a test holds against every table and column of the site.
"""
