"""The golden frames of contracts that brokers push: what a push earns, where it stands, what the identity desk says.

Belongs here: these frames, and a sealed box made without chance, so that its bytes are published. Never here: who
speaks (voices).
"""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nacl.bindings import crypto_box

from protocol.codes import ReplyCode
from protocol.describe import Json
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.customers.accounts import SecuritiesAccount
from protocol.messages.customers.pushes import (
    ConfirmPush,
    Identify,
    OpenPush,
    OpenPushAnswer,
    OpenPushQuery,
    PushAnswer,
    PushContract,
    PushFacts,
    PushQuery,
)
from protocol.particulars import Document, Person, binding_of, password_to_bytes, person_to_bytes
from protocol.records import FREEZE_STATE_NONE, STATE_NUMBER_GIVEN
from protocol.vocabulary import CardAnswer, Direction, FrameKind, PushState
from tests.bank_seats import IDENTITY_SEAT
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import TRADE_DATE, Vector, Voice, bank_seat_voice

ONCE_SECRET = hashlib.sha256(b"of one box").digest()
PERSON_SECRET, PASSWORD_SECRET = hashlib.sha256(b"persons 1").digest(), hashlib.sha256(b"passwords 9").digest()
PERSON_KEY_ID, PASSWORD_KEY_ID = 1, 9
PARTY, SERIAL, BANK_ACCOUNT_NO = 2, 9, 6_217_000_000_000_001
WANG, PASSWORD = Person(Document.RESIDENT_CARD, "11010519491231002X", "王小明"), "482915"
PUSH, HOLDER = 17, bytes([0x5A]) * 16
CONTRACT = contract_no_from_index(10_050)
SECURITIES_ACCOUNTS = [SecuritiesAccount(1, "A123456789"), SecuritiesAccount(2, "0123456789")]
BINDING = binding_of(PARTY, TRADE_DATE, SERIAL, BANK_ACCOUNT_NO, SECURITIES_ACCOUNTS, 0)
PLAIN_PERSON, PLAIN_PASSWORD = person_to_bytes(BINDING, WANG), password_to_bytes(BINDING, PASSWORD)


def public_of(secret: bytes) -> bytes:
    """The X25519 public key of a private one."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def sealed_for(plain: bytes, secret: bytes) -> bytes:
    """What `crypto_box_seal` makes when the key of its own is this one."""
    own, recipient = public_of(ONCE_SECRET), public_of(secret)
    nonce = hashlib.blake2b(own + recipient, digest_size=24).digest()
    return own + crypto_box(plain, nonce, recipient, ONCE_SECRET)


BOXES = (
    PERSON_KEY_ID,
    sealed_for(PLAIN_PERSON, PERSON_SECRET),
    PASSWORD_KEY_ID,
    sealed_for(PLAIN_PASSWORD, PASSWORD_SECRET),
)


def sealed_file() -> dict[str, Json]:
    """Of the file sealed.json what a push has."""
    return {
        "party": PARTY,
        "trade_date": TRADE_DATE,
        "serial": SERIAL,
        "bank_account_no": BANK_ACCOUNT_NO,
        "securities_accounts": [[each.market, each.number] for each in SECURITIES_ACCOUNTS],
        "replaces": 0,
        "binding": BINDING.hex(),
        "document": int(WANG.document),
        "number": WANG.number,
        "name": WANG.name,
        "card_password": PASSWORD,
        "person": {
            "private_key": PERSON_SECRET.hex(),
            "public_key": public_of(PERSON_SECRET).hex(),
            "plain": PLAIN_PERSON.hex(),
            "sealed": BOXES[1].hex(),
        },
        "password": {
            "private_key": PASSWORD_SECRET.hex(),
            "public_key": public_of(PASSWORD_SECRET).hex(),
            "plain": PLAIN_PASSWORD.hex(),
            "sealed": BOXES[3].hex(),
        },
    }


def of(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """What a broker pushes and asks, and what it is told."""
    push = PushContract(SERIAL, BANK_ACCOUNT_NO, SECURITIES_ACCOUNTS, 0, *BOXES)
    pushed = partner.message("push_contract", "request 64; sealed.json opens it", FrameKind.CONTROL, push, 64)
    yield pushed
    given = [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, PUSH)]
    yield outcomes(bank, "outcome_push_number", "it is push 17", pushed.frame, given)
    for name, what, code in (
        ("outcome_pushes_full", "4,096 of this broker, or 65,536 in all, wait", ReplyCode.PUSHES_FULL),
        ("outcome_pushes_futile", "1,000 of this date came to nothing", ReplyCode.PUSHES_FUTILE),
    ):
        yield outcomes(bank, name, what, pushed.frame, [(code, FREEZE_STATE_NONE, 0)])
    query = PushQuery([PUSH, 18, 19, 20])
    yield partner.message("query_pushes", "correlation id 14", FrameKind.QUERY, query, 14)
    facts = [
        PushFacts(PUSH, 0, PushState.ASSIGNED, CONTRACT),
        PushFacts(18, int(ReplyCode.ACCOUNT_HAS_CONTRACT), PushState.IMPOSSIBLE, 0),
        PushFacts(19, 0, PushState.NOT_IDENTIFIED, 0),
        PushFacts(20, int(ReplyCode.PUSH_UNKNOWN), 0, 0),
    ]
    told = PushAnswer(123_480, facts)
    yield bank.message("answer_pushes", "signed, impossible, not identified, another's", FrameKind.ANSWER, told, 14)


def of_identity_desk() -> Iterator[Vector]:
    """What the bank's identity desk asks and says, and what it is told."""
    desk = bank_seat_voice(IDENTITY_SEAT)
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=IDENTITY_SEAT)
    yield desk.message("query_open_pushes", "what is to be decided", FrameKind.QUERY, OpenPushQuery(), 2)
    account_no = account_no_from_index(0)
    said = (TRADE_DATE, SERIAL, BANK_ACCOUNT_NO, SECURITIES_ACCOUNTS, 0, *BOXES)
    waits = OpenPush(PUSH, PARTY, PushState.WAITING, 0, account_no, [], 0, *said)
    code, ends = int(ReplyCode.PUSHES_FUTILE), [contract_no_from_index(4)]
    fits = OpenPush(21, PARTY, PushState.IDENTIFIED, code, account_no_from_index(7), ends, 0, *said)
    answer = OpenPushAnswer(123_479, [waits, fits])
    what = "one waits; for the other the card host is not asked, and a contract would end"
    yield bank.message("answer_open_pushes", what, FrameKind.ANSWER, answer, 2)
    what = f"request 1 of the bank's seat {IDENTITY_SEAT}: the person, as a digest"
    identify = desk.message("identify", what, FrameKind.CONTROL, Identify(PUSH, HOLDER), 1)
    yield identify
    unknown = [(ReplyCode.PUSH_UNKNOWN, FREEZE_STATE_NONE, 0)]
    yield outcomes(bank, "outcome_push_unknown", "there is no such push", identify.frame, unknown)
    what = f"request 2 of the bank's seat {IDENTITY_SEAT}: the card password is right"
    confirmed = ConfirmPush(PUSH, 2, account_no, [], 0, CardAnswer.RIGHT)
    confirm = desk.message("confirm_push", what, FrameKind.CONTROL, confirmed, 2)
    yield confirm
    for name, what, told in (
        ("outcome_push_signed", "the contract's number", (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, CONTRACT)),
        ("outcome_push_impossible", "none came about", (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)),
        ("outcome_push_differs", "another contract would end", (ReplyCode.PUSH_DIFFERS, FREEZE_STATE_NONE, 0)),
    ):
        yield outcomes(bank, name, what, confirm.frame, [told])
