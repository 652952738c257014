"""Orders through the bank: what they cost, which states they have, what a report of the broker moves."""
