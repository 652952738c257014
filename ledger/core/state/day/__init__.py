"""What is kept of the business day: clearing sets, due times, marks, obligations."""
