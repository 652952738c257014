"""What a trade date does to the core: its numbers, its room, its unsettled money, and the roll to the next."""
