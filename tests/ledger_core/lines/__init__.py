"""Lines of clearing sets and the lanes that they belong to."""
