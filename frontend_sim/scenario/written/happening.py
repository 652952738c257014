"""What all events of a story have in common: when, a line for the reader, what is expected.

Belongs here: these keys. Never here: events (events, ordering).
"""

import datetime
from typing import Annotated

from msgspec import Meta

from frontend_sim.scenario.written.expected import Expects
from frontend_sim.scenario.written.strict import Strict

Words = Annotated[str, Meta(max_length=200)]


class Happens(Strict, frozen=True, kw_only=True, tag_field="do"):
    """An event."""

    at: datetime.datetime
    note: Words = ""
    expects: Expects | None = None
