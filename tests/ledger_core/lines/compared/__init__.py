"""A complete set beside what the bank has: differences, their places, what goes on in parts."""
