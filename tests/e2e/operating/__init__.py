"""What operators do to a running bank beside its days: load again, look at it, let it drain."""
