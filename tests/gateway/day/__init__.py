"""The day desk: its steps over the core itself, by hand and by the clock."""
