"""What customers sell: what they have of it, what a sale earns, what is booked of it."""
