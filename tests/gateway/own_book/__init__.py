"""The gateway's own book and what it remembers."""
