"""Orders through the bank as the gateway's own book is told of them: steps, each with its row of the journal.

Belongs here: made-up records and messages, a book that takes them. Never here: an opinion on what is frozen.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from gateway.own_book.book import OwnBook
from gateway.own_book.papers import Place
from gateway.own_book.told import Frames
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.acts.table import text_of
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.control import EndSettlement
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.securities import PriceLimits, RegisterSecurities, SetPrices
from protocol.messages.persons import Act
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_OPEN,
    OUTCOME,
    RECORD,
    STATE_FROZEN,
    OutcomeArray,
    RecordArray,
)
from protocol.vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from tests.customers import account, contract
from tests.fees import fees_set
from tests.securities import NO_REST, share

MONDAY, TUESDAY = 20_260_105, 20_260_106
BROKER, CHANNEL_SEAT, BROKER_SEAT = 2, 41, 21
CODE = "600000"
Step = Callable[[OwnBook], None]


class Said(NamedTuple):
    """One record and what was told of it; of a report `number` is that of the order."""

    kind: RecordKind
    number: int
    quantity: int = 0
    price: int = 0  # of an order its limit, of an execution its turnover, in 1/10,000 yuan
    left_fen: int = 0
    code: ReplyCode = ReplyCode.ACCEPTED
    contract: int = 0
    trade_date: int = MONDAY
    code_of_security: str = CODE


def said(row: int, *all_said: Said, overtakes: bool = True) -> Step:
    """A block of records in a row of the journal; those of orders are of the channel's seat, by their own numbers."""
    return lambda book: _add(book, row, all_said, overtakes)


def heard(row: int, message: SetFees | RegisterSecurities | SetPrices, *, is_last: bool = False) -> Step:
    """The bank has set this."""
    return lambda book: book.orders.hear(message, Place(row, 1), is_last=is_last)


def settled(trade_date: int) -> Step:
    """The customers of a date are settled."""
    return lambda book: book.orders.hear(EndSettlement(trade_date), Place(99, 1), is_last=False)


def lowered(number: int, quantity: int, turnover: int) -> Step:
    """Two people have signed that no more was executed."""
    act = CorrectReportAct(
        author=1,
        bank="0" * 16,
        reason="as it is",
        serial=1,
        valid_until_s=1,
        contract_no=1,
        trade_date=MONDAY,
        seat=CHANNEL_SEAT,
        number=number,
        has_quantity=1_000,
        has_turnover=1,
        quantity=quantity,
        turnover=turnover,
    )
    told = Act(text_of(act), [])
    return lambda book: book.orders.hear(told, Place(13, 1), is_last=False)


def prices(trade_date: int, accrued: int = 0, code: str = CODE) -> SetPrices:
    """Limits that are far apart."""
    return SetPrices(0, 0, trade_date, [PriceLimits(Market.XSHG, code, 100, 1_000_000, accrued)], NO_REST)


def opened(book: OwnBook) -> None:
    """Two accounts and contracts of the broker."""
    book.open_accounts(account_no_from_index(0), [account(0, 10_000_000), account(1, 10_000_000)])


def signed(book: OwnBook) -> None:
    """Likewise."""
    book.sign_contracts(contract_no_from_index(0), [contract(0, BROKER), contract(1, BROKER)])


PAPERS = (
    heard(2, RegisterSecurities(0, 0, [share(MONDAY)], NO_REST)),
    heard(3, prices(MONDAY)),
    heard(4, fees_set(BROKER, MONDAY)),
)
"""A share, 0.18 % and at least 5.00, 0.02 ‰."""


def book_after(steps: Iterable[Step]) -> OwnBook:
    """A book that went through them, and is whole."""
    book = OwnBook()
    for step in steps:
        step(book)
    book.check_complete()
    return book


def money(book: OwnBook, contract_index: int = 0) -> tuple[int, int]:
    """Frozen and bought of a contract."""
    _, frozen, bought, _ = book.figures()
    return int(frozen[contract_index]), int(bought[contract_index])


def _add(book: OwnBook, row: int, all_said: Iterable[Said], overtakes: bool) -> None:
    lines = list(all_said)
    records, outcomes = block(*lines)
    frames = Frames.none()
    for one in lines:
        is_order = one.kind == RecordKind.ORDER
        frames.add(one.trade_date, CHANNEL_SEAT if is_order else BROKER_SEAT, one.number, 1, row)
    book.add(records, outcomes, frames._replace(overtake=overtakes))


def block(*all_said: Said) -> tuple[RecordArray, OutcomeArray]:
    """Records and outcomes, one of each."""
    records, outcomes = np.zeros(len(all_said), RECORD), np.zeros(len(all_said), OUTCOME)
    for place, one in enumerate(all_said):
        _fill(records[place : place + 1], outcomes[place : place + 1], one)
    return records, outcomes


def _fill(record: RecordArray, outcome: OutcomeArray, one: Said) -> None:
    record["kind"], record["contract_no"] = one.kind, contract_no_from_index(one.contract)
    outcome["code"] = one.code
    if one.kind == RecordKind.CLOSE:
        record["amount_fen"], record["release_fen"] = one.price, one.left_fen
    else:
        record["market_and_side"], record["security"] = market_and_side(Market.XSHG, Side.BUY), one.code_of_security
        record["quantity"], record["limit"] = one.quantity, one.price
        outcome["remaining_fen"] = one.left_fen
        outcome["state"] = FREEZE_STATE_OPEN if one.left_fen else FREEZE_STATE_CLOSED
    if one.kind == RecordKind.ORDER:
        record["order_type"], outcome["state"] = OrderType.LIMIT, STATE_FROZEN
    else:
        target = one.trade_date, CHANNEL_SEAT, one.number
        record["target_date"], record["target_seat"], record["target_number"] = target
