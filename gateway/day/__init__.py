"""The business day 日程: the calendars, the plan of a trade date."""
