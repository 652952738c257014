"""`yzt day`: the plan of a trade date, where it stands, and its steps by hand."""
