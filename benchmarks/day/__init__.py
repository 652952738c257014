"""The business day: sets of many brokers, compared and published, beside the same comparison in SQL."""
