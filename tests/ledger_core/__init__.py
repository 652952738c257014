"""Tests of the ledger core: the law by example, the lane against the law, replay against the decider."""
