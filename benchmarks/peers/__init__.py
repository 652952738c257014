"""The same job done in SQL alone: what a bank would write without us. Measured beside us."""
