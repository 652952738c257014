"""The simulated parties: brokers, exchange, the bank's savings desk, and what they wish."""
