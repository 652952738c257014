"""A clearing set sent by this client to a running bank, by the page: section 17.

Belongs here: announcing, sending, completing, withdrawing. Never here: bytes without a bank (test_vectors).
"""

import time

import pytest

from tests.outsider.broker import Broker
from tests.outsider.client import Client
from tests.outsider.link import Account
from tests.outsider.wire.codes import About, Code, Difference, Event, Fate, Lane, Order
from tests.outsider.wire.lines import Line, totals
from tests.outsider.wire.messages import NO_WINDOWS, Field, Message
from tests.outsider.wire.records import LISTED, NUMBER_GIVEN, Outcome, Target, fill_buy, freeze, release, trade_day

pytestmark = pytest.mark.postgres


def lines_of(order: Target, contract: int) -> list[list[Line]]:
    """Two frames: an order of 100.00, bought for 60.00 with fees of 0.57; and what else can be told of a customer."""
    day = trade_day(order.date)
    nowhere = order._replace(number=19_999_999)
    return [
        [
            Line(Order.CLEAR_ORDER, Fate.PARTLY, day, contract, 400, 10_000, 3_943, order=order),
            Line(Order.CLEAR_BUY, 1, day, contract, 600, 6_000, 50, (0, 1, 2, 4), order),
            Line(Order.CLEAR_BUY, 1, day, contract, 1, 100, order=nowhere),
        ],
        [
            Line(Order.CLEAR_SELL, 2, day, contract, 1, 200, 500, security=b"000001\0\0", reference=1),
            Line(Order.CLEAR_DIVIDEND, 1, day, contract, 10, 1_000, 100, security=b"600000\0\0", reference=2),
            Line(Order.CLEAR_REFUND, 1, day, contract, 1, 77, reference=5),
            Line(Order.CLEAR_CONTRACT, Event.OPENED, day, contract),
        ],
    ]


def body(lines: list[Line]) -> bytes:
    return b"".join(line.packed() for line in lines)


def stands(client: Client, trade_date: int) -> tuple[Field, ...]:
    """Where the client's date stands: state, number of the set, lines listed, announced, arrived."""
    answer = client.ask(Message("SetQuery", (trade_date, 0)))
    assert answer.int("trade_date") == trade_date
    return tuple(answer.field(name) for name in ("state", "number", "listed", "announced", "arrived"))


def compared(client: Client, trade_date: int) -> tuple[int, Field, list[Message]]:
    """Places compared, differences by class, and the list of them."""
    answer = client.ask(Message("SetQuery", (trade_date, 0)))
    found = client.ask_all("DifferenceQuery", trade_date, "differences")
    return answer.int("compared"), answer.field("differences"), found


def compare(bank: Client, party: int, trade_date: int) -> None:
    """The day desk compares all places."""
    first = 0
    while True:
        outcome = bank.control_outcome(Message("Reconcile", (trade_date, party, first)))
        assert outcome.code == Code.ACCEPTED
        assert (outcome.state == NUMBER_GIVEN) is (outcome.remaining_fen > first)
        first = outcome.remaining_fen
        if not first:
            return


def differences_told(client: Client, trade_date: int) -> list[Message]:
    """All differences, of which the set's answer counts as many of each class."""
    places, counts, found = compared(client, trade_date)
    classes = [each.int("difference_class") for each in found]
    assert (places, counts) == (0, tuple(classes.count(each) for each in Difference if each != Difference.FEE))
    assert client.ask(Message("SetQuery", (trade_date, 0))).int("state") == Lane.COMPLETE
    return found


def of_ours(found: list[Message], contract: int, order: Target) -> list[tuple[Field, ...]]:
    """Those about the contract's money or its orders; other tests trade on the date as well, and sign contracts."""
    return sorted(
        each.values
        for each in found
        if each.int("contract_no") in (contract, 0)
        and each.int("order_seat") in (0, order.seat)
        and each.int("compared_field") not in (About.OPENED, About.CLOSED)
    )


def wanted(contract: int, order: Target, proceeds_at_fill: bool) -> list[tuple[Field, ...]]:
    """The line that names no order; 3,943 given back by the set, and nothing here. 6,057 will be bought; the set says
    300 more, by which fees of a sale exceed its turnover: where proceeds come with the set, that comes with them.
    """
    nowhere = order._replace(number=19_999_999)
    found: list[tuple[Field, ...]] = [
        (Difference.MISSING_HERE, About.BUY, 0, *nowhere, 0, 1),
        (Difference.AMOUNT, About.RELEASED, contract, *order, 0, 3_943),
        (Difference.AMOUNT, About.BOUGHT, contract, 0, 0, 0, 6_057, 6_357),
    ]
    return found if proceeds_at_fill else found[:-1]


def test_a_set_is_announced_sent_completed_and_withdrawn(broker: Broker, day_desk: Account) -> None:
    (contract,) = broker.contracts(1)
    with Client(broker.accounts[0]) as client, Client(day_desk) as bank:
        client.log_on()
        order = Target(client.session.trade_date, broker.accounts[0].seat, client.session.next_number)
        assert client.decide([freeze(contract, 10_000)]).codes() == [Code.ACCEPTED]
        frames = lines_of(order, contract)
        whole = totals([body(lines) for lines in frames])
        announcement = Message("AnnounceSet", (order.date, int(time.time()) - 60, whole))
        assert client.control(announcement) == Code.STEP_NOT_DUE
        bank.log_on()
        assert bank.control(Message("OpenTradeDate", (order.date + 1, NO_WINDOWS))) == Code.ACCEPTED
        client.reconnect()
        client.session.next_number = client.establish()

        assert client.control(Message("FinishSending", (order.date,))) == Code.ACCEPTED
        assert client.control_outcome(announcement) == Outcome(Code.ACCEPTED, NUMBER_GIVEN, 0, 1)
        assert client.control(announcement) == Code.SET_EXISTS
        complete, withdraw = (Message(name, (order.date, 1)) for name in ("CompleteSet", "WithdrawSet"))
        told = client.decide_lines(frames[0]).outcomes
        assert told == (Outcome(Code.ACCEPTED), Outcome(Code.ACCEPTED), Outcome(Code.ACCEPTED, LISTED))
        assert client.control(complete) == Code.SET_DIFFERS
        assert stands(client, order.date) == (Lane.COLLECTING, 1, 1, whole, totals([body(frames[0])]))
        assert client.decide_lines(frames[0]).codes() == [Code.LINE_DOUBLED] * 3
        assert client.decide_lines(frames[1]).codes() == [Code.ACCEPTED] * 4
        assert client.control(complete) == Code.ACCEPTED
        assert stands(client, order.date) == (Lane.COMPLETE, 1, 1, whole, whole)
        assert client.decide_lines(frames[1]).codes() == [Code.SET_NOT_OPEN] * 4
        fill = fill_buy(contract, 100, 0, order)
        assert client.decide([release(contract, 3_944, order), fill]).codes() == [
            Code.AMOUNT_OVER_REMAINING,  # 6,057 of the 10,000 were bought
            Code.LISTED,
        ]
        assert compared(client, order.date) == (0, (0, 0, 0, 0), [])
        bank.reconnect()
        bank.session.next_number = bank.establish()
        compare(bank, broker.party, order.date)
        found = differences_told(client, order.date)
        assert of_ours(found, contract, order) == wanted(contract, order, broker.proceeds_at_fill)
        assert bank.control(Message("Publish", (order.date, broker.party))) == Code.STEP_NOT_DUE
        assert client.control(Message("Publish", (order.date, broker.party))) == Code.ROLE_FORBIDS
        assert client.ask_all("ProceedsQuery", order.date, "contracts") == []
        assert client.control(withdraw) == Code.ACCEPTED
        assert client.control(withdraw) == Code.SET_UNKNOWN
        assert stands(client, order.date) == (Lane.FINISHED, 0, 0, totals([]), totals([]))
        assert client.control_outcome(announcement) == Outcome(Code.ACCEPTED, NUMBER_GIVEN, 0, 2)
        client.finish()
