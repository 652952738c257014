"""Orders through the bank: what the core reckons and decides of them."""
