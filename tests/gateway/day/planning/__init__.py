"""Calendars and plans of trade dates: by hand, from the library, with the bank's overrides."""
