"""The lines once they are let in, and whose turn it is."""
