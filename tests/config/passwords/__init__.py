"""`yzt passwords`: its keys and options. Never here: the desk's steps (tests/gateway/passwords)."""
