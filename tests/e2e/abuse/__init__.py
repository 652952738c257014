"""Real processes under attack, bad input and death."""
