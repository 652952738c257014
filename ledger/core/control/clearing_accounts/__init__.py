"""Brokers' clearing accounts: what each message about them earns and does, what is taken of them, kept and lent."""
