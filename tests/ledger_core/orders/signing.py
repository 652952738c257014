"""Passwords in one word each: a bank with channels, what the password desk says, what people sign.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions.
"""

from protocol.codes import ReplyCode
from protocol.messages.control import RegisterChannelSeat, RegisterParty, SetScheme
from protocol.messages.orders.signing_on import SetVerifier
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind, Role, Scheme, Suite, Verdict
from tests.bank_seats import PASSWORD_SEAT
from tests.ledger_core.desk import BROKER, CHANNEL, CHANNEL_SEAT, NEXT_CHANNEL_SEAT, Desk, record

PHONE, WEB = 1, 2  # channels, both of one party
WEB_SEAT = NEXT_CHANNEL_SEAT
SALT, VERIFIER = bytes(range(16)), bytes(range(100, 132))
UNTIL_S = 3_600


def a_bank_with_channels() -> Desk:
    """Its first broker is of scheme A, and two channels serve its customers."""
    desk = Desk()
    desk.done(SetScheme(BROKER, Scheme.A))
    bring_channels(desk)
    return desk


def bring_channels(desk: Desk) -> None:
    """Two channels of one party, each with a seat for customers of the first broker."""
    desk.done(RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False))
    desk.done(RegisterChannelSeat(CHANNEL_SEAT, CHANNEL, PHONE, BROKER))
    desk.done(RegisterChannelSeat(WEB_SEAT, CHANNEL, WEB, BROKER))


def with_password(desk: Desk, balance_fen: int = 0) -> int:
    """A contract whose password is set, in its first generation; its number."""
    contract_no = desk.open(balance_fen)
    desk.done(SetVerifier(contract_no, 0, SALT, VERIFIER))
    return contract_no


def signed_on(contract_no: int, channel: int = PHONE, generation: int = 1, until_s: int = UNTIL_S) -> RecordArray:
    """The desk has found the password right."""
    return _verdict(contract_no, Verdict.SIGNED_ON, channel, generation, until_s)


def failed(contract_no: int, channel: int = PHONE, generation: int = 1) -> RecordArray:
    """The desk has found it wrong."""
    return _verdict(contract_no, Verdict.FAILED, channel, generation, 0)


def say(desk: Desk, *verdicts: RecordArray) -> list[ReplyCode]:
    """What the desk's verdicts earn, in one frame."""
    return [answer.code for answer in desk.ask(PASSWORD_SEAT, *verdicts)]


def holds(desk: Desk, contract_no: int, channel: int = PHONE, now_s: int = 0) -> bool:
    """Whether the customer is signed on with a channel."""
    return desk.book.orders.sign_ons.holds(contract_no // 100, channel, now_s)


def _verdict(contract_no: int, verdict: int, channel: int, generation: int, until_s: int) -> RecordArray:
    named = {"verdict": verdict, "generation": generation, "until_s": until_s, "channel": channel}
    return record(RecordKind.SIGNED_ON, contract_no, 0, nonce=77, **named)
