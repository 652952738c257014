"""The savings-deposit ledger: the pure core that decides, and the processes around it."""
