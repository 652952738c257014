"""Differences that people decide: what they are told, what they sign, what it permits."""
