"""Messages about trading passwords 交易密码: what the password desk keeps of one, what ends a customer's sign-on, and
the questions of channels and of the counter that the desk answers.

Belongs here: one frozen struct per message. Never here: the password itself, which is in none but inside of a box
(protocol.passwords), the verdict on an attempt, which is a record, what a message earns and does (ledger.core.control).

The questions are journaled nowhere: the gateway hands them to the desk, and what the desk found stands in the journal.
"""

from typing import Annotated

from msgspec import Meta

from ...limits import (
    BOX_KEY_BYTES,
    BOX_KEYS_MAX,
    CHANNELS_MAX,
    PASSWORD_SALT_BYTES,
    PASSWORD_VERIFIER_BYTES,
    SEALED_ATTEMPT_BYTES,
)
from ..base import Message
from ..fields import Count, KeyId, Number

Salt = Annotated[bytes, Meta(min_length=PASSWORD_SALT_BYTES, max_length=PASSWORD_SALT_BYTES)]
Verifier = Annotated[bytes, Meta(min_length=PASSWORD_VERIFIER_BYTES, max_length=PASSWORD_VERIFIER_BYTES)]
PublicKey = Annotated[bytes, Meta(min_length=BOX_KEY_BYTES, max_length=BOX_KEY_BYTES)]
Box = Annotated[bytes, Meta(min_length=SEALED_ATTEMPT_BYTES, max_length=SEALED_ATTEMPT_BYTES)]
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


class BoxKeysQuery(Message, tag=161, frozen=True):
    """Query of a channel, or the counter: which keys the password desk opens boxes with."""


class BoxKey(Message, tag=162, frozen=True):
    """Answer part: an X25519 public key of the password desk, under the number that the bank gave it."""

    key_id: KeyId
    public_key: PublicKey


class BoxKeysAnswer(Message, tag=163, frozen=True):
    """Answer: `channel` of the seat, 0 at the counter; the newest key first, for which boxes are sealed. None: the desk
    is away."""

    channel: Annotated[int, Meta(ge=0, le=CHANNELS_MAX)]
    keys: Annotated[list[BoxKey], Meta(max_length=BOX_KEYS_MAX)]


class PasswordQuery(Message, tag=164, frozen=True):
    """Query of a channel: a customer signs on, or changes the password; at the counter: sets the first one. It is all
    in the box."""

    contract_no: Number
    key_id: KeyId
    box: Box


class PasswordAnswer(Message, tag=165, frozen=True):
    """Answer: what the password desk found, and until when the customer is signed on, 0 for not."""

    contract_no: Number
    found: Annotated[int, Meta(ge=1, le=255)]
    until_s: Count


SigningMessage = SetVerifier | EndSignOn | ReportPasswordLoss
