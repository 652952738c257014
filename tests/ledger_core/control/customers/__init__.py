"""Accounts, contracts, pushes: what each message earns."""
