"""`yzt report`: what a bank prints and hands on, in Chinese, as CSV and PDF, from the read model."""
