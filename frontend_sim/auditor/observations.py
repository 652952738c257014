"""What an outsider saw: each request as it was sent, together with what was answered.

Belongs here: the one shape that the auditor is fed with, and how a block of records and outcomes becomes a list of
it. Never here: any opinion on whether the answer was right (auditor).
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from protocol.records import OutcomeArray, RecordArray


class ControlKind(IntEnum):
    """What a control frame did to one account or contract; outside the range of a record's kind on the wire."""

    RESTRAINT = 1_001  # on an account; target_date: its last second, 0 for none; target_seat: its kind
    LIFTING = 1_004  # of an account's restraint of the number in target_number
    EXTENSION = 1_005  # likewise; target_date: its last second from now on
    DEDUCTION = 1_006  # likewise; amount_fen: what two people order to be deducted by it
    EVENT = 1_002  # amount_fen: the ContractEvent
    BROKER_CHANGE = 1_007  # the new contract's target_seat: its broker; amount_fen: its status; way: Market.XSHG or 0
    REVERSAL = 1_008  # of what was moved for a contract's order, the target; amount_fen: at most so much; serial
    ACCOUNT_EVENT = 1_003  # amount_fen: the AccountEvent


class Seen(NamedTuple):
    """One request and its answer. Sorted by journal sequence, then seat, then number."""

    sequence: int
    seat: int
    number: int
    trade_date: int
    party: int
    decided_at_ns: int
    valid_until_ns: int
    kind: int  # RecordKind or ControlKind
    trade_day: int  # days since 1970-01-01, of a fill; type of an order through the bank, reason of what is told of one
    contract_no: int  # of a movement, a restraint and an event on an account: the account's number
    amount_fen: int
    release_fen: int  # bytes 24 to 31: also a limit, a turnover, a place, a broker's number, a second
    target_date: int
    target_seat: int
    target_number: int
    code: int
    state: int
    remaining_fen: int
    serial: int = 0  # of a movement or a reversal: the savings desk's own
    way: int = 0  # of a movement, of a judicial deduction target_number is that of the restraint; or market and side
    quantity: int = 0  # of an order through the bank, or told of one; of a verdict on a password its generation
    security: int = 0  # the eight bytes of its code as one number
    named_sequence: int = 0  # of a reversal: the journal row in which the order is said to be


class Placed(NamedTuple):
    """Where and when a block of records stands: the part of `Seen` that all its records share."""

    party: int
    seat: int
    trade_date: int
    first_number: int
    sequence: int
    decided_at_ns: int
    valid_until_ns: int


_RECORD_COLUMNS = (
    "kind",
    "trade_day",
    "contract_no",
    "amount_fen",
    "release_fen",
    "target_date",
    "target_seat",
    "target_number",
)
_OUTCOME_COLUMNS = ("code", "state", "remaining_fen")


def seen_block(placed: Placed, records: RecordArray, outcomes: OutcomeArray) -> list[Seen]:
    """(n,) RECORD and the (n,) OUTCOME that answer it, as n `Seen`. Raises ValueError when the lengths differ."""
    if len(records) != len(outcomes):
        raise ValueError(f"{len(records)} records and {len(outcomes)} outcomes")
    numbers = np.arange(placed.first_number, placed.first_number + len(records)).tolist()
    columns = [records[name].tolist() for name in _RECORD_COLUMNS]
    columns += [outcomes[name].tolist() for name in _OUTCOME_COLUMNS]
    columns.append(np.ascontiguousarray(records["partner_ref"]).view("<i8").tolist())
    columns += [records["way"].tolist(), records["quantity"].tolist()]
    columns.append(np.ascontiguousarray(records["security"]).view("<i8").tolist())
    party, seat, trade_date, _, sequence, decided_at_ns, valid_until_ns = placed
    return [
        Seen(sequence, seat, number, trade_date, party, decided_at_ns, valid_until_ns, *rest)
        for number, *rest in zip(numbers, *columns, strict=True)
    ]
