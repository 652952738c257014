"""Messages about trading passwords 交易密码: what the password desk keeps of one, and what ends a customer's sign-on.

Belongs here: one frozen struct per message. Never here: the password itself, which no message has, the verdict on an
attempt, which is a record, what a message earns and does (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PASSWORD_SALT_BYTES, PASSWORD_VERIFIER_BYTES
from ..base import Message
from ..fields import Number

Salt = Annotated[bytes, Meta(min_length=PASSWORD_SALT_BYTES, max_length=PASSWORD_SALT_BYTES)]
Verifier = Annotated[bytes, Meta(min_length=PASSWORD_VERIFIER_BYTES, max_length=PASSWORD_VERIFIER_BYTES)]
Generation = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class SetVerifier(Message, tag=158, frozen=True):
    """Password desk: what a contract's trading password is checked against from now on."""

    contract_no: Number
    generation: Generation  # that stood when the customer set it, 0 before the first
    salt: Salt
    verifier: Verifier


class EndSignOn(Message, tag=159, frozen=True):
    """Channel: the customer is signed on with it no more."""

    contract_no: Number


class ReportPasswordLoss(Message, tag=160, frozen=True):
    """Teller desk: the customer says that the trading password is lost, or known to somebody else."""

    contract_no: Number


SigningMessage = SetVerifier | EndSignOn | ReportPasswordLoss
