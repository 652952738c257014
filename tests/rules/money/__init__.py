"""The pages of the money of one account."""
