"""Interest of savings accounts in the core."""
