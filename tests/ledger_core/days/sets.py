"""A broker's sets of one date: sent in some frames, twice, wrong, withdrawn, adopted; and what is found in each.

Belongs here: everything of a lane up to what differs. Never here: what is done about it (lanes).
"""

import random
from collections.abc import Iterator

from ledger.core.lines.answers import clearing_set, set_differences
from protocol.acts.day import AdoptSetAct, DeferAct, ResumeLaneAct
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet, FinishSending, Reconcile, WithdrawSet
from protocol.messages.queries import Difference
from protocol.records import RecordArray
from protocol.vocabulary import DifferenceClass
from tests.ledger_core.corrections.people import withdrawal
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, SEATS, sent
from tests.ledger_core.days.bank import PAT, QUI, House
from tests.ledger_core.days.facts import Lane, Op, Plant, draw_plants
from tests.ledger_core.days.told import Set, key_of
from tests.ledger_core.desk import Answer, Desk, Frame, codes, joined
from tests.ledger_core.lines.words import announce
from tests.people import signed

ACCEPTED, NOT_DUE, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.LINE_DOUBLED
CASE_GIVEN = 3
ROUNDS_MAX = 6


class Sets:
    """Of a lane. Without `chance` it goes straight: one set, once, in one frame.

    What is `whim`sical happens by chance alone and must change nothing that comes of the lane.
    """

    def __init__(self, house: House, lane: Lane, chance: random.Random | None) -> None:
        self.house, self.lane, self.chance = house, lane, chance
        self.party, self.date = lane
        self.seat, self.number = SEATS[lane[0]], 0
        self.set = Set(house.facts, house.has, lane, [])
        self._deferred = False

    def _ask(self, *records: RecordArray) -> list[Answer]:
        """What records of the day desk are told, decided in order, or by the lane too, which must say the same."""
        return sent(self._desk, BY_LANE if self.whim(0.3) else IN_ORDER, *records)

    def whim(self, share: float) -> bool:
        """Whether something happens that a straight history has not."""
        return self.chance is not None and self.chance.random() < share

    @property
    def _desk(self) -> Desk:
        return self.house.desk

    def _finish(self) -> Iterator[None]:
        assert self._desk.control(FinishSending(self.date), self.seat) == ACCEPTED
        yield
        assert self._desk.control(FinishSending(self.date), self.seat) == NOT_DUE
        yield

    def _defer(self, form: type[DeferAct] | type[ResumeLaneAct]) -> None:
        act = form(**self.house.office.by(PAT), trade_date=self.date, party=self.party)
        self._desk.done(signed(act, PAT, QUI))
        self._deferred = form is DeferAct

    def _adopt(self) -> Iterator[None]:
        """The broker sends nothing: people defer its date, and take it that nothing was traded."""
        if not self._deferred:
            self._defer(DeferAct)
            yield
        who = self.house.office.by(PAT)
        act = AdoptSetAct(**who, trade_date=self.date, party=self.party, source="NOTHING_TRADED")
        self.number += 1
        assert self._desk.told(signed(act, PAT, QUI))[::2] == (ACCEPTED, self.number)
        self.set = Set(self.house.facts, self.house.has, self.lane, [])
        assert self.set.lines == []
        yield

    def _draft(self) -> Iterator[None]:
        """A set that is wrong in its own way, compared perhaps, and withdrawn."""
        assert self.chance is not None
        yield from self._send(
            draw_plants(self.chance, self.house.facts, self.lane, 4), is_whole=self.chance.random() < 0.7
        )
        lane = self._desk.book.clearing.lane(self.date, self.party)
        if lane.arrived == lane.announced:
            yield from self._complete()
            if self.whim(0.5):
                yield from self._leave_go()
            if self.whim(0.8):
                self._compare()
                yield
        elif self.whim(0.5):
            assert self._desk.control(CompleteSet(self.date, self.number), self.seat) == ReplyCode.SET_DIFFERS
            yield
        if self.whim(0.3):  # nothing was booked by it: two people may withdraw it too
            self._desk.done(withdrawal(self.house.office, self.party, self.number, self.date))
        else:
            assert self._desk.control(WithdrawSet(self.date, self.number), self.seat) == ACCEPTED
        yield

    def _send(self, plants: list[Plant], *, is_whole: bool = True) -> Iterator[None]:
        """Announce a set and send its lines, in some frames, each perhaps twice."""
        self.set = Set(self.house.facts, self.house.has, self.lane, plants)
        if self.chance is not None:
            self.chance.shuffle(self.set.lines)
        records = self.set.records(self.set.lines)
        frames = list(self._cut(records))
        while (answer := announce(self._desk, *frames, on=self.date, seat=self.seat)).code != ACCEPTED:
            assert answer.code == ReplyCode.SET_EXISTS  # the seat is sending another date's
            yield
        self.number += 1
        assert answer.remaining_fen == self.number
        yield
        for place, frame in enumerate(frames):
            if not is_whole and place == len(frames) - 1:
                return
            assert set(codes(self._desk.send(Frame(self.seat, frame)))) == {ACCEPTED}
            yield
            while self.whim(0.3):
                again = frames[self.chance.randrange(place + 1)] if self.chance else frame
                assert set(codes(self._desk.send(Frame(self.seat, again)))) == {DOUBLED}
                yield

    def _cut(self, records: list[RecordArray]) -> Iterator[RecordArray]:
        while records:
            size = len(records) if self.chance is None else self.chance.randrange(1, len(records) + 1)
            yield joined(*records[:size])
            records = records[size:]

    def _complete(self) -> Iterator[None]:
        assert self._desk.control(CompleteSet(self.date, self.number), self.seat) == ACCEPTED
        yield

    def _leave_go(self) -> Iterator[None]:
        """The broker releases what its orders have left, once each."""
        has, facts = self.house.has, self.house.facts
        planted = {each.place for each in facts.plants.get(self.lane, []) + self.set.plants if each.is_of_order}
        for place, order in enumerate(facts.orders):
            is_of_it = (facts.customers[order.customer].party, order.date) == self.lane
            if not is_of_it or not order.last_fen or place in planted or place not in has.targets:
                continue
            if place not in self.house.let_go:
                self.house.do(Op("last", place, order.last_fen), self.date)
                self.house.let_go.add(place)
                yield

    def _compare(self) -> list[Difference]:
        """All that is planted is found, in its class, with both values, and nothing else."""
        self._desk.done(Reconcile(self.date, self.party, 0))
        found = set_differences(self._desk.book, self.party, self.date, 0).differences
        expected = self.set.differences()
        assert sorted(found, key=key_of) == expected
        counts = [sum(each.difference_class == kind for each in expected) for kind in list(DifferenceClass)[:4]]
        assert clearing_set(self._desk.book, self.party, self.date).differences == counts
        return found
