"""Queries that make the ledger look through much are charged for it, and not for their bytes alone.

Belongs here: what is charged. Never here: what follows from a debt (test_floods).
"""

import pytest

from gateway.daemon import Gateway
from protocol.messages.customers.open_items import OpenItemsQuery
from protocol.messages.queries import DifferenceQuery, ProceedsQuery, QueryMessage, SetQuery
from tests.gateway.partner import Connect


async def test_what_the_ledger_looks_through_for_an_answer_is_paid_for(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some hundred bytes may ask for a page of differences: the frame says nothing of what it costs."""
    paid_ns: list[int] = []
    admission = gateway.dispatcher.admission
    asked_query = admission.asked_query

    def counted(party: int, body_bytes: int, now_ns: int, ledger_ns: int = 0, seat: int = 0) -> int:
        paid_ns.append(ledger_ns)
        return asked_query(party, body_bytes, now_ns, ledger_ns, seat)

    monkeypatch.setattr(admission, "asked_query", counted)
    broker = await connect()
    await broker.log_on()
    queries: tuple[QueryMessage, ...] = (
        SetQuery(20_260_921, 0),
        DifferenceQuery(20_260_921, 0, 0),
        ProceedsQuery(20_260_921, 0, 0),
        OpenItemsQuery(98, 0),
    )
    for asked, query in enumerate(queries):
        await broker.ask(asked, query)
        await broker.next_event()

    assert paid_ns == [0, 4_000_000, 20_000_000, 12_000_000]
