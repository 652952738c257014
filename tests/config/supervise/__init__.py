"""Processes started, restarted and asked; the folder that they stand in."""
