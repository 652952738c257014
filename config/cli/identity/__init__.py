"""`yzt identity`: the identity desk as a program, its keys, digests of the holders of accounts."""
