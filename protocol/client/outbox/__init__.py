"""The outbox: every frame that was sent and is not yet answered, in a file before it is sent."""
