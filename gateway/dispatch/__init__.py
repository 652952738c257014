"""What becomes of each word of a partner: logons, requests, answers; whose turn it is, and what a party may use up."""
