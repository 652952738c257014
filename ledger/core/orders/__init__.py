"""Orders through the bank: what many of them cost at once, what they are judged by, what is kept of them; sign-ons."""
