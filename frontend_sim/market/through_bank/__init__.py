"""Orders through the bank in the simulated market: the channel that sends them, what becomes of them."""
