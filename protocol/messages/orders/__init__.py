"""Messages about orders through the bank, by subject: what they go by, which is master data."""
