"""A bank that settles two dates of two brokers, with much in one block: for the proofs of CLOSE, SETTLE and CREDIT.

Belongs here: drawing the bank, the dates and the blocks. Never here: what must hold of them (test_proof_and_law).

Every contract has little, so that buys lean on what was sold. Some accounts are restrained, some have a second contract
that has begun where the first one has ended; either broker may be in transfer mode. Monday's customers are settled
while their broker owes, Tuesday's while Wednesday is traded.
"""

import random

import numpy as np

from ledger.core.corrections.answers import to_close
from ledger.core.engine import TINY_BLOCK_RECORDS
from ledger.core.settling.answers import to_settle
from ledger.core.state.book import BookSize
from ledger.core.state.day.obligations import ObligationKey
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, contract_no_from_index
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.control import ChangeMode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.corrections import ClosingsQuery
from protocol.messages.day.paying import Fund
from protocol.messages.day.settling import SettlementsQuery
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile, SignOff
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, ContractEvent, LaneState, Mode, RecordKind
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.words import SEATS, closing
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    Frame,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    release,
    withdrawal,
)
from tests.ledger_core.lines.words import agree, buy, dividend, event, order, sell, send_whole
from tests.ledger_core.settling.words import credit, settlement, to_be_credited
from tests.ledger_core.test_restraints import set_on

PARTIES = (BROKER, OTHER_BROKER)
SIZE = BookSize(contracts_max=128, requests_max=64 * REQUEST_PAGE_RECORDS, accounts_max=128)
CUSTOMERS = 14  # of each broker
Lines = list[RecordArray]


class Bank:
    """Two dates, one after the other; `chance` decides everything."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.desk = chance, Desk(SIZE)
        for party in PARTIES:
            if chance.random() < 0.4:
                self.desk.done(ChangeMode(party, Mode.TRANSFER))
        self.of = {party: [self._opened(party) for _ in range(CUSTOMERS)] for party in PARTIES}
        self._events: dict[int, Lines] = {party: [event(each) for each in self.of[party]] for party in PARTIES}
        self.ended: set[int] = set()
        self._reference = self._serial = 0

    def _opened(self, party: int) -> int:
        return self.desk.open(self.chance.choice([0, 100, 1_000, 5_000]), party)

    def replace_some(self, on: int) -> None:
        """Contracts without business end, and others with the other broker begin on their accounts."""
        for party, other in (PARTIES, PARTIES[::-1]):
            for contract_no in self.chance.sample(self.of[party], 2):
                if self.desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE)) == ReplyCode.ACCEPTED:
                    self._events[party].append(event(contract_no, ClearedEvent.CLOSED, on))
                    self.ended.add(contract_no)
                    new = self.desk.sign(self.desk.account(contract_no), other)
                    self._events[other].append(event(new, on=on))
                    self.of[other].append(new)

    def restrain_some(self) -> None:
        """Accounts of both brokers are restrained by something, which may be more than there is."""
        for party in PARTIES:
            for contract_no in self.chance.sample(self.of[party], 3):
                amount_fen = self.chance.randrange(1, 4_000)
                index = self.desk.account(contract_no) // CONTRACT_NUMBER_STEP - SPARE_ACCOUNTS
                set_on(self.desk, contract_no_from_index(index), amount_fen)

    def trade(self, party: int, on: int) -> Lines:
        """A date of a broker; the lines that its set has of it. Some orders are left open."""
        chance, seat = self.chance, SEATS[party]
        lines, self._events[party] = self._events[party], []
        for contract_no in [each for each in self.of[party] if each not in self.ended]:
            if party == BROKER and chance.random() < 0.6:
                fen = chance.randrange(1, 3_000)
                if self._is_done(seat, fill_sell(contract_no, fen, on)):
                    lines.append(sell(self._next_reference(), contract_no, fen, on=on))
            if chance.random() < 0.3:
                lines.append(dividend(self._next_reference(), contract_no, chance.randrange(1, 900), 0, on=on))
            for _ in range(chance.randrange(3)):
                lines += self._ordered(contract_no, chance.randrange(1, 3_000), seat, on)
        return sorted(lines, key=lambda line: int(line["reference"][0]) if int(line["kind"][0]) in _REFERRING else 0)

    def _ordered(self, contract_no: int, frozen_fen: int, seat: int, on: int) -> Lines:
        """An order, filled in part or whole; what is left of it is released or left to the close."""
        chance, target = self.chance, (on, seat, int(self.desk.book.next_number[seat]))
        if not self._is_done(seat, freeze(contract_no, frozen_fen)):
            return []
        drawn_fen = chance.choice([0, frozen_fen, chance.randrange(frozen_fen + 1)])
        if drawn_fen:
            assert self._is_done(seat, fill_buy(target, contract_no, drawn_fen))
        left_fen = frozen_fen - drawn_fen
        is_left = left_fen > 0 and chance.random() < 0.6
        released_fen = 0 if is_left else left_fen
        if released_fen:
            assert self._is_done(seat, release(target, contract_no, released_fen))
        more_fen = chance.choice([0, left_fen, chance.randrange(left_fen + 1)]) if is_left else 0
        cleared_fen = drawn_fen + more_fen
        fate = 1 if cleared_fen else 3
        found = [order(target, contract_no, frozen_fen, released_fen, fate, on=on)]
        return found + ([buy(target, contract_no, cleared_fen, on=on)] if cleared_fen else [])

    def _is_done(self, seat: int, record: RecordArray) -> bool:
        return self.desk.ask(seat, record)[0].code == ReplyCode.ACCEPTED

    def _next_reference(self) -> int:
        self._reference += 1
        return self._reference

    def publish(self, of_parties: dict[int, Lines], on: int) -> None:
        """The date is signed off, the brokers' sets come in, and what is owed is published."""
        self.desk.done(SignOff(on))
        agree(self.desk, on)
        for party, lines in of_parties.items():
            send_whole(self.desk, *lines, on=on, seat=SEATS[party])
            self.desk.done(Reconcile(on, party, 0))
            self.desk.done(Publish(on, party))

    def begin(self, on: int) -> None:
        """The customers of each lane are settled from now on, whose orders are ended."""
        for party in PARTIES:
            if self.desk.book.clearing.lane(on, party).state < LaneState.SETTLING:
                self.desk.control(BeginSettle(on, party))

    def pay(self, party: int, on: int) -> None:
        """The broker brings what it owes by a date, which is taken: it has no due times."""
        owed = self.desk.book.obligations.entries[ObligationKey(party, on, 0)]
        if owed.owed_fen > 0 and owed.unpaid_fen:
            self._serial += 1
            self.desk.done(Fund(party, owed.unpaid_fen, self._serial))

    def right(self, on: int) -> list[RecordArray]:
        """Every record that is right now: closings, settlements and credits of both brokers."""
        found: list[RecordArray] = []
        for party in PARTIES:
            for each in to_close(self.desk.book, ClosingsQuery(on, party, 0)).closings:
                target = (each.order_date, each.order_seat, each.order_number)
                found.append(closing(target, each.contract_no, each.drawn_fen, each.released_fen, on))
            for of in to_settle(self.desk.book, SettlementsQuery(on, party, 0)).contracts:
                one = settlement(of.contract_no, of.from_savings_fen, of.proceeds_fen, of.other_fen, on)
                one["from_moved_fen"] = of.from_moved_fen
                found.append(one)
            found += to_be_credited(self.desk, party)
        return found

    def block(self, on: int) -> list[Frame]:
        """Some of what is right, some of it wrong, twice or of another kind, between what customers and brokers do."""
        chance = self.chance
        day = [one for one in self.right(on) if chance.random() < 0.7]
        day = [each for one in day for each in self._spoiled(one, on)]
        day += [self._out_of_nothing(on) for _ in range(chance.randrange(4))]
        chance.shuffle(day)
        savings = [self._movement() for _ in range(chance.randrange(6))]
        frames = [Frame(DAY_SEAT, joined(*part)) for part in (day[::2], day[1::2]) if part]
        frames += [Frame(SAVINGS_SEAT, joined(*savings))] if savings else []
        for party in PARTIES:
            frames += self._orders_of(party)
        chance.shuffle(frames)
        too_many_for_the_law_alone = joined(*[np.zeros(1, RECORD)] * TINY_BLOCK_RECORDS)
        return [*frames, Frame(SEATS[BROKER], too_many_for_the_law_alone)]

    def _spoiled(self, one: RecordArray, on: int) -> list[RecordArray]:
        chance, luck = self.chance, self.chance.random()
        if luck < 0.75:
            return [one]
        if luck < 0.82:
            return [one, one.copy()]
        wrong = one.copy()
        kind = int(one["kind"][0])
        fields = ["amount_fen", *_FIELDS[RecordKind(kind)]]
        if luck < 0.94:
            field = chance.choice(fields)
            near = (int(one[field][0]) + 1, int(one[field][0]) - 1, 0, -1)
            far = () if field == "target_number" else (AMOUNT_FEN_MAX, COLUMN_FEN_MAX + 1)
            wrong[field] = chance.choice([*near, *far])
        elif luck < 0.97:
            wrong["trade_day"] = trade_day(MONDAY if on != MONDAY else TUESDAY)
        else:
            wrong["contract_no"] = chance.choice(self.of[chance.choice(PARTIES)])
        return [wrong]

    def _out_of_nothing(self, on: int) -> RecordArray:
        contract_no = self.chance.choice(self.of[self.chance.choice(PARTIES)])
        fen, date = self.chance.choice([0, 0, 7]), self.chance.choice([MONDAY, on])
        return (
            settlement(contract_no, fen, on=date) if self.chance.random() < 0.5 else credit(contract_no, fen, on=date)
        )

    def _movement(self) -> RecordArray:
        contract_no = self.chance.choice(self.of[self.chance.choice(PARTIES)])
        index = self.desk.account(contract_no)
        made = self.chance.choice([deposit, withdrawal])(contract_no, self.chance.randrange(1, 1_500))
        made["contract_no"] = index
        return made

    def _orders_of(self, party: int) -> list[Frame]:
        made = [
            freeze(self.chance.choice(self.of[party]), self.chance.randrange(1, 1_500))
            for _ in range(self.chance.randrange(5))
        ]
        return [Frame(SEATS[party], joined(*made))] if made else []


_REFERRING = (RecordKind.CLEAR_SELL, RecordKind.CLEAR_DIVIDEND)
_FIELDS = {
    RecordKind.CLOSE: ("release_fen", "target_number"),
    RecordKind.SETTLE: ("from_moved_fen", "settled_proceeds_fen", "settled_other_fen"),
    RecordKind.CREDIT: ("other_fen",),
}
