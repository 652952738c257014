"""What stands in SQL."""
