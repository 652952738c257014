"""The fixed layouts of section 7: records of 64 bytes, the preamble of 80, outcomes of 16, and check digits.

Belongs here: bytes to fields and back. Never here: what the bank decides, lines of clearing sets (lines).
"""

import struct
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tests.outsider.wire.codes import OUTCOMES, Code, Order

RECORD = struct.Struct("<bbhiqqqqiiq8s")  # price and security are packed as release_fen and turnover_fen
PREAMBLE = struct.Struct("<qq32s32s")
OUTCOME = struct.Struct("<hhiq")
EPOCH = date(1970, 1, 1)
NO_REF = bytes(8)
NO_FREEZE, OPEN, CLOSED = 0, 1, 2  # states of the freeze concerned
NUMBER_GIVEN = 3  # the remainder is the number of the first account or contract that was made, or of the set
LISTED = 4  # of a line: accepted, and its order is not there
POSTED = 5  # of a forced card debit: the remainder is what was posted to the account
DEDUCTIBLE = 6  # of a deduction that is too much: the remainder is what may be deducted
REMAINING_FEN_MAX = 2**60


class Target(NamedTuple):
    """The name of a freeze: its order number."""

    date: int = 0
    seat: int = 0
    number: int = 0


class Record(NamedTuple):
    """One request. `price` and `security` share their bytes with `release_fen` and `turnover_fen`; the number of an
    account, which a movement of money names, shares those of `contract_no`.
    """

    kind: int
    contract_no: int
    amount_fen: int
    market: int = 0
    quantity: int = 0
    release_fen: int = 0
    turnover_fen: int = 0
    target: Target = Target()
    partner_ref: bytes = NO_REF
    trade_day: int = 0

    @property
    def price(self) -> int:
        """The limit of a FREEZE in 1/10,000 yuan: the bytes of `release_fen`."""
        return self.release_fen

    @property
    def security(self) -> str:
        """The security of a FREEZE: the bytes of `turnover_fen`, without the zeros on the right."""
        return struct.pack("<q", self.turnover_fen).rstrip(b"\0").decode("ascii")

    def packed(self) -> bytes:
        """The 64 bytes."""
        amounts = (self.contract_no, self.amount_fen, self.release_fen, self.turnover_fen)
        return RECORD.pack(
            self.kind, self.market, self.trade_day, self.quantity, *amounts, *self.target, self.partner_ref
        )


def freeze(contract_no: int, amount_fen: int, security: str = "", price: int = 0, quantity: int = 0) -> Record:
    """A FREEZE on Shanghai; `price` in 1/10,000 yuan."""
    packed_security = int(struct.unpack("<q", security.encode("ascii").ljust(8, b"\0"))[0])
    return Record(Order.FREEZE, contract_no, amount_fen, 1, quantity, price, packed_security)


def release(contract_no: int, amount_fen: int, target: Target) -> Record:
    """A RELEASE of part of a freeze."""
    return Record(Order.RELEASE, contract_no, amount_fen, target=target)


def fill_buy(contract_no: int, charge_fen: int, release_fen: int, target: Target) -> Record:
    """A FILL_BUY on the date of its freeze that charges one part of it and releases another."""
    day = trade_day(target.date) if is_day(target.date) else 0
    return Record(Order.FILL_BUY, contract_no, charge_fen, release_fen=release_fen, target=target, trade_day=day)


def is_day(trade_date: int) -> bool:
    """Whether yyyymmdd is a day of the calendar from 1990-01-01 to 2059-09-18."""
    try:
        found = date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100)
    except ValueError:
        return False
    return date(1990, 1, 1) <= found <= EPOCH + timedelta(2**15 - 1)


def trade_day(trade_date: int) -> int:
    """Days since 1970-01-01, as a fill says on which one it was executed."""
    return (date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100) - EPOCH).days


def pack_records(records: Sequence[Record]) -> bytes:
    """The body of a RECORDS frame."""
    return b"".join(record.packed() for record in records)


def unpack_record(data: bytes) -> Record:
    """The record in 64 bytes of a kind that is no line."""
    kind, market, day, quantity, contract, amount, release_fen, turnover, *named, ref = RECORD.unpack(data)
    return Record(kind, contract, amount, market, quantity, release_fen, turnover, Target(*named), ref, day)


class Outcome(NamedTuple):
    """What became of one record."""

    code: int
    state: int = 0
    reserved: int = 0
    remaining_fen: int = 0


class Outcomes(NamedTuple):
    """The body of an OUTCOMES frame."""

    sequence: int
    decided_at_ns: int
    chain_digest: bytes
    request_digest: bytes
    outcomes: tuple[Outcome, ...]

    def packed(self) -> bytes:
        """The body again."""
        return PREAMBLE.pack(*self[:4]) + b"".join(OUTCOME.pack(*outcome) for outcome in self.outcomes)

    def codes(self) -> list[int]:
        """The codes in the order of the records: of `Code`, or newer."""
        return [outcome.code for outcome in self.outcomes]

    def are_possible(self) -> bool:
        """Whether there is such a row of the journal, and no outcome contradicts itself or has another class's code."""
        return self.sequence >= 1 and all(map(_is_possible, self.outcomes))


def _is_possible(outcome: Outcome) -> bool:
    if outcome.code != Code.ACCEPTED and outcome.code not in OUTCOMES:
        return False
    if not 0 <= outcome.remaining_fen <= REMAINING_FEN_MAX or outcome.state < NO_FREEZE:
        return False
    if outcome.state > DEDUCTIBLE:
        return True  # newer than this client
    if outcome.state in (POSTED, DEDUCTIBLE):
        return (outcome.code == Code.ACCEPTED) == (outcome.state == POSTED)
    tells_repeat = outcome.code == Code.ACT_REPEATED and outcome.state == NUMBER_GIVEN
    if outcome.state != NO_FREEZE and outcome.code != Code.ACCEPTED and not tells_repeat:
        return False
    if outcome.state == OPEN:
        return True  # an order through the bank may be open with nothing frozen
    return (outcome.remaining_fen > 0) == (outcome.state == NUMBER_GIVEN)


def unpack_outcomes(body: bytes) -> Outcomes:
    """The preamble and outcomes of a body of 80 + 16 n bytes."""
    outcomes = tuple(Outcome(*row) for row in OUTCOME.iter_unpack(body[PREAMBLE.size :]))
    sequence, decided_at_ns, chain_digest, request_digest = PREAMBLE.unpack(body[: PREAMBLE.size])
    return Outcomes(sequence, decided_at_ns, chain_digest, request_digest, outcomes)


def contract_no(index: int) -> int:
    """The number of the contract with this index, counted from 0, with its two check digits."""
    n = index
    return 100 * n + 98 - 100 * n % 97


def is_contract_no(number: int) -> bool:
    """Whether the check digits are right."""
    return number > 0 and number == contract_no(number // 100)


def account_no(index: int) -> int:
    """The number of the account with this index, counted from 0, with its two check digits."""
    return 100 * index + 99 - 100 * index % 97


def is_account_no(number: int) -> bool:
    """Whether the check digits are right."""
    return number > 0 and number == account_no(number // 100)
