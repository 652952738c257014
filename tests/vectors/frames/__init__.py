"""The golden frames, by subject, and those that must be refused."""
