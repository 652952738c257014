"""The law of the business day: which step is due when, what clearing data must be, and what a difference calls for."""
