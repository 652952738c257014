"""The version of the rules that this code decides by; every journal row keeps the one that decided it.

Belongs here: the numbers. Never here: the rules. The version grows with any change that could turn one outcome into
another, and only across the snapshot of a closed day.
"""

RULES_VERSION = 1

ALIKE_SINCE = 1
"""The earliest version whose rows these rules decide as they were decided. A version that only adds, say a message that
was none before, leaves it where it is; one that changes a verdict raises it to itself."""

assert 1 <= ALIKE_SINCE <= RULES_VERSION
