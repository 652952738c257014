"""Small measurements behind decisions: one script each, run by hand.

Belongs here: scripts that docs/decisions or docs/performance.md names. Never here: the benchmark of the product
(benchmarks.cases).
"""
