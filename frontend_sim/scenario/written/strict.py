"""What all tables of a story have in common: no key that is not known, and names.

Belongs here: these two. Never here: tables (story, events, lines).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\s,\x00-\x1f\x7f]+( [^\s,\x00-\x1f\x7f]+)*$")]
"""Of a broker, customer, outlet, order or set: words with one space between them, without commas."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a story."""
