"""What an event of a story sends to the bank, and by whom."""
