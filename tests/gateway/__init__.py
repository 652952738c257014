"""The gateway against a naive ledger and real partner sessions."""
