"""Errors planted in what happens after the close: sets, comparison, corrections, settlement."""
