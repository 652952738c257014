"""What callers may pass, and what is told when they pass something else."""
