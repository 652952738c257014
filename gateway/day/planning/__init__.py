"""Which days are trade dates, and when what of them is due: worked out from calendars before anybody is asked."""
