"""Processes killed at seeded moments under load. No mock belongs here."""
