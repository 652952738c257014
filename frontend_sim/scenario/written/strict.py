"""What all tables of a story have in common: no key that is not known, names, the days on which the bank works.

Belongs here: these. Never here: tables (story, events, lines).
"""

import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from protocol.limits import WINDOWS_PER_DATE

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\s,\x00-\x1f\x7f]+( [^\s,\x00-\x1f\x7f]+)*$")]
"""Of a broker, customer, outlet, order or set: words with one space between them, without commas."""
BankDays = Annotated[tuple[datetime.date, ...], Meta(min_length=WINDOWS_PER_DATE, max_length=WINDOWS_PER_DATE)]
"""The days on which something of a trade date is due, with the bank's times."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a story."""
