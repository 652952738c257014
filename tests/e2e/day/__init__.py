"""Days of a bank through real processes, step by step, by commands and by the clock."""
