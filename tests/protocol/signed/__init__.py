"""What is signed: keys, their history, nonsense under a good signature."""
