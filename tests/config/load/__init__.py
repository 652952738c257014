"""`yzt load`: what files may hold, what is sent, what is compared. Never here: running systems (tests/e2e)."""
