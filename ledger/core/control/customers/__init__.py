"""Savings accounts, the contracts on them, restraints: what each message about them earns, and what it does."""
