"""Rows, snapshots and what is kept beside them; taking over."""
