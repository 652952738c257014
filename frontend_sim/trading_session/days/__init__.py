"""The two dates of a session, hour by hour: trading, the evening, the morning behind it, the clock they are shown."""
