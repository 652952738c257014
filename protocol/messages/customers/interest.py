"""What savings accounts have earned and nobody has posted: asked before it is sent.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what an account earns (the bank's
rules), the record itself (records).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import QUERY_INTEREST_MAX
from ..base import Message
from ..day.steps import Place
from ..fields import Count, Fen, Number


class InterestQuery(Message, tag=177, frozen=True):
    """Bank query: to which accounts interest is due, account by account, from a place on. Nothing moves."""

    first: Place


class InterestDue(Message, tag=178, frozen=True):
    """Answer part: an account, and all that is due to it."""

    account_no: Number
    due_fen: Fen


class InterestAnswer(Message, tag=179, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end."""

    as_of_sequence: Count
    next_place: Place
    accounts: Annotated[list[InterestDue], Meta(max_length=QUERY_INTEREST_MAX)]
