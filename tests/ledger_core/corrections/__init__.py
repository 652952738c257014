"""Corrections of contracts by clearing sets."""
