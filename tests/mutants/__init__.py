"""Money errors planted in the core one at a time: the suite must catch each of them."""
