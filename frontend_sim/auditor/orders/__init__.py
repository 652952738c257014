"""Orders through the bank as an outsider reads of them: what they go by, who may give them, what becomes of them."""
