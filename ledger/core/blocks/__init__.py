"""What is looked at, or done, once for a whole block beside the columns of money."""
