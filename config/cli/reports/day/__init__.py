"""Reports of one trade date: what was traded, cleared, settled and found to differ, and what several of them add up."""
