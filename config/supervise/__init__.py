"""Keeping the processes of one installation running, and asking how they are."""
