"""What is said beforehand of orders that come through the bank: what each message earns, and does."""
