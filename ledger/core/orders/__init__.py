"""Orders through the bank, in blocks: what many of them cost at once."""
