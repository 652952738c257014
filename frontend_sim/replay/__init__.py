"""`yzt replay`: a recorded order flow through a broker's link."""
