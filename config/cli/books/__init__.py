"""`yzt books`: what a back office reads of the books, from the read model."""
