"""The database under the journal: its schema, its rights, connections to it."""
