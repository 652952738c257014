"""Acts of people on customers of the bank.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import HOLDER_BYTES
from ..messages.fields import Number
from .base import ActText

HexHolder = Annotated[str, Meta(pattern=f"^(?:[0-9a-f]{{2}}){{{HOLDER_BYTES}}}$")]


class ChangeHolderAct(ActText, frozen=True, kw_only=True, tag="change_holder"):
    """The holder of an account has another name or document: both keyed digests, as the identity desk makes them."""

    account_no: Number
    holder_before: HexHolder
    holder: HexHolder
