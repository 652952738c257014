"""`yzt report`: reports as CSV and PDF."""
