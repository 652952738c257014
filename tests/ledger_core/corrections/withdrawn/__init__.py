"""Sets that are withdrawn, what goes back with them, and the set behind them."""
