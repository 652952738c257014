"""Calendars and plans of trade dates."""
