"""The wire, tested as conversations: two real sessions joined by a function, golden bytes, properties."""
