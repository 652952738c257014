"""End to end: shipped processes, real PostgreSQL, real links. No mock belongs here."""
