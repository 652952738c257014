"""One broker's date from its sign-off to what is published, a step at a time, with what may happen between its steps.

Belongs here: the steps of a lane and what each must earn. Never here: which lane's step comes next (walk).
"""

import random
from collections.abc import Iterator

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.lines.answers import clearing_set, proceeds_to_book, set_differences
from protocol.codes import ReplyCode
from protocol.day_acts import DeferAct, ResumeLaneAct
from protocol.messages.corrections import Closing, CorrectionAnswer, CorrectionQuery
from protocol.messages.day import CompleteSet, FinishSending, Publish, Reconcile, WithdrawSet
from protocol.messages.feeds import Notice, Object
from protocol.messages.queries import Difference
from protocol.records import RecordArray
from protocol.vocabulary import DifferenceClass, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import decision, permission, tolerance
from tests.ledger_core.corrections.words import SEATS, Both, closing, correction
from tests.ledger_core.days.bank import PAT, QUI, House, Split, made_good
from tests.ledger_core.days.facts import Lane, Op, Plant, draw_plants
from tests.ledger_core.days.told import SUMS, Set, key_of
from tests.ledger_core.desk import Desk, Frame, Target, codes, joined
from tests.ledger_core.lines.words import announce, proceeds
from tests.people import signed

ACCEPTED, NOT_DUE, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.LINE_DOUBLED
CASE_GIVEN = 3
ROUNDS_MAX = 6


class Close:
    """The close of a lane. Without `chance` it goes straight: every step once, in its order, by act wherever it may be.

    What is `whim`sical happens by chance alone and must change nothing that comes of the lane.
    """

    def __init__(self, house: House, lane: Lane, chance: random.Random | None) -> None:
        self.house, self.lane, self.chance = house, lane, chance
        self.party, self.date = lane
        self.seat, self.number = SEATS[lane[0]], 0
        self.set = Set(house.facts, house.has, lane, [])
        self._deferred = False

    def steps(self) -> Iterator[None]:
        """All of them; each is followed by others' steps."""
        if self.whim(0.6):
            yield from self._finish()
        if self.whim(0.2):
            self._defer(DeferAct)
            yield
        while self.number < 4 and self.whim(0.4):
            yield from self._draft()
        yield from self._send(self.house.facts.plants.get(self.lane, []))
        self.house.sets[self.lane] = self.set
        yield from self._complete()
        yield from self._leave_go()
        while self.date not in self.house.agreed:  # nothing is corrected before
            yield
        yield from self._settle_differences()
        while self._desk.control(Publish(self.date, self.party)) != ACCEPTED:  # until the broker's older date is
            assert self._has_older()
            yield
        yield from self._answer()

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
        counts = [sum(each.difference_class == kind for each in expected) for kind in DifferenceClass]
        assert clearing_set(self._desk.book, self.party, self.date).differences == counts
        return found

    def _settle_differences(self) -> Iterator[None]:
        """Compare, correct, decide, book what comes with the set, until nothing is left."""
        rejected = self._rejected()
        for _ in range(ROUNDS_MAX):
            found = self._compare()
            yield
            while self.whim(0.2):
                self._compare()
                yield
            left = [self._decide(each) for each in sorted({each.difference_class for each in found})]
            corrects = [self._correct(customer, rejected) for customer in self._to_correct(rejected)]
            ways = [each for each in (*left, *corrects) if each is not None]
            if self.chance is not None:
                self.chance.shuffle(ways)
            for way in ways:
                yield from way
            if corrects:
                continue
            if left and self._state() != LaneState.RECONCILED:
                continue
            if not proceeds_to_book(self._desk.book, self.party, self.date, 0).contracts:
                break
            yield from self._book_proceeds()
        assert self._state() == LaneState.RECONCILED

    def _rejected(self) -> dict[int, int]:
        """By customer what two people reject of its buys."""
        facts, found = self.house.facts, {}
        for (customer, date), hundredths in facts.rejected.items():
            buys_fen = self.set.sums(customer).buys_fen
            if date == self.date and facts.customers[customer].party == self.party and buys_fen:
                found[customer] = buys_fen * hundredths // 100
        return found

    def _state(self) -> LaneState:
        return LaneState(clearing_set(self._desk.book, self.party, self.date).state)

    def _to_correct(self, rejected: dict[int, int]) -> list[int]:
        """Customers for whom the bank will not have what the set says, and those of whom something is rejected."""
        found, first = set(rejected), 0
        contracts = {number: customer for customer, number in self.house.has.contracts.items()}
        while True:
            answer = dry_run(self._desk.book, CorrectionQuery(self.date, self.party, first, 0, 0))
            if answer.contract_no:
                found.add(contracts[answer.contract_no])
            first = answer.next_place
            if not first:
                break
        return sorted(customer for customer in found if (customer, self.date) not in self.house.has.corrected)

    def _decide(self, difference_class: int) -> Iterator[None]:
        """Two people know what is listed of a class."""
        name = DifferenceClass(difference_class).name
        found = set_differences(self._desk.book, self.party, self.date, 0).differences
        listed = [each for each in found if each.difference_class == difference_class]
        if all(each.compared_field in SUMS for each in listed):
            return
        act = decision(self.house.office, self._desk, self.party, name, on=self.date)
        code = self._desk.control(act)
        if code == NOT_DUE:  # something was corrected meanwhile: it is compared again first
            return
        assert code == ACCEPTED
        yield

    def _dry_run(self, customer: int, rejected_fen: int) -> CorrectionAnswer:
        contract_no = self.house.has.contracts[customer]
        answer = dry_run(self._desk.book, CorrectionQuery(self.date, self.party, 0, contract_no, rejected_fen))
        assert answer.contract_no == contract_no
        return answer

    def _correct(self, customer: int, rejected: dict[int, int]) -> Iterator[None]:
        """Close the orders of a contract and correct it, by act where one is needed."""
        rejected_fen = rejected.get(customer, 0)
        answer = self._dry_run(customer, rejected_fen)
        act_number = 0
        if answer.needs_act or rejected_fen:
            contract_no = answer.contract_no
            refused = NOT_DUE if answer.closings else ReplyCode.ACT_NEEDED
            if not rejected_fen:
                assert codes(self._desk.ask(DAY_SEAT, self._correction(answer, 0))) == [refused]
            if self.whim(0.3):  # people widen what may be corrected without their act: that does it, or not
                self._desk.done(tolerance(self.house.office, self.party, 300, 500))
                yield
            answer = self._dry_run(customer, rejected_fen)
            if answer.needs_act or rejected_fen:
                most_fen = answer.cleared_buys_fen + answer.has_sold_fen + answer.cleared_proceeds_fen
                bounds = {"rise_max_fen": answer.cleared_buys_fen, "made_good_max_fen": most_fen}
                act = permission(
                    self.house.office,
                    self._desk,
                    self.party,
                    contract_no,
                    _both(answer),
                    rejected_fen,
                    bounds,
                    on=self.date,
                )
                told = self._desk.told(act)
                assert told.code == ACCEPTED
                act_number = told.remaining_fen
                yield
        self._take(customer, rejected_fen, act_number)
        yield

    def _take(self, customer: int, rejected_fen: int, act_number: int) -> None:
        answer = self._dry_run(customer, rejected_fen)
        if answer.needs_act and not act_number:  # another correction used up what is tolerated
            act = permission(
                self.house.office, self._desk, self.party, answer.contract_no, _both(answer), 0, on=self.date
            )
            act_number = self._desk.told(act).remaining_fen
        split = self._split(customer, answer, rejected_fen)
        assert (answer.made_good_buys_fen, answer.made_good_proceeds_fen) == split
        for each in answer.closings:
            place = next(at for at, target in self.house.has.targets.items() if target == _target(each))
            drawn_fen = self.set.draws_fen(place)
            remaining_fen = self.house.has.remaining_fen(self.house.facts, place)
            assert (each.drawn_fen, each.released_fen) == (drawn_fen, remaining_fen - drawn_fen)
        closes = [
            closing(_target(each), answer.contract_no, each.drawn_fen, each.released_fen, self.date)
            for each in answer.closings
        ]
        told = self._desk.ask(DAY_SEAT, *closes, self._correction(answer, act_number))
        assert set(codes(told)) == {ACCEPTED}
        assert (told[-1].state == CASE_GIVEN) == any(split)
        for each in answer.closings:
            place = next(at for at, target in self.house.has.targets.items() if target == _target(each))
            self.house.has.drawn_fen[place] += each.drawn_fen
            self.house.has.closed_fen[place] = each.released_fen
        self.house.has.corrected.add((customer, self.date))
        again = self._dry_run(customer, rejected_fen)
        assert codes(self._desk.ask(DAY_SEAT, self._correction(again, 0))) == [NOT_DUE]  # once
        assert made_good(self.house, customer, self.date) == split

    def _split(self, customer: int, answer: CorrectionAnswer, rejected_fen: int) -> Split:
        """What the broker bears, reckoned from what is there for each date from this one on."""
        sums, facts, has = self.set.sums(customer), self.house.facts, self.house.has
        key = (customer, self.date)
        assert (answer.cleared_buys_fen, answer.cleared_proceeds_fen) == sums[:2]
        sold_fen, bought_fen = self._desk.unsettled(answer.contract_no).get(self.date, (0, 0))[::-1]
        open_orders = [each for each in self.set.orders(customer) if not self.set.is_held(each)]
        draws_fen = sum(self.set.draws_fen(each) for each in open_orders)
        freed_fen = sum(has.remaining_fen(facts, each) for each in open_orders) - draws_fen
        bought_fen += draws_fen
        assert (answer.has_bought_fen, answer.has_sold_fen) == (bought_fen, sold_fen), key
        takes_fen = sums.buys_fen - min(rejected_fen, sums.buys_fen)
        change_fen = freed_fen + max(0, bought_fen - takes_fen) + max(0, sums.proceeds_fen - sold_fen)
        there_fen = self.house.paid_fen(customer, self.date) + change_fen
        power_fen = self.house.power_fen(customer) + change_fen
        falls_fen = min(max(0, sold_fen - sums.proceeds_fen), max(0, there_fen))
        rises_fen = min(max(0, takes_fen - bought_fen), max(0, min(there_fen, power_fen) - falls_fen))
        bears_fen = min(bought_fen, takes_fen) + rises_fen
        split = Split(sums.buys_fen - bears_fen, max(0, sold_fen - sums.proceeds_fen) - falls_fen)
        if facts.has_plenty(customer):
            assert split == Split(min(rejected_fen, sums.buys_fen), 0)
        return split

    def _correction(self, answer: CorrectionAnswer, act_number: int) -> RecordArray:
        return correction(answer.contract_no, _both(answer), act_number, self.date)

    def _book_proceeds(self) -> Iterator[None]:
        """What comes with the set, contract by contract; the excess of a sale as far as money is there."""
        contracts = {number: customer for customer, number in self.house.has.contracts.items()}
        while due := proceeds_to_book(self._desk.book, self.party, self.date, 0).contracts:
            each = due[0] if self.chance is None else self.chance.choice(due)
            customer = contracts[each.contract_no]
            sums = self.set.sums(customer)
            there_fen = min(self.house.paid_fen(customer, self.date), self.house.power_fen(customer))
            excess_fen = min(sums.excess_fen, max(0, there_fen + sums.proceeds_fen))
            assert (each.proceeds_fen, each.excess_fen) == (sums.proceeds_fen, excess_fen)
            booked = proceeds(each.contract_no, each.proceeds_fen, each.excess_fen, self.date)
            assert codes(self._desk.ask(DAY_SEAT, booked, booked)) == [ACCEPTED, NOT_DUE]
            self.house.has.booked_fen[customer, self.date] = excess_fen
            self.house.has.sold_fen[customer, self.date] = sums.proceeds_fen
            yield

    def _has_older(self) -> bool:
        lanes = self._desk.book.clearing
        return any(
            lanes.lane(date, self.party).state < LaneState.PUBLISHED
            for date in self._desk.book.unsettled.dates.tolist()
            if 0 < date < self.date
        )

    def _answer(self) -> Iterator[None]:
        """The broker may say something of what it owes, once."""
        owes = sum(line.net_fen for line in self.set.lines) > 0
        if self.whim(0.3):
            notice = Notice(self.date, 0)
            first = ACCEPTED if owes else ReplyCode.OBLIGATION_UNKNOWN
            assert self._desk.control(notice, self.seat) == first
            assert self._desk.control(notice, self.seat) == (NOT_DUE if owes else first)
            yield
        if self.whim(0.3):
            objection = Object(self.date, 0, 5, 0, "fees")
            assert [self._desk.control(objection, self.seat) for _ in range(2)] == [ACCEPTED, NOT_DUE]
            yield
        if self._deferred:
            self._defer(ResumeLaneAct)
            yield


def _both(answer: CorrectionAnswer) -> Both:
    return Both(
        answer.cleared_buys_fen,
        answer.cleared_proceeds_fen,
        answer.has_bought_fen,
        answer.has_sold_fen,
        answer.made_good_buys_fen,
        answer.made_good_proceeds_fen,
    )


def _target(each: Closing) -> Target:
    return (each.order_date, each.order_seat, each.order_number)
