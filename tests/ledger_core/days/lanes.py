"""One broker's date from its sign-off to what is published, a step at a time, with what may happen between its steps.

Belongs here: the steps of a lane and what each must earn. Never here: which lane's step comes next (walk).
"""

from collections.abc import Iterator

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.corrections.answers import to_close
from ledger.core.lines.answers import clearing_set, proceeds_to_book, set_differences
from protocol.acts.day import DeferAct, ResumeLaneAct
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import Closing, ClosingsQuery, CorrectionAnswer, CorrectionQuery, OrderClosing
from protocol.messages.day.steps import Publish
from protocol.messages.feeds import Notice, Object
from protocol.records import RecordArray
from protocol.vocabulary import DifferenceClass, LaneState
from tests.ledger_core.corrections.people import decision, permission, tolerance, withdrawal
from tests.ledger_core.corrections.words import both_of, closing, correction, reversals
from tests.ledger_core.days.bank import Split, made_good
from tests.ledger_core.days.sets import Sets
from tests.ledger_core.days.told import SUMS
from tests.ledger_core.desk import BROKER, Target, codes
from tests.ledger_core.lines.words import announce, proceeds

ACCEPTED, NOT_DUE, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.LINE_DOUBLED
CASE_GIVEN = 3
ROUNDS_MAX, SETS_MAX = 6, 8
NAMED = ("amount_fen", "cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen")
"""Of a reversal: what would be bought and sold without the set, and what stays of both."""


class Close(Sets):
    """The close of a lane. Without `chance` every step comes once, in its order, by act wherever it may be."""

    def steps(self) -> Iterator[None]:
        """All of them; each is followed by others' steps."""
        if self.whim(0.6):
            yield from self._finish()
        if self.whim(0.2):
            self._defer(DeferAct)
            yield
        while self.number < 4 and self.whim(0.4):
            yield from self._draft()
        if self.lane in self.house.facts.silent and self.whim(0.6):
            yield from self._adopt()
        else:
            yield from self._send(self.house.facts.plants.get(self.lane, []))
            yield from self._complete()
        self.house.sets[self.lane] = self.set
        yield from self._leave_go()
        while self.date not in self.house.agreed:  # nothing is corrected before
            yield
        yield from self._settle_differences()
        while self.number < SETS_MAX and self.whim(0.4):
            yield from self._take_back()
            yield from self._settle_differences()
        while self._desk.control(Publish(self.date, self.party)) != ACCEPTED:  # until the broker's older date is
            assert self._has_older()
            yield
        yield from self._close_orders()
        yield from self._answer()

    def _close_orders(self) -> Iterator[None]:
        """Once it is published each order that is left open is ended as the set says, whichever first."""
        while left := to_close(self._desk.book, ClosingsQuery(self.date, self.party, 0)).closings:
            each = left[0] if self.chance is None else self.chance.choice(left)
            record = closing(_target(each), each.contract_no, each.drawn_fen, each.released_fen, self.date)
            place = self._place_to_close(each)
            assert codes(self._ask(record, record)) == [ACCEPTED, ReplyCode.FREEZE_CLOSED]
            self._closed(place, each)
            assert self._state() == LaneState.CLOSING
            yield

    def _place_to_close(self, each: Closing | OrderClosing) -> int:
        """Whose end it is; what it draws and releases is reckoned here."""
        place = next(at for at, target in self.house.has.targets.items() if target == _target(each))
        drawn_fen, remaining_fen = self.set.draws_fen(place), self.house.has.remaining_fen(self.house.facts, place)
        assert (each.drawn_fen, each.released_fen) == (drawn_fen, remaining_fen - drawn_fen)
        return place

    def _closed(self, place: int, each: Closing | OrderClosing) -> None:
        self.house.has.drawn_fen[place] += each.drawn_fen
        self.house.has.closed_fen[place] = each.released_fen

    def _take_back(self) -> Iterator[None]:
        """Two people withdraw the set, what was booked by it is taken back, and the broker sends it again.

        What goes back is reckoned from what is there for each date from this one on, when it goes.
        """
        desk, has = self._desk, self.house.has
        customers = {number: customer for customer, number in has.contracts.items()}
        without = {each: self._without(each) for each, _ in self.house.facts.of_lane(self.lane)}
        desk.done(withdrawal(self.house.office, self.party, self.number, self.date))
        yield
        while left := reversals(desk, self.party, self.date):
            assert self._state() == LaneState.REVERTING
            assert announce(desk, on=self.date, seat=self.seat).code == NOT_DUE
            record = left[0] if self.chance is None else self.chance.choice(left)
            customer = customers[int(record["contract_no"][0])]
            goes = without.pop(customer)
            stays = self._taken(customer, *goes, (0, 0))
            named = [int(record[name][0]) for name in NAMED]
            assert named == [*goes, *stays], (named, goes, stays)
            assert not (any(stays) and self.house.facts.has_plenty(customer))
            assert codes(self._ask(record, record)) == [ACCEPTED, NOT_DUE]
            left_of = has.left_of(customer, self.date)
            has.left_fen[customer, self.date] = (left_of[0] - stays.buys_fen, left_of[1] + stays.proceeds_fen)
            yield
        assert self._state() == LaneState.FINISHED
        for customer, _ in self.house.facts.of_lane(self.lane):
            key = (customer, self.date)
            assert made_good(self.house, *key) == Split(0, 0)
            has.corrected.discard(key)
            if has.booked_fen.pop(key, None) is not None or self.party != BROKER:
                has.sold_fen.pop(key, None)
        yield from self._send(self.house.facts.plants.get(self.lane, []))
        yield from self._complete()
        self.house.sets[self.lane] = self.set

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
                assert codes(self._ask(self._correction(answer, 0))) == [refused]
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
                    both_of(answer),
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
                self.house.office, self._desk, self.party, answer.contract_no, both_of(answer), 0, on=self.date
            )
            act_number = self._desk.told(act).remaining_fen
        split = self._split(customer, answer, rejected_fen)
        assert (answer.made_good_buys_fen, answer.made_good_proceeds_fen) == split
        places = list(map(self._place_to_close, answer.closings))
        closes = [
            closing(_target(each), answer.contract_no, each.drawn_fen, each.released_fen, self.date)
            for each in answer.closings
        ]
        told = self._ask(*closes, self._correction(answer, act_number))
        assert set(codes(told)) == {ACCEPTED}
        assert (told[-1].state == CASE_GIVEN) == any(split)
        for place, each in zip(places, answer.closings, strict=True):
            self._closed(place, each)
        self.house.has.corrected.add((customer, self.date))
        again = self._dry_run(customer, rejected_fen)
        assert codes(self._ask(self._correction(again, 0))) == [NOT_DUE]  # once
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
        assert (answer.has_bought_fen, answer.has_sold_fen) == (bought_fen + draws_fen, sold_fen), key
        rejected_fen = min(rejected_fen, sums.buys_fen)
        misses = self._taken(customer, sums.buys_fen - rejected_fen, sums.proceeds_fen, (draws_fen, freed_fen))
        split = Split(misses.buys_fen + rejected_fen, misses.proceeds_fen)
        if facts.has_plenty(customer):
            assert split == Split(min(rejected_fen, sums.buys_fen), 0)
        return split

    def _without(self, customer: int) -> tuple[int, int]:
        """Bought and sold of the date as they were before anything was booked by the set, its orders closed."""
        has, left = self.house.has, self.house.has.left_of(customer, self.date)
        drawn_fen = sum(has.drawn_fen[each] for each in self.set.orders(customer))
        sold_fen = has.sold_fen.get((customer, self.date), 0) if self.party == BROKER else 0
        return drawn_fen + left[0], sold_fen + left[1]

    def _taken(self, customer: int, takes_fen: int, proceeds_fen: int, closing_fen: tuple[int, int]) -> Split:
        """What is missing of so much bought, and too much of so much sold, when nobody is overdrawn, and nothing leans
        on what later dates have brought. `closing_fen`: what closing the date's orders draws and gives back before.
        """
        contract_no = self.house.has.contracts[customer]
        bought_fen, sold_fen = self._desk.unsettled(contract_no).get(self.date, (0, 0))
        bought_fen += closing_fen[0]
        change_fen = closing_fen[1] + max(0, bought_fen - takes_fen) + max(0, proceeds_fen - sold_fen)
        there_fen = self.house.paid_fen(customer, self.date) + change_fen
        power_fen = self.house.power_fen(customer) + change_fen
        falls_fen = min(max(0, sold_fen - proceeds_fen), max(0, there_fen))
        rises_fen = min(max(0, takes_fen - bought_fen), max(0, min(there_fen, power_fen) - falls_fen))
        bought_fen = min(bought_fen, takes_fen) + rises_fen
        return Split(takes_fen - bought_fen, max(0, sold_fen - proceeds_fen) - falls_fen)

    def _correction(self, answer: CorrectionAnswer, act_number: int) -> RecordArray:
        return correction(answer.contract_no, both_of(answer), act_number, self.date)

    def _book_proceeds(self) -> Iterator[None]:
        """What comes with the set, contract by contract; the excess of a sale as far as money is there."""
        contracts = {number: customer for customer, number in self.house.has.contracts.items()}
        while due := proceeds_to_book(self._desk.book, self.party, self.date, 0).contracts:
            each = due[0] if self.chance is None else self.chance.choice(due)
            customer = contracts[each.contract_no]
            sums = self.set.sums(customer)
            proceeds_fen = sums.proceeds_fen - self.house.has.left_of(customer, self.date)[1]
            there_fen = min(self.house.paid_fen(customer, self.date), self.house.power_fen(customer))
            excess_fen = min(sums.excess_fen, max(0, there_fen + proceeds_fen))
            assert (each.proceeds_fen, each.excess_fen) == (proceeds_fen, excess_fen)
            booked = proceeds(each.contract_no, each.proceeds_fen, each.excess_fen, self.date)
            assert codes(self._ask(booked, booked)) == [ACCEPTED, NOT_DUE]
            self.house.has.booked_fen[customer, self.date] = excess_fen
            self.house.has.sold_fen[customer, self.date] = proceeds_fen
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


def _target(each: Closing | OrderClosing) -> Target:
    return (each.order_date, each.order_seat, each.order_number)
