"""Backups of the journal: made beside a serving ledger, checked in a second server, put back into an empty one."""
