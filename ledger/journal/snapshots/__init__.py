"""Snapshots of the state on disk, and which of them a replayer starts from."""
