"""Clearing sets as CSV files: reading, checking, the page, the command."""
