"""Tests of the follower and of the audit tool: rows made by the core, kept by the journal, read by both."""
