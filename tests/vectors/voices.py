"""Who speaks in the golden frames, and when: the bank, a broker of each suite, a channel, the bank's own seats.

Belongs here: voices, the frame that one message makes, what every golden frame shares. Never here: which frames there
are (valid, clearing, invalid).
"""

from typing import NamedTuple

from protocol.frame import Frame, make_frame
from protocol.header import Header, new_header
from protocol.keys.signing import Signer
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, Direction, FrameKind, Suite
from tests.protocol import keys

SENT_AT_NS = 1_790_000_000_000_000_000
DECIDED_AT_NS = SENT_AT_NS + 2_500_000
TRADE_DATE = 20_260_921
VERSION = 7


class Vector(NamedTuple):
    """One golden frame. `message` is its decoded body; None for RECORDS and OUTCOMES."""

    name: str
    what: str
    frame: Frame
    message: Message | None


class Voice(NamedTuple):
    """Who speaks to whom about which seat, under which key."""

    signer: Signer
    direction: Direction
    sender: int
    recipient: int
    seat: int

    def header(self, kind: FrameKind) -> Header:
        """A header of this kind with the identities filled in."""
        return new_header(
            kind,
            self.direction,
            suite=self.signer.suite,
            key_id=self.signer.key_id,
            sender=self.sender,
            recipient=self.recipient,
            seat=self.seat,
            trade_date=TRADE_DATE,
            session_version=VERSION,
            sent_at_ns=SENT_AT_NS,
        )

    def message(self, name: str, what: str, kind: FrameKind, message: Message, number: int = 0) -> Vector:
        """A frame that carries one message; `number` goes into first_number."""
        count = 1 if kind == FrameKind.CONTROL else 0
        header = self.header(kind)._replace(first_number=number, record_count=count)
        return Vector(name, what, make_frame(header, encode(message), self.signer.sign), message)


def partner_voice(suite: Suite) -> Voice:
    """The broker of this suite, speaking to the bank."""
    party = keys.BROKER if suite == Suite.ED25519_SHA256 else keys.OTHER_BROKER
    seat = keys.BROKER_SEAT if suite == Suite.ED25519_SHA256 else keys.OTHER_SEAT
    return Voice(keys.broker_signer(party), Direction.TO_BANK, party, BANK_PARTY, seat)


def bank_voice(suite: Suite) -> Voice:
    """The bank, answering the broker of this suite."""
    return told_by_bank(partner_voice(suite))


def channel_voice() -> Voice:
    """A channel of the first broker's customers."""
    return Voice(keys.channel_signer(), Direction.TO_BANK, keys.CHANNEL, BANK_PARTY, keys.CHANNEL_SEAT)


def told_by_bank(partner: Voice) -> Voice:
    """The bank, answering whoever speaks so."""
    signer = keys.bank_signers()[partner.signer.suite]
    return Voice(signer, Direction.TO_PARTNER, BANK_PARTY, partner.sender, partner.seat)


def bank_seat_voice(seat: int = BANK_SEAT) -> Voice:
    """One of the bank's own seats, as a partner of the gateway."""
    return Voice(keys.bank_seat_signer(seat), Direction.TO_BANK, BANK_PARTY, BANK_PARTY, seat)
