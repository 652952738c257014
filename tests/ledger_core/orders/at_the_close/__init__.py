"""Orders of scheme A at the end of their day: closed, and compared with their set."""
