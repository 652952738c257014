"""What is kept of the bank's people: outlets, persons, what is permitted."""
