"""Messages about restraints 司法冻结及其他限制: money of a savings account that is withheld by order of an authority.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control), the deduction of what is withheld, which is a record (kinds), the codec.

Numbers are given by the core: the outcome of Restrain tells it.
"""

from typing import Annotated

from msgspec import Meta

from ...limits import RESTRAINT_FEN_MAX, RESTRAINT_TEXT_CHARS_MAX
from ..base import Message
from ..day.steps import Seconds
from ..fields import Number

RestrainedFen = Annotated[int, Meta(ge=1, le=RESTRAINT_FEN_MAX)]
RestraintText = Annotated[str, Meta(min_length=1, max_length=RESTRAINT_TEXT_CHARS_MAX)]


class Restrain(Message, tag=117, frozen=True):
    """Bank control: an amount of an account is withheld from now on; it may exceed the balance.

    Kind 1: judicial, by which may be deducted; 2: other. `holds_until_s`: the last second in which it holds, 0: until
    it is lifted.
    """

    account_no: Number
    amount_fen: RestrainedFen
    kind: Annotated[int, Meta(ge=1, le=2)]
    authority: RestraintText
    document: RestraintText
    holds_until_s: Seconds


class LiftRestraint(Message, tag=118, frozen=True):
    """Bank control: a restraint is lifted by an amount; the whole of what it withholds ends it."""

    restraint_no: Number
    amount_fen: RestrainedFen


class ExtendRestraint(Message, tag=119, frozen=True):
    """Bank control: a restraint holds longer 续冻; its number and its rank stay. 0: until it is lifted."""

    restraint_no: Number
    holds_until_s: Seconds


RestraintMessage = Restrain | LiftRestraint | ExtendRestraint
