"""What form alone cannot say of orders through the bank in a story: names that mean something, dates that there are.

Belongs here: everything that is found wrong with these tables and events before a process is started. Never here: what
the bank would refuse (it is played), other tables (checking).
"""

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.known import Known, Wrong
from frontend_sim.scenario.written.orders.ordering import (
    Cancel,
    Cancelled,
    CancelRefused,
    Channel,
    Executed,
    Fees,
    OfOrders,
    Order,
    Refused,
    Security,
    SetFees,
    SignsOn,
    Taken,
)
from protocol.limits import FEE_BOUND_FEN_MAX

FEES = ("commission", "stamp", "transfer", "handling", "regulatory")


def check_table(table: Channel | Security | Fees, known: Known) -> None:
    """Who and what takes part. Raises Wrong."""
    match table:
        case Channel():
            known.new("channel", table.name)
        case Security():
            known.new("security", table.name)
        case Fees():
            known.known("broker", "broker", table.broker)
            _check_fees(table)


def check_event(event: OfOrders, known: Known) -> None:
    """What an event names beside broker and customer. Raises Wrong."""
    for key in ("channel", "security"):
        known.known(key, key, getattr(event, key, None))
    known.date("date", getattr(event, "date", None))
    if isinstance(event, SetFees):
        _check_fees(event)
    if isinstance(event, SignsOn) and event.until is not None and event.until.tzinfo is not None:
        raise Wrong(f"until: {event.until.isoformat()} has a zone: times are those of calendar.zone")
    if isinstance(event, Order):
        if event.order in known.orders:
            raise Wrong(f"order: there is an order {event.order!r} before")
        known.orders.add(event.order)
    elif isinstance(event, Cancel | Cancelled | CancelRefused | Executed | Refused | Taken):
        known.order("order", event.order, known.orders)


def _check_fees(told: Fees | SetFees) -> None:
    for name in FEES:
        fee = getattr(told, name)
        for key in ("flat", "least", "most"):
            bound = getattr(fee, key)
            if bound is not None and bound > FEE_BOUND_FEN_MAX:
                raise Wrong(f"{name}.{key}: {bound}, and a fee table has room for {Fen(FEE_BOUND_FEN_MAX)}")
