"""Random weeks of two brokers from trading to the last fen that is credited, and what must be true at every step."""
