"""A lane as an outsider expects it: its set, what differs from it, what is moved and owed by it."""
