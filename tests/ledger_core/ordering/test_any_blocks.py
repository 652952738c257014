"""Arbitrary blocks of orders, reports, cancels, sign-ons and movements: wherever they are cut, the same comes out.

Reports come doubled, overtaken and wrong; some accounts have restraints, and money is deducted and taken by cards.
"""

import random

import numpy as np
import pytest

from ledger.core.invariants import check_book
from ledger.core.rows.runs import apply_run, runs
from ledger.core.state.forms.arrays import to_arrays
from protocol.codes import ReplyCode
from protocol.messages.customers.restraints import Restrain
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import RecordKind, RestraintKind, Way
from tests.bank_seats import PASSWORD_SEAT, SAVINGS_SEAT
from tests.ledger_core.desk import (
    CHANNEL_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    Desk,
    Frame,
    account_of,
    deposit,
    joined,
    record,
    same_after_all,
    whole_state,
    withdrawal,
)
from tests.ledger_core.ordering.trading import (
    UNTIL_S,
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancel_refused,
    cancelled,
    executed,
    order,
    ordered,
    refused,
    taken,
)
from tests.ledger_core.orders.signing import WEB, WEB_SEAT, failed, signed_on, with_password

RECORDS = 90
_OF_ROWS = ("scalars", "frames", "previous_frames")
"""What hangs on how many rows there were."""


class Story:
    """What is said in turn, of a bank with a few customers and an order of each."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.desk = a_bank()
        self.customers = [a_customer(self.desk, 2_500_000) for _ in range(3)] + [with_password(self.desk, 900_000)]
        self.names = [(ordered(self.desk, each, 300), each) for each in self.customers[:3]]
        for each in self.customers[1:3]:
            self.desk.done(Restrain(account_of(each), 700_000, RestraintKind.JUDICIAL, "court", "paper", 0))
        if self.chance.random() < 0.5:
            self.desk.roll(TUESDAY)

    def frames(self) -> list[Frame]:
        """Each record a frame of its own; an order's name is known before it is accepted."""
        heads = {seat: int(self.desk.book.next_number[seat]) for seat in (CHANNEL_SEAT, WEB_SEAT)}
        found = []
        for _ in range(RECORDS):
            seat, said = self._record()
            if seat in heads:
                if said["kind"][0] == RecordKind.ORDER:
                    name = Name(self.desk.book.trade_date, seat, heads[seat])
                    self.names.append((name, int(said["contract_no"][0])))
                heads[seat] += 1
            found.append(Frame(seat, said))
        return found

    def _record(self) -> tuple[int, RecordArray]:
        chance, customer = self.chance, self.chance.choice(self.customers)
        drawn = chance.random()
        if drawn < 0.2:
            limit = YUAN * chance.randint(8, 11)
            return chance.choice((CHANNEL_SEAT, CHANNEL_SEAT, WEB_SEAT)), order(
                customer, 100 * chance.randint(1, 9), limit
            )
        if drawn < 0.4:
            return self._movement(customer)
        if drawn < 0.45:
            until_s = chance.choice((1, UNTIL_S))
            verdict = chance.choice((signed_on(customer, until_s=until_s), signed_on(customer, WEB), failed(customer)))
            return PASSWORD_SEAT, verdict
        name, owner = chance.choice(self.names[-8:])
        owner = owner if chance.random() < 0.95 else customer
        if drawn < 0.55:
            return CHANNEL_SEAT, cancel(name, owner)
        return chance.choice((SEAT, SECOND_SEAT)), self._report(name, owner)

    def _movement(self, customer: int) -> tuple[int, RecordArray]:
        fen = self.chance.choice((1, 1_000, 60_000, 400_000))
        (account,) = withdrawal(customer, 1)["account_no"].tolist()
        deducted = record(RecordKind.WITHDRAWAL, account, fen, way=Way.JUDICIAL, restraint_no=self.chance.randint(1, 2))
        forced = record(RecordKind.WITHDRAWAL, account, fen, way=Way.FORCED_CARD)
        chosen = self.chance.choice((deposit(customer, fen), withdrawal(customer, fen), deducted, forced))
        return SAVINGS_SEAT, chosen

    def _report(self, name: Name, owner: int) -> RecordArray:
        chance, quantity = self.chance, 100 * self.chance.randint(1, 9)
        price = chance.randint(5, 11) * YUAN
        position = chance.randint(0, 9)
        return chance.choice(
            (
                taken(name, owner, chance.choice((42, 42, 43))),
                refused(name, owner),
                executed(name, owner, quantity, quantity * price),
                executed(name, owner, quantity, quantity * 5 * YUAN),
                executed(name, owner, 100, 100 * 5 * YUAN),
                cancelled(name, owner, quantity, position),
                cancel_refused(name, owner, max(1, position)),
            )
        )


def told(desk: Desk, blocks: list[list[Frame]]) -> list[tuple[int, int, int]]:
    """The outcomes of these blocks, record by record."""
    outcomes = b""
    for frames in blocks:
        desk.send(*frames)
        outcomes += desk.rows[-1].outcomes
    check_book(desk.book)
    found = np.frombuffer(outcomes, OUTCOME)
    return list(zip(*(found[name].tolist() for name in ("code", "state", "remaining_fen")), strict=True))


def cut(frames: list[Frame], chance: random.Random) -> list[list[Frame]]:
    """The same frames as some blocks, of which neighbours of one seat are one frame here and there."""
    blocks: list[list[Frame]] = [[]]
    for each in frames:
        if blocks[-1] and chance.random() < 0.15:
            blocks.append([])
        last = blocks[-1][-1] if blocks[-1] else None
        if last is not None and last.seat == each.seat and chance.random() < 0.5:
            blocks[-1][-1] = Frame(each.seat, joined(last.records, each.records))
        else:
            blocks[-1].append(each)
    return blocks


@pytest.mark.parametrize("seed", range(6))
def test_wherever_blocks_are_cut_the_same_comes_out(seed: int) -> None:
    frames = Story(seed).frames()
    whole, one_by_one, in_parts = (Story(seed).desk for _ in range(3))

    codes = told(whole, [frames])

    assert told(one_by_one, [[each] for each in frames]) == codes
    assert told(in_parts, cut(frames, random.Random(seed))) == codes
    arrays = {name: array for name, array in to_arrays(whole.book).items() if name not in _OF_ROWS}
    for other in (one_by_one, in_parts):
        others = to_arrays(other.book)
        assert arrays.keys() == others.keys() - set(_OF_ROWS)
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, others[name], err_msg=name)
        same_after_all(other)
    same_after_all(whole)


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_applied_in_runs_as_they_were_decided(seed: int) -> None:
    desk = Story(seed).desk
    told(desk, [[each] for each in Story(seed).frames()])

    book = Desk(desk.size).book
    for run in runs(desk.rows[len(Desk(desk.size).rows) :]):
        apply_run(book, run)

    assert whole_state(book) == whole_state(desk.book)


def test_the_stories_come_to_what_matters() -> None:
    """They would prove little if most of their records were refused for one reason."""
    found: dict[ReplyCode, int] = {}
    kinds: dict[int, int] = {}
    for seed in range(10):
        story = Story(seed)
        frames = story.frames()
        for frame, outcome in zip(frames, told(story.desk, [frames]), strict=True):
            found[ReplyCode(outcome[0])] = found.get(ReplyCode(outcome[0]), 0) + 1
            kind = int(frame.records["kind"][0])
            kinds[kind] = kinds.get(kind, 0) + (outcome[0] == 0)

    assert found[ReplyCode.ACCEPTED] > 250
    wanted = {ReplyCode.LISTED, ReplyCode.CANCEL_UNDER_WAY, ReplyCode.ORDER_ENDED, ReplyCode.NOT_SIGNED_ON}
    assert found.keys() >= wanted | {ReplyCode.FUNDS_FROZEN, ReplyCode.ORDER_UNKNOWN}
    assert all(kinds[kind] > 5 for kind in range(RecordKind.ORDER, RecordKind.CANCEL_REFUSED))
