"""What the read model shows of orders that come through the bank."""
