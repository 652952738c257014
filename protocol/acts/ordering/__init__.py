"""Acts about orders through the bank: what they are judged by, and the passwords of who orders."""
