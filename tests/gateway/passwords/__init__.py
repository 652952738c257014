"""The password desk: its steps, its hash, its door. Never here: running systems (tests/e2e)."""
