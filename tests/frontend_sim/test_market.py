"""Workload, exchange, customers and desks: the same by seed, and within the rules of a market."""

import random
from collections import Counter
from dataclasses import replace

import trio

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.broker import Desk
from frontend_sim.market.exchange import Cancelled, Exchange, Filled
from frontend_sim.market.market_day import informed_auditor, make_customers
from frontend_sim.market.workload import Side, Workload
from frontend_sim.practice import cast
from frontend_sim.trading_session.session_log import SessionLog
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_contract_no
from protocol.vocabulary import RecordKind
from tests.frontend_sim.memory_seat import MemorySeat

BROKERS = [BrokerEntry(2, "One", (21, 22), cast.broker_signer()), BrokerEntry(3, "Two", (31,), cast.broker_signer())]


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    own, foreign = [98, 195, 292], [389]
    first = Workload(7, own, foreign).next_orders(200)
    assert Workload(7, own, foreign).next_orders(200) == first
    assert Workload(8, own, foreign).next_orders(200) != first


def test_orders_are_whole_lots_at_whole_ticks() -> None:
    for order in Workload(1, [98, 195]).next_orders(500):
        assert order.limit_price > 0
        assert order.limit_price % 100 == 0
        assert order.quantity > 0
        assert order.quantity % 100 == 0


def test_some_orders_are_for_contracts_that_do_not_exist_or_belong_to_others() -> None:
    orders = Workload(1, [98, 195], [292]).next_orders(2_000)
    unknown = [order for order in orders if index_from_contract_no(order.contract_no) < 0]
    foreign = [order for order in orders if order.contract_no == 292]
    assert unknown
    assert foreign


def test_the_exchange_repeats_itself_by_seed() -> None:
    orders = Workload(3, [98]).next_orders(300)
    one, two = Exchange(5), Exchange(5)
    assert [one.events_of(order) for order in orders] == [two.events_of(order) for order in orders]


def test_the_exchange_never_fills_worse_than_the_limit_nor_more_than_ordered() -> None:
    exchange, kinds = Exchange(11), Counter[str]()
    for order in Workload(4, [98]).next_orders(3_000):
        events = exchange.events_of(order)
        quantity = 0
        for event in events:
            quantity += event.quantity
            assert event.quantity > 0
            if isinstance(event, Filled):
                better = order.limit_price - event.price
                assert (better if order.side is Side.BUY else -better) >= 0
        assert quantity <= order.quantity
        assert all(isinstance(event, Filled) for event in events[:-1])
        kinds["left open"] += quantity < order.quantity
        kinds["cancelled"] += bool(events) and isinstance(events[-1], Cancelled)
        kinds["in parts"] += sum(isinstance(event, Filled) for event in events) > 1
    assert min(kinds["left open"], kinds["cancelled"], kinds["in parts"]) > 100


def test_customers_are_dealt_to_brokers_and_their_seats() -> None:
    customers = make_customers(1, BROKERS, 8)
    assert [customer.terms.party for customer in customers] == [2, 3, 2, 3, 2, 3, 2, 3]
    assert [customer.seat for customer in customers] == [21, 31, 22, 31, 21, 31, 22, 31]
    assert customers == make_customers(1, BROKERS, 8)
    assert [index_from_contract_no(customer.contract_no) for customer in customers] == list(range(8))


def trade(blocks: int, block_orders: int, brokers: list[BrokerEntry] = BROKERS) -> tuple[SessionLog, Auditor]:
    """A desk of seat 21 for some blocks, against a seat in memory. Returns: its log, and who judged it."""
    customers = make_customers(1, brokers, 400)
    log = SessionLog()
    own = [customer.contract_no for customer in customers if customer.seat == 21]
    foreign = [customer.contract_no for customer in customers if customer.terms.party == 3]
    desk = Desk(
        2,
        21,
        MemorySeat(2, 21, informed_auditor(brokers, customers)),
        Workload(1, own, foreign),
        Exchange(1),
        log,
        lambda: 0,
        random.Random(1),
    )
    left = iter(range(blocks))
    trio.run(desk.trade, block_orders, 0.0, lambda: next(left, None) is not None)
    auditor = informed_auditor(brokers, customers)
    auditor.judge(log.seen)
    return log, auditor


def test_a_desk_lives_through_every_kind_of_answer() -> None:
    log, auditor = trade(blocks=40, block_orders=100)
    assert auditor.mismatches == []
    codes = {one.code for one in log.seen}
    assert codes >= {
        ReplyCode.ACCEPTED,
        ReplyCode.CONTRACT_UNKNOWN,
        ReplyCode.FREEZE_CLOSED,
        ReplyCode.FREEZE_UNKNOWN,
        ReplyCode.FUNDS_FROZEN,
        ReplyCode.INSUFFICIENT_FUNDS,
        ReplyCode.LISTED,
    }
    assert {one.kind for one in log.seen} == {
        RecordKind.FREEZE,
        RecordKind.RELEASE,
        RecordKind.FILL_BUY,
        RecordKind.FILL_SELL,
    }


def test_sales_that_await_clearing_are_not_counted_as_refused() -> None:
    waiting = [replace(broker, proceeds_at_fill=False) for broker in BROKERS]
    log, auditor = trade(blocks=10, block_orders=100, brokers=waiting)
    assert auditor.mismatches == []
    sales = [one for one in log.seen if one.kind == RecordKind.FILL_SELL and one.code == ReplyCode.AWAITS_CLEARING]
    refused = [one for one in log.seen if one.code not in (ReplyCode.ACCEPTED, ReplyCode.AWAITS_CLEARING)]
    assert len(sales) > 100
    assert (log.accepted, log.refused) == (log.answered - len(sales) - len(refused), len(refused))


def test_a_fill_of_a_known_freeze_always_fits_it_unless_it_is_a_deliberate_mistake() -> None:
    log, _ = trade(blocks=40, block_orders=100)
    kinds = (RecordKind.FILL_BUY, RecordKind.RELEASE)
    follow_ups = [one for one in log.seen if one.kind in kinds]
    refused = [one for one in follow_ups if one.code != ReplyCode.ACCEPTED]
    assert len(refused) < len(follow_ups) // 100


def test_a_desk_that_sends_one_order_at_a_time_is_judged_alike() -> None:
    log, auditor = trade(blocks=100, block_orders=1)
    assert auditor.mismatches == []
    assert auditor.judged_count == log.answered == len(log.seen)
