"""What the core refuses: each code once, and which of several is answered."""
