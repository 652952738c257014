"""`yzt books` in one process, on a read model of a story."""
