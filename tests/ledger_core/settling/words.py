"""Settling and crediting in one word each, as the day desk asks for them; a broker's date up to what is published.

Belongs here: making and sending. Never here: assertions about money, the arithmetic of a settlement.
"""

from collections.abc import Iterable

from ledger.core.corrections.answers import to_close
from ledger.core.settling.answers import to_credit, to_settle
from ledger.core.state.day.obligations import ObligationKey
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import ClosingsQuery
from protocol.messages.day.paying import Fund, Pay
from protocol.messages.day.settling import CreditsQuery, Settlement, SettlementsQuery
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile, SignOff
from protocol.records import STATE_CREDITED, STATE_OWED, STATE_SET_OFF, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState, ObligationState, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import SEATS, closing
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, Answer, Desk, codes, fill_buy, fill_sell, record
from tests.ledger_core.lines.words import agree, buy, order, sell, send_whole

ACCEPTED = ReplyCode.ACCEPTED
PAID = Answer(ACCEPTED, 0, 0)


def set_off(fen: int) -> Answer:
    """What a settlement is told while its broker is gated."""
    return Answer(ACCEPTED, STATE_SET_OFF, fen)


def credited(fen: int) -> Answer:
    """What a settlement is told while its broker is not gated."""
    return Answer(ACCEPTED, STATE_CREDITED, fen)


def owed(fen: int) -> Answer:
    """What a settlement or credit of a contract is told whose account is closed."""
    return Answer(ACCEPTED, STATE_OWED, fen)


def settlement(
    contract_no: int,
    buys_fen: int = 0,
    proceeds_fen: int = 0,
    other_fen: int = 0,
    on: int = MONDAY,
    from_moved_fen: int = 0,
) -> RecordArray:
    fields = {"settled_proceeds_fen": proceeds_fen, "settled_other_fen": other_fen, "from_moved_fen": from_moved_fen}
    return record(RecordKind.SETTLE, contract_no, buys_fen, trade_day=trade_day(on), **fields)


def settlement_of(each: Settlement, on: int = MONDAY) -> RecordArray:
    """The settlement of a contract, as the bank tells it."""
    found = settlement(each.contract_no, each.from_savings_fen, each.proceeds_fen, each.other_fen, on)
    found["from_moved_fen"] = each.from_moved_fen
    return found


def credit(contract_no: int, proceeds_fen: int = 0, other_fen: int = 0, on: int = MONDAY) -> RecordArray:
    return record(RecordKind.CREDIT, contract_no, proceeds_fen, other_fen=other_fen, trade_day=trade_day(on))


def bought(desk: Desk, contract_no: int, fen: int) -> list[RecordArray]:
    """An order of the open date that is filled whole; the lines that the set has of it."""
    on = desk.book.trade_date
    target = desk.freeze(contract_no, fen)
    assert codes(desk.ask(SEAT, fill_buy(target, contract_no, fen))) == [ACCEPTED]
    return [order(target, contract_no, fen, on=on), buy(target, contract_no, fen, on=on)]


def sold(desk: Desk, contract_no: int, fen: int, reference: int = 1) -> list[RecordArray]:
    """A sale of the open date, and the line of it."""
    on = desk.book.trade_date
    assert codes(desk.ask(SEAT, fill_sell(contract_no, fen, on=on))) == [ACCEPTED]
    return [sell(reference, contract_no, fen, on=on)]


def published(desk: Desk, *lines: RecordArray, on: int = MONDAY, party: int = BROKER) -> None:
    """The date is signed off and agreed on if it was not, the broker's set says these lines and nothing differs, what
    is owed is published, and each order left open is ended.
    """
    if desk.book.trade_date == on and not desk.book.phase:
        desk.done(SignOff(on))
    if not desk.book.unsettled.agreed[desk.book.unsettled.slot_of(on)]:
        agree(desk, on)
    send_whole(desk, *lines, on=on, seat=SEATS[party])
    desk.done(Reconcile(on, party, 0))
    desk.done(Publish(on, party))
    for each in to_close(desk.book, ClosingsQuery(on, party, 0)).closings:
        target = (each.order_date, each.order_seat, each.order_number)
        told = desk.ask(DAY_SEAT, closing(target, each.contract_no, each.drawn_fen, each.released_fen, on))
        assert told[0].code == ACCEPTED


def begin(desk: Desk, on: int = MONDAY, party: int = BROKER) -> int:
    """The lane's customers are settled from now on; how many there are."""
    told = desk.told(BeginSettle(on, party))
    assert told.code == ACCEPTED
    return told.remaining_fen


def to_be_settled(desk: Desk, on: int = MONDAY, party: int = BROKER) -> list[RecordArray]:
    """A settlement of each contract that is to be settled, as the bank tells them."""
    return [settlement_of(each, on) for each in to_settle(desk.book, SettlementsQuery(on, party, 0)).contracts]


def to_be_credited(desk: Desk, party: int = BROKER) -> list[RecordArray]:
    """A credit of each contract to which something is due, of the oldest date, as the bank tells them."""
    told = to_credit(desk.book, CreditsQuery(party, 0))
    return [credit(each.contract_no, each.proceeds_fen, each.other_fen, told.trade_date) for each in told.contracts]


def settle(desk: Desk, on: int = MONDAY, party: int = BROKER) -> list[Answer]:
    """The whole step of a lane; what each settlement was told, by contract."""
    return desk.ask(DAY_SEAT, *to_be_settled(desk, on, party)) if begin(desk, on, party) else []


def state(desk: Desk, on: int = MONDAY, party: int = BROKER) -> LaneState:
    """Where a lane is."""
    return LaneState(desk.book.clearing.lane(on, party).state)


def discharge(desk: Desk, on: Iterable[int] = (MONDAY,), party: int = BROKER) -> None:
    """What is owed by these dates of a broker is paid, either way: it brings what it owes, the bank pays what it owes.
    The dates have no due times: both are due at once.
    """
    for trade_date in on:
        owed = desk.book.obligations.entries[ObligationKey(party, trade_date, 0)]
        if owed.owed_fen < 0:
            desk.done(Pay(trade_date, party))
        else:
            desk.done(Fund(party, owed.unpaid_fen, desk.book.clearing_accounts.of(party).fund_serial + 1))
        assert desk.book.obligations.entries[owed.key].state == ObligationState.PAID
