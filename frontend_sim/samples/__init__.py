"""Recorded order flow of our own making, for `yzt replay` and its tests, beside the script that makes it."""
