"""What makes the tables of docs/protocol.md, by subject."""
