"""Steps that are not due, and what each earns: they move nothing.

Belongs here: what is refused in which state of a lane, that all is as before. Never here: steps that are due.
"""

import random
from collections.abc import Callable, Iterator

import numpy as np

from ledger.core.state.forms.arrays import to_arrays
from protocol.codes import ReplyCode
from protocol.messages.control import EndSettlement
from protocol.messages.day.steps import CompleteSet, FinishSending, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.feeds import Notice, Object
from protocol.records import RecordArray
from protocol.vocabulary import DatePhase, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import SEATS, Both, closing, correction
from tests.ledger_core.days.bank import House
from tests.ledger_core.days.facts import LANES, Lane
from tests.ledger_core.desk import BROKER, TUESDAY, fill_buy, fill_sell, freeze, release
from tests.ledger_core.lines.words import announce, proceeds, sell

NOT_DUE, NO_SET = ReplyCode.STEP_NOT_DUE, ReplyCode.SET_UNKNOWN
MOVES_BY_ANY_ROW = frozenset(
    {
        *("scalars", "next_number", "previous_next_number", "frames", "previous_frames", "page_owners", "seat_slots"),
        "savings",  # the first row of a day counts what accounts have earned
    }
)
Attempt = tuple[ReplyCode, Callable[[], ReplyCode]]


def refuse_something(house: House, chance: random.Random) -> None:
    """One step of some lane that is not due: it is refused as it must be, and nothing has moved."""
    attempts = list(_attempts(house, chance, chance.choice(LANES)))
    code, send = chance.choice(attempts)
    before = _money_and_rights(house)
    told = send()
    assert told == code, (told, code)
    assert _money_and_rights(house) == before


def _money_and_rights(house: House) -> dict[str, bytes]:
    """All that is kept but numbers of requests and rows; of the request table what is used."""
    arrays = to_arrays(house.desk.book)
    used = np.flatnonzero(arrays["request_contract"])
    return {
        name: (each[used] if name.startswith("request_") else each).tobytes()
        for name, each in arrays.items()
        if name not in MOVES_BY_ANY_ROW
    }


def _attempts(house: House, chance: random.Random, lane: Lane) -> Iterator[Attempt]:
    desk, (party, date) = house.desk, lane
    seat, kept = SEATS[party], house.desk.book.clearing.lane(date, party)
    own = [place for place, each in enumerate(house.facts.customers) if each.party == party and not each.ends]
    customer = chance.choice(own)
    contract_no = house.has.contracts.get(customer, 0)

    def control(message: object, by: int = 0) -> Callable[[], ReplyCode]:
        return lambda: desk.control(message, by)  # type: ignore[arg-type]

    def told(record: RecordArray, by: int = DAY_SEAT) -> Callable[[], ReplyCode]:
        return lambda: desk.ask(by, record)[0].code

    if date > desk.book.trade_date:
        for message in (Reconcile(date, party, 0), Publish(date, party)):
            yield ReplyCode.DATE_NOT_UNSETTLED, control(message)
        yield ReplyCode.DATE_NOT_UNSETTLED, lambda: announce(desk, on=date, seat=seat).code
        return
    phase, state = desk.book.phase, kept.state
    if date == desk.book.trade_date and phase == DatePhase.TRADING:
        yield NOT_DUE, lambda: announce(desk, on=date, seat=seat).code
    else:
        yield NOT_DUE, control(SignOff(date))
    if phase != DatePhase.TRADING and contract_no:
        yield ReplyCode.MARKET_CLOSED, told(freeze(contract_no, 1), seat)
    yield ReplyCode.DATE_NOT_IN_TURN, control(EndSettlement(TUESDAY))
    yield NO_SET, control(WithdrawSet(date, kept.number + 1), seat)
    yield from _by_state(house, lane, LaneState(state), contract_no, control, told)
    if state < LaneState.PUBLISHED:
        yield ReplyCode.OBLIGATION_UNKNOWN, control(Notice(date, 0), seat)
        yield ReplyCode.OBLIGATION_UNKNOWN, control(Object(date, 0, 1, 0, "fees"), seat)
    if state >= LaneState.COMPLETE and contract_no:
        yield from _told_too_late(house, lane, customer, told)


def _by_state(
    house: House,
    lane: Lane,
    state: LaneState,
    contract_no: int,
    control: Callable[..., Callable[[], ReplyCode]],
    told: Callable[..., Callable[[], ReplyCode]],
) -> Iterator[Attempt]:
    desk, (party, date) = house.desk, lane
    seat, kept = SEATS[party], desk.book.clearing.lane(date, party)
    if state != LaneState.TRADING:
        yield NOT_DUE, control(FinishSending(date), seat)
    if state not in (LaneState.COMPLETE, LaneState.RECONCILED):
        yield NOT_DUE, control(Reconcile(date, party, 0))
        if contract_no:
            yield NOT_DUE, told(correction(contract_no, Both(), on=date))
    if state != LaneState.RECONCILED:
        yield NOT_DUE, control(Publish(date, party))
    if contract_no and (state != LaneState.RECONCILED or party == BROKER):
        yield NOT_DUE, told(proceeds(contract_no, 5, on=date))
    if state != LaneState.COLLECTING:
        yield NO_SET, control(CompleteSet(date, max(1, kept.number)), seat)
        if contract_no and (party, date) not in {(each.party, each.trade_date) for each in _collecting(house)}:
            yield ReplyCode.SET_NOT_OPEN, told(sell(9_999, contract_no, 5, on=date), seat)
    if state >= LaneState.COLLECTING:
        yield ReplyCode.SET_EXISTS, lambda: announce(desk, on=date, seat=seat).code
    if state >= LaneState.PUBLISHED:
        yield ReplyCode.LANE_PUBLISHED, control(WithdrawSet(date, kept.number), seat)
    elif kept.is_adjusted:
        yield ReplyCode.LANE_ADJUSTED, control(WithdrawSet(date, kept.number), seat)
    if contract_no:
        yield ReplyCode.ROLE_FORBIDS, told(correction(contract_no, Both(), on=date), seat)


def _collecting(house: House) -> list:  # type: ignore[type-arg]
    return [each for each in house.desk.book.clearing.sorted_lanes() if each.state == LaneState.COLLECTING]


def _told_too_late(
    house: House, lane: Lane, customer: int, told: Callable[..., Callable[[], ReplyCode]]
) -> Iterator[Attempt]:
    """Of a date whose set is complete: fills are listed, what is bought is not released, a closing stands alone."""
    contract_no, (party, date) = house.has.contracts[customer], lane
    seat = SEATS[party]
    if party == BROKER:
        yield ReplyCode.LISTED, told(fill_sell(contract_no, 5, on=date), seat)
    for place, order in enumerate(house.facts.orders):
        if (order.customer, order.date) != (customer, date) or place not in house.has.targets:
            continue
        target, remaining_fen = house.has.targets[place], house.has.remaining_fen(house.facts, place)
        if remaining_fen:
            yield ReplyCode.LISTED, told(fill_buy(target, contract_no, 1, on=date), seat)
            if lane in house.sets and not house.sets[lane].is_held(place):  # it ends with its date
                yield ReplyCode.LISTED, told(fill_buy(target, contract_no, 1, on=house.desk.book.trade_date), seat)
            yield ReplyCode.AMOUNT_OVER_REMAINING, told(release(target, contract_no, remaining_fen + 1), seat)
            is_held = lane in house.sets and house.sets[lane].is_held(place)
            if house.desk.book.clearing.lane(date, party).state < LaneState.PUBLISHED or is_held:
                yield NOT_DUE, told(closing(target, contract_no, 0, remaining_fen, date))
            else:
                wrong = closing(target, contract_no, remaining_fen, 1, date)
                yield ReplyCode.SETTLEMENT_DIFFERS, told(wrong)
        else:
            yield ReplyCode.FREEZE_CLOSED, told(release(target, contract_no, 1), seat)
            yield ReplyCode.FREEZE_CLOSED, told(closing(target, contract_no, 0, 1, date))
