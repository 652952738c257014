"""Blocks of every kind that moves money, drawn from the table: lane and law agree, the books are right, replay too."""

import numpy as np

from ledger.core import engine
from ledger.core.lines.answers import proceeds_to_book
from ledger.core.savings.answers import interest_due
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from protocol.acts.savings import SavingsInterestAct
from protocol.kinds import KINDS, RELEASE_FIELD, TARGET_FIELDS, TRADE_DAY_FIELD, TURNOVER_FIELD, may_send
from protocol.messages.customers.interest import InterestQuery
from protocol.messages.day.steps import Reconcile, SignOff
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import Fate, RecordKind, Right, SeatRole
from rules.kinds import LAW
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.control.day.test_day_acts import PAT, QUI
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, opened
from tests.ledger_core.corrections.people import staffed, withdrawal
from tests.ledger_core.corrections.words import Both, closing, correction, reversals
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SMALL,
    TUESDAY,
    Desk,
    Frame,
    fill_sell,
    joined,
)
from tests.ledger_core.lines.words import agree, event, order, sell, send_whole
from tests.ledger_core.settling.words import begin, discharge, published, to_be_credited, to_be_settled
from tests.ledger_core.test_lane_and_law import assert_same_books, send_checked
from tests.people import Office, signed

CONTRACTS, BLOCKS, RECORDS, BOOKINGS, POSTINGS = 12, 8, 400, 12, 3
BALANCE_FEN, AMOUNT_FEN_MAX = 2_000, 60
SALES = [(40 * at, 90 if at % 4 == 1 else 3 * at) for at in range(CONTRACTS)]  # turnover and fees
FREEZING = (3, 7, 11)  # contracts with an order on Monday


def moving(role: SeatRole) -> list[RecordKind]:
    """What a seat may send that moves money: lines of clearing sets are drawn by a test of their own."""
    return sorted(may_send(role) & LAW.keys())


class Drawn:
    """Frames of a broker and of the bank, and whose freeze each number of the broker may be."""

    def __init__(self, desk: Desk, contract_nos: list[int], seed: int, broker_seat: int = SEAT) -> None:
        self.desk, self.contract_nos, self.broker_seat = desk, np.array(contract_nos), broker_seat
        self.account_nos = np.array([desk.account(contract_no) for contract_no in contract_nos])
        self.rng = np.random.default_rng(seed)
        self.named = np.zeros(1, np.int64)  # contract by number of the broker's seat
        self.corrected = 0

    def frame(self, seat: int, kinds: list[RecordKind]) -> Frame:
        """One frame of some kinds."""
        rng, records = self.rng, np.zeros(RECORDS, RECORD)
        freezing = [kind for kind in kinds if LAW[kind].opens_freeze]
        records["kind"] = rng.choice(np.array(kinds + 2 * freezing), RECORDS)
        records["contract_no"] = rng.choice(self.contract_nos, RECORDS)
        records["amount_fen"] = rng.integers(0, AMOUNT_FEN_MAX, RECORDS)
        if seat == self.broker_seat:
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
        if TARGET_FIELDS[0] not in fields or len(self.named) < 2:
            return
        numbers = rng.integers(max(len(self.named) - 2 * RECORDS, 1), len(self.named), len(places))
        named = (self.desk.book.trade_date, self.broker_seat, numbers)
        for name, value in zip(TARGET_FIELDS, named, strict=True):
            records[name][places] = value
        right = rng.random(len(places)) < 0.9
        records["contract_no"][places[right]] = self.named[numbers[right]]

    def booking(self, kinds: list[RecordKind]) -> Frame:
        """Some records of the day desk, most of them about what is due now, and most of those by the right amount."""
        rng, frame = self.rng, self.frame(DAY_SEAT, kinds)
        records, due = frame.records[:BOOKINGS], proceeds_to_book(self.desk.book, OTHER_BROKER, MONDAY, 0).contracts
        for place in np.flatnonzero(rng.random(BOOKINGS) < 0.8) if due else ():
            each = due[int(rng.integers(len(due)))]
            records["contract_no"][place], records["trade_day"][place] = each.contract_no, trade_day(MONDAY)
            records["amount_fen"][place] = each.proceeds_fen + rng.choice((0, 0, 0, 1))
            records["excess_fen"][place] = each.excess_fen
        return frame._replace(records=joined(records, *self._correcting(kinds)))

    def posting(self, seed: int) -> Frame:
        """Interest of some accounts to which it is due, some of them twice, most of it by the right amount."""
        due, rng = interest_due(self.desk.book, InterestQuery(0)).accounts, np.random.default_rng(seed)
        chosen = [due[at] for at in rng.integers(0, len(due), POSTINGS)]
        records = np.zeros(POSTINGS, RECORD)
        records["kind"], records["account_no"] = RecordKind.INTEREST, [each.account_no for each in chosen]
        records["amount_fen"] = [each.due_fen + rng.choice((0, 0, 1)) for each in chosen]
        return Frame(DAY_SEAT, records)

    def _correcting(self, kinds: list[RecordKind]) -> list[RecordArray]:
        """A contract is corrected, behind the order of its date where it has one, as the first one has."""
        at = int(self.rng.integers(CONTRACTS)) if self.corrected else FREEZING[0]
        self.corrected += 1
        contract_no, made = int(self.contract_nos[at]), list[RecordArray]()
        if at in FREEZING and RecordKind.CLOSE in kinds:
            made.append(closing((MONDAY, OTHER_SEAT, 1 + FREEZING.index(at)), contract_no, 0, 10))
        if RecordKind.CORRECT in kinds:
            net_fen = SALES[at][0] - SALES[at][1]
            made.append(correction(contract_no, Both(max(0, -net_fen), max(0, net_fen))))
        return made


def two_brokers() -> tuple[Drawn, Drawn]:
    """Tuesday: contracts of a broker whose Monday is being settled, and of one without proceeds at the fill, to which
    Monday's are due.
    """
    desk = Desk()
    ours, others = ([desk.open(BALANCE_FEN, party) for _ in range(CONTRACTS)] for party in (BROKER, OTHER_BROKER))
    orders = [order(desk.freeze(others[at], 10, OTHER_SEAT), others[at], 10, fate=Fate.CANCELLED) for at in FREEZING]
    desk.ask(SEAT, *(fill_sell(number, 7 + at) for at, number in enumerate(ours)))
    desk.done(SignOff(MONDAY))
    sales = [sell(at + 1, number, *SALES[at]) for at, number in enumerate(others)]
    send_whole(desk, *map(event, others), *orders, *sales, seat=OTHER_SEAT)
    desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))
    agree(desk)
    published(desk, *map(event, ours), *(sell(at + 1, number, 7 + at) for at, number in enumerate(ours)))
    begin(desk)
    desk.done(opened(TUESDAY))
    return Drawn(desk, ours, 1), Drawn(desk, others, 2, OTHER_SEAT)


def make_interest_due(desk: Desk, office: Office) -> None:
    """20.00 on each account for 7,400 days, 148,000 points, at 0.1 %: 0.41."""
    desk.done(office.hired(PAT, Right.DAY))
    desk.done(office.hired(QUI, Right.DAY))
    desk.now_ns += 7_400 * DAY_S * NS_PER_S
    office.valid_until_s = desk.now_ns // NS_PER_S
    act = SavingsInterestAct(**office.by(PAT), last_day=date_of_day(7_399), rate_millionths=1_000)
    desk.done(signed(act, PAT, QUI))
    assert {each.due_fen for each in interest_due(desk.book, InterestQuery(0)).accounts} == {41}


def test_lane_law_and_replay_agree_on_blocks_of_every_kind() -> None:
    replayed, (drawn, others) = Book.empty(SMALL), two_brokers()
    desk = drawn.desk
    of_broker, of_bank, of_day = map(moving, (SeatRole.BROKER, SeatRole.SAVINGS_DESK, SeatRole.DAY_DESK))
    of_day.remove(RecordKind.REVERT)  # a set counts
    of_day.remove(RecordKind.INTEREST)  # in frames of its own
    office = staffed(desk)
    make_interest_due(desk, office)
    first_block = len(desk.rows)

    for seed in range(BLOCKS):
        booking = others.booking(of_day)
        if seed == CONTRACTS // 2:  # all of the broker's customers are settled: what waits is due once it has paid
            discharge(desk)
        settled, credited = to_be_settled(desk)[:2], to_be_credited(desk)[:2]
        moved = [*settled, *settled[:1], *credited, *credited[:1]]
        booking = booking._replace(records=joined(booking.records, *moved))
        frames = [drawn.frame(SEAT, of_broker), others.frame(OTHER_SEAT, of_broker), booking]
        send_checked(desk, [*frames, drawn.posting(seed), drawn.frame(SAVINGS_SEAT, of_bank)])
        desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))  # what was corrected moved the lane back
    desk.done(withdrawal(office, OTHER_BROKER))
    back = Frame(DAY_SEAT, joined(*reversals(desk, OTHER_BROKER)))
    send_checked(desk, [drawn.frame(SEAT, of_broker), back, others.frame(OTHER_SEAT, of_broker)])
    for row in desk.rows:
        engine.apply_row(replayed, row)

    assert_same_books(desk.book, replayed)
    rows = [row for row in desk.rows[first_block:] if row.records]
    kinds = np.concatenate([np.frombuffer(row.records, RECORD)["kind"] for row in rows])
    codes = np.concatenate([np.frombuffer(row.outcomes, OUTCOME)["code"] for row in rows])
    for kind in LAW:
        assert (codes[kinds == kind] == 0).any(), kind
        if KINDS[kind].amount_fen_min or LAW[kind].books_proceeds:
            assert (codes[kinds == kind] != 0).any(), kind


def test_each_kind_alone_in_a_block_is_decided_alike() -> None:
    for kind in LAW:
        drawn, others = two_brokers()
        send_checked(drawn.desk, [drawn.frame(SEAT, moving(SeatRole.BROKER))])
        if SeatRole.DAY_DESK in KINDS[kind].senders:
            frame = others.booking([kind])
        else:
            frame = drawn.frame(SEAT if SeatRole.BROKER in KINDS[kind].senders else SAVINGS_SEAT, [kind])
        send_checked(drawn.desk, [frame])
