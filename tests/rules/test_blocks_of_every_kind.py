"""Blocks of every kind that moves money, drawn from the table: lane and law agree, the books are right, replay too."""

import numpy as np

from ledger.core import engine
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from protocol.kinds import KINDS, RELEASE_FIELD, TARGET_FIELDS, TRADE_DAY_FIELD, TURNOVER_FIELD, may_send
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind, SeatRole
from rules.kinds import LAW
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import SEAT, SMALL, Desk, Frame
from tests.ledger_core.test_lane_and_law import assert_same_books, send_checked

CONTRACTS, BLOCKS, RECORDS = 12, 8, 400
BALANCE_FEN, AMOUNT_FEN_MAX = 2_000, 60


def moving(role: SeatRole) -> list[RecordKind]:
    """What a seat may send that moves money: lines of clearing sets are drawn by a test of their own."""
    return sorted(may_send(role) & LAW.keys())


class Drawn:
    """Frames of a broker and of the bank, and whose freeze each number of the broker may be."""

    def __init__(self, desk: Desk, contract_nos: list[int], seed: int) -> None:
        self.desk, self.contract_nos = desk, np.array(contract_nos)
        self.account_nos = np.array([desk.account(contract_no) for contract_no in contract_nos])
        self.rng = np.random.default_rng(seed)
        self.named = np.zeros(1, np.int64)  # contract by number of the broker's seat

    def frame(self, seat: int, kinds: list[RecordKind]) -> Frame:
        """One frame of some kinds."""
        rng, records = self.rng, np.zeros(RECORDS, RECORD)
        freezing = [kind for kind in kinds if LAW[kind].opens_freeze]
        records["kind"] = rng.choice(np.array(kinds + 2 * freezing), RECORDS)
        records["contract_no"] = rng.choice(self.contract_nos, RECORDS)
        records["amount_fen"] = rng.integers(0, AMOUNT_FEN_MAX, RECORDS)
        if seat == SEAT:
            self.named = np.append(self.named, records["contract_no"])
        for kind in kinds:
            if KINDS[kind].names_account:
                places = np.flatnonzero(records["kind"] == kind)
                records["account_no"][places] = rng.choice(self.account_nos, len(places))
            self._fill(records, np.flatnonzero(records["kind"] == kind), KINDS[kind].fields)
        return Frame(seat, records)

    def _fill(self, records: RecordArray, places: Positions, fields: tuple[str, ...]) -> None:
        rng = self.rng
        for name in (RELEASE_FIELD, TURNOVER_FIELD):
            if name in fields:
                records[name][places] = rng.integers(0, 20, len(places))
        if TRADE_DAY_FIELD in fields:
            today = trade_day(self.desk.book.trade_date)
            records[TRADE_DAY_FIELD][places] = rng.choice([today] * 8 + [today - 1, 0], len(places))
        if TARGET_FIELDS[0] not in fields:
            return
        numbers = rng.integers(max(len(self.named) - 2 * RECORDS, 1), len(self.named), len(places))
        for name, value in zip(TARGET_FIELDS, (self.desk.book.trade_date, SEAT, numbers), strict=True):
            records[name][places] = value
        right = rng.random(len(places)) < 0.9
        records["contract_no"][places[right]] = self.named[numbers[right]]


def test_lane_law_and_replay_agree_on_blocks_of_every_kind() -> None:
    desk, replayed = Desk(), Book.empty(SMALL)
    drawn = Drawn(desk, [desk.open(BALANCE_FEN) for _ in range(CONTRACTS)], 1)
    of_broker, of_bank = moving(SeatRole.BROKER), moving(SeatRole.SAVINGS_DESK)
    first_block = len(desk.rows)

    for _ in range(BLOCKS):
        send_checked(desk, [drawn.frame(SEAT, of_broker), drawn.frame(SAVINGS_SEAT, of_bank)])
    for row in desk.rows:
        engine.apply_row(replayed, row)

    assert_same_books(desk.book, replayed)
    kinds = np.concatenate([np.frombuffer(row.records, RECORD)["kind"] for row in desk.rows[first_block:]])
    codes = np.concatenate([np.frombuffer(row.outcomes, OUTCOME)["code"] for row in desk.rows[first_block:]])
    for kind in LAW:
        assert (codes[kinds == kind] == 0).any(), kind
        if KINDS[kind].amount_fen_min:
            assert (codes[kinds == kind] != 0).any(), kind


def test_each_kind_alone_in_a_block_is_decided_alike() -> None:
    for kind in LAW:
        desk = Desk()
        drawn = Drawn(desk, [desk.open(BALANCE_FEN) for _ in range(CONTRACTS)], int(kind))
        send_checked(desk, [drawn.frame(SEAT, moving(SeatRole.BROKER))])
        seat = SEAT if SeatRole.BROKER in KINDS[kind].senders else SAVINGS_SEAT
        send_checked(desk, [drawn.frame(seat, [kind])])
