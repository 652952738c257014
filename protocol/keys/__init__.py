"""Keys and what is made with them: suites and signatures, the bank's ring, what a party has, who may speak."""
