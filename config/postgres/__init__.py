"""The embedded PostgreSQL: its programs, places, settings, and the server."""
