"""`yzt load`: the bank's master data from CSV files into a running system, through the bank's own seat."""
