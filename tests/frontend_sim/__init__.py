"""Tests of the simulated outsiders: auditor, broker, files, replay, the whole session."""
