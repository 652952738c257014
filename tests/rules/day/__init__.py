"""The pages of the business day: calendars, states, sets, corrections, obligations, interest."""
