"""The version of the rules that this code decides by; every journal row keeps the one that decided it.

Belongs here: the number. Never here: the rules. It grows with any change that could turn one outcome into another,
and only across the snapshot of a closed day.
"""

RULES_VERSION = 1
