"""Tests of customer settlement: what is settled, gated and credited."""
