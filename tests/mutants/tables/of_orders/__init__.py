"""Errors planted in what decides orders, customers, people and what brokers pay."""
