"""`yzt run`: one session of the whole system, and what a person sees of it."""
