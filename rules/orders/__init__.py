"""Orders through the bank: whose, what they cost, which states they have, what a report of the broker moves."""
