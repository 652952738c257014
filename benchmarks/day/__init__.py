"""The business day: sets, settlement, payments and credits of many brokers, beside SQL and beside orders."""
