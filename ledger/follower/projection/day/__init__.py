"""The read model of the business day: lanes, differences, obligations."""
