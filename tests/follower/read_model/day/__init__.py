"""The business day in the read model."""
