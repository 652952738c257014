"""What customers have, may and wait for while something is owed between their broker and the bank."""
