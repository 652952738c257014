"""Control messages: parties, keys, accounts, contracts, dates."""
