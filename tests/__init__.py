"""The tests. `make test` runs all of them; `pytest` alone runs what needs no server."""
