"""What the bank and its partners say beside money: parties, keys, seats, contracts, restraints, the trade date."""
