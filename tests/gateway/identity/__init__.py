"""The identity desk: its steps, its keys, the card host. Never here: running systems (tests/e2e)."""
