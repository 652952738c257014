"""Corrections by clearing sets: what records close and correct, what the law is told of a date, what they do."""
