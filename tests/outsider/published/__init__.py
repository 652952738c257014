"""This client against what is published: golden frames, conversations, numbers, sealed bytes."""
