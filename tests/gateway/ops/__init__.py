"""What an operator sees, and how it stops."""
