"""Acts of people on restraints 司法冻结、扣划.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import AMOUNT_FEN_MAX
from ..messages.customers.restraints import RestrainedFen, RestraintText
from ..messages.fields import Number, Second
from ..vocabulary import RestraintKind
from .base import ActText

RestraintWord = Annotated[str, Meta(pattern=f"^(?:{RestraintKind.JUDICIAL.name}|{RestraintKind.OTHER.name})$")]
DeductedFen = Annotated[int, Meta(ge=1, le=AMOUNT_FEN_MAX)]


class RestrainAct(ActText, frozen=True, kw_only=True, tag="restrain"):
    """An amount of an account is withheld by order of an authority, as Restrain."""

    account_no: Number
    amount_fen: RestrainedFen
    kind: RestraintWord
    authority: RestraintText
    document: RestraintText
    holds_until_s: Second


class LiftRestraintAct(ActText, frozen=True, kw_only=True, tag="lift_restraint"):
    """A restraint withholds so much less, as LiftRestraint."""

    restraint_no: Number
    amount_fen: RestrainedFen


class ExtendRestraintAct(ActText, frozen=True, kw_only=True, tag="extend_restraint"):
    """A restraint holds longer, as ExtendRestraint."""

    restraint_no: Number
    holds_until_s: Second


class DeductAct(ActText, frozen=True, kw_only=True, tag="deduct"):
    """An authority has ordered 扣划 so much to be deducted by a judicial restraint: the savings desk may, up to it."""

    account_no: Number
    restraint_no: Number
    amount_fen: DeductedFen
    authority: RestraintText
    document: RestraintText
