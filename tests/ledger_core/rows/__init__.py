"""Rows applied again, and the state as slices and arrays."""
