"""`yzt fees`: what a broker charges of orders through the bank, as a CSV file: announcing it."""
