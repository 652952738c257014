"""Messages about the bank's own outlets: the tree of outlet 储蓄所, sub-branch 支行 and branch 分行.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what stands under what
(rules.outlets), what they earn and do (ledger.core.control), the accounts that an outlet keeps (accounts).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import OUTLET_MAX, OUTLETS_PER_CONTROL_MAX
from .base import Message
from .fields import Name


class OutletEntry(Message, tag=68, frozen=True):
    """One outlet, as it is registered and as the ledger keeps it."""

    outlet: Annotated[int, Meta(ge=1, le=OUTLET_MAX)]
    level: Annotated[int, Meta(ge=1, le=3)]  # OutletLevel
    parent: Annotated[int, Meta(ge=0, le=OUTLET_MAX)]  # the outlet that it stands under, 0 for a branch
    name: Name


class RegisterOutlets(Message, tag=69, frozen=True):
    """Bank control: outlets, those registered before with a new name or parent; all are taken or none is."""

    outlets: Annotated[list[OutletEntry], Meta(min_length=1, max_length=OUTLETS_PER_CONTROL_MAX)]


OutletMessage = RegisterOutlets
