"""What a party is told without asking: the events of its feed, and the verbs of a seat about it."""
