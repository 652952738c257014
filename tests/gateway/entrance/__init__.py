"""Strangers and partners at the door."""
