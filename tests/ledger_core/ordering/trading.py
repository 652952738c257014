"""Orders through the bank in one word each: a bank that takes them, what channels and brokers say.

Belongs here: bringing a desk there, records. Never here: assertions about what they earn.
"""

from typing import NamedTuple

from ledger.core.state.orders.securities import number_of_code
from protocol.codes import ReplyCode
from protocol.messages.day.steps import SignOn
from protocol.records import RecordArray
from protocol.vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from tests.fees import fees_set
from tests.ledger_core.desk import BROKER, CHANNEL_SEAT, MONDAY, SEAT, Answer, Desk, Frame, joined, record
from tests.ledger_core.orders.signing import a_bank_with_channels, say, signed_on, with_password
from tests.phases import HALF_PAST_NINE_S, morning
from tests.securities import limits, priced, registered, share

YUAN = 10_000
CODE = "600000"
PAPER = (int(Market.XSHG), number_of_code(CODE))
NOW_S, UNTIL_S = HALF_PAST_NINE_S + 60, HALF_PAST_NINE_S + 3_600  # until when customers are signed on
BOUGHT_IN_SHANGHAI = market_and_side(Market.XSHG, Side.BUY)


class Name(NamedTuple):
    """How an order is named."""

    trade_date: int
    seat: int
    number: int


def a_bank(now_ns: int = NOW_S * 10**9) -> Desk:
    """A share with limits from 5.00 to 11.00, usual fees, a morning from 09:30 to 11:30, a broker that is there."""
    desk = a_bank_with_channels()
    desk.now_ns = now_ns
    desk.done(registered(share(MONDAY)))
    desk.done(priced(MONDAY, limits(low=5 * YUAN)))
    desk.done(fees_set(BROKER, MONDAY))
    desk.done(morning(MONDAY))
    assert desk.control(SignOn(MONDAY), SEAT) == ReplyCode.ACCEPTED
    return desk


def a_customer(desk: Desk, balance_fen: int = 2_000_000) -> int:
    """Signed on by phone; the number of the contract."""
    contract_no = with_password(desk, balance_fen)
    assert say(desk, signed_on(contract_no, until_s=UNTIL_S)) == [ReplyCode.ACCEPTED]
    return contract_no


def order(contract_no: int, quantity: int = 1_000, limit: int = 10 * YUAN, **fields: int | str) -> RecordArray:
    """A buy of so many at most at so much."""
    said: dict[str, int | str] = {
        "market_and_side": BOUGHT_IN_SHANGHAI,
        "order_type": OrderType.LIMIT,
        "quantity": quantity,
        "limit": limit,
    }
    return _sided(RecordKind.ORDER, contract_no, **said | fields)


def cancel(name: Name, contract_no: int, **fields: int | str) -> RecordArray:
    return _of(RecordKind.CANCEL, name, contract_no, **fields)


def taken(name: Name, contract_no: int, number: int = 42, **fields: int | str) -> RecordArray:
    return _of(RecordKind.TAKEN, name, contract_no, broker_number=number, **fields)


def refused(name: Name, contract_no: int, reason: int = 9, **fields: int | str) -> RecordArray:
    return _of(RecordKind.REFUSED, name, contract_no, reason=reason, **fields)


def executed(name: Name, contract_no: int, quantity: int, turnover: int, **fields: int | str) -> RecordArray:
    return _of(RecordKind.EXECUTED, name, contract_no, quantity=quantity, turnover=turnover, **fields)


def cancelled(name: Name, contract_no: int, quantity: int, answers: int = 0, **fields: int | str) -> RecordArray:
    said: dict[str, int | str] = {"reason": 1, "quantity": quantity, "cancel_position": answers}
    return _of(RecordKind.CANCELLED, name, contract_no, **said | fields)


def cancel_refused(name: Name, contract_no: int, answers: int, **fields: int | str) -> RecordArray:
    said: dict[str, int | str] = {"reason": 2, "cancel_position": answers}
    return _of(RecordKind.CANCEL_REFUSED, name, contract_no, **said | fields)


def ordered(desk: Desk, contract_no: int, quantity: int = 1_000, limit: int = 10 * YUAN) -> Name:
    """An order that must be taken; its name."""
    name = next_name(desk)
    (answer,) = desk.ask(CHANNEL_SEAT, order(contract_no, quantity, limit))
    assert answer.code == ReplyCode.ACCEPTED, answer.code.name
    return name


def next_name(desk: Desk, behind: int = 0, seat: int = CHANNEL_SEAT) -> Name:
    """Of the next record of a seat, or one so many behind it."""
    return Name(desk.book.trade_date, seat, int(desk.book.next_number[seat]) + behind)


def said(desk: Desk, *records: RecordArray, padding: int = 0) -> list[Answer]:
    """What each of these records earns in one block: orders and cancels come by the channel, others by the broker.

    `padding`: so many records of no kind behind them, with which the block is not a tiny one.
    """
    frames = [Frame(seat_of(each), each) for each in records]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, 0, 0)] * padding)))
    return desk.send(*frames)[: sum(map(len, records))]


def seat_of(records: RecordArray) -> int:
    """The seat by which such a record comes."""
    return CHANNEL_SEAT if records["kind"][0] in (RecordKind.ORDER, RecordKind.CANCEL) else SEAT


def _of(kind: RecordKind, name: Name, contract_no: int, **fields: int | str) -> RecordArray:
    said: dict[str, int | str] = {"market_and_side": BOUGHT_IN_SHANGHAI}
    said |= zip(("target_date", "target_seat", "target_number"), name, strict=True)
    return _sided(kind, contract_no, **said | fields)


def _sided(kind: RecordKind, contract_no: int, **fields: int | str) -> RecordArray:
    made = record(kind, contract_no, 0)
    made["security"] = str(fields.pop("code", CODE)).encode()
    for name, value in fields.items():
        made[name] = value
    return made
