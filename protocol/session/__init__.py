"""The session of a link, sans I/O: both sides of it, the tables of its states, numbers, heartbeats, logons."""
