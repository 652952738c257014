"""An independent opinion of every outcome and every balance, and the table that compares all sources."""
