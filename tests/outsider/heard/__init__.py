"""What the second client hears from the bank, and what the page tells it."""
