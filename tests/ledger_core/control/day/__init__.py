"""The business day: what each message earns."""
