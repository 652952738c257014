"""The business day: what each message about trade dates, lanes and obligations earns, and what it does."""
