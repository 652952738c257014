"""An example of a clearing set: what a simulated broker would send after some orders that a bank took.

Belongs here: trading on paper, without a bank. Never here: lines of a set (broker_day), files.
"""

from frontend_sim.market.broker_day import BrokerDay, OrderOfDay, SaleOfDay
from frontend_sim.market.exchange import Cancelled, Exchange, Filled
from frontend_sim.market.fees import BuyOrder
from frontend_sim.market.workload import Habits, Order, Side, Workload
from protocol.given_numbers import contract_no_from_index
from protocol.records import RecordArray

CUSTOMERS = 50
SEAT = 21
_HABITS = Habits(unknown_contract=0, foreign_contract=0, oversized=0)


def example_set(trade_date: int, orders: int, seed: int) -> RecordArray:
    """The set of a broker with CUSTOMERS customers, the first ones of a bank, and one seat."""
    contract_nos = [contract_no_from_index(index) for index in range(CUSTOMERS)]
    workload, exchange, day = Workload(seed, contract_nos, habits=_HABITS), Exchange(seed), BrokerDay()
    for number, order in enumerate(workload.next_orders(orders), start=1):
        if order.side is Side.BUY:
            _buy(day, exchange, order, (trade_date, SEAT, number))
        else:
            fills = [event for event in exchange.events_of(order) if isinstance(event, Filled)]
            if fills:
                units = sum(fill.quantity * fill.price for fill in fills)
                day.sales.append(SaleOfDay(order, sum(fill.quantity for fill in fills), units))
    return day.clearing_set(trade_date, contract_nos, contract_nos[:1])


def _buy(day: BrokerDay, exchange: Exchange, order: Order, target: tuple[int, int, int]) -> None:
    money = BuyOrder(order.limit_price, order.quantity)
    known = day.orders[target] = OrderOfDay(order, target, money.remaining_fen)
    for event in exchange.events_of(order):
        if isinstance(event, Cancelled):
            known.released_fen += money.cancel(event.quantity)
            continue
        known.released_fen += money.fill(event.quantity, event.price).release_fen
        known.filled += event.quantity
        known.filled_units += event.quantity * event.price
