"""What a running ledger watches: its clock, its head in the database, frames that may end it, its own figures."""
