"""The read model of customers: accounts, contracts, pushes, restraints."""
