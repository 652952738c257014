"""Backups of the journal, over a real server and a second one."""
