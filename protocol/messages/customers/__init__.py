"""Messages about customers: accounts, contracts, pushes, restraints, what is open."""
