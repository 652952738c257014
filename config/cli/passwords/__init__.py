"""`yzt passwords`: the password desk as a program of the bank."""
