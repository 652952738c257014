"""What orders through the bank cost, which states they have, and what reports of them move."""
