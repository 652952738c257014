"""The SDK against a bank of its own: window, outbox, calls, links, and what a killed process leaves."""
