"""The golden frames, by subject: who speaks in them, and those that must be refused."""
