"""Orders through the bank in a story: their tables and events, prices and rates as they are written, what is wrong."""
