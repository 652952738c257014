"""Money between the bank and a broker, as the core decides it: days by hand, and many by chance."""
