"""The heart: the columns of money, the law, its fast lane and the effects. Pure: no clock, no I/O, no randomness.

Belongs here: nothing but this sentence; the face for the shells is `ledger.core.engine`. Never here: code.
"""
