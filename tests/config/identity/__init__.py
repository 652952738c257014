"""`yzt identity`: its keys and files of persons. Never here: running systems (tests/e2e)."""
