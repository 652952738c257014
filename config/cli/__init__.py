"""`yzt`: the command line, the top of the house."""
