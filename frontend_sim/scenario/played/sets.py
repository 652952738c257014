"""A clearing set of a story as the records that are sent.

Belongs here: names of its lines in place of which the bank's numbers stand. Never here: what a line says
(lines), who sends it (events, acting).
"""

from collections.abc import Sequence

import numpy as np

from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.written.known import number_of
from frontend_sim.scenario.written.lines import Line, key_of, line_bytes
from frontend_sim.scenario.written.story import ClearingSet
from protocol.client import RequestKey
from protocol.records import RECORD, RecordArray


def records_of(told: ClearingSet, instead: Sequence[Line], cast: Cast) -> RecordArray:
    """Its lines, those that are named alike `instead` of its own."""
    party, on = cast.brokers[told.broker].party, number_of(told.date)
    others = {key_of(line): line for line in instead}

    def order_of(name: str) -> tuple[RequestKey, int]:
        order = cast.orders[name]
        return order.key, order.contract_no

    def contract_of(name: str) -> int:
        return cast.customers[name].contract_with(party)

    lines = [
        line_bytes(others.get(key_of(line), line), place, on, order_of, contract_of)
        for place, line in enumerate(told.lines, start=1)
    ]
    return np.frombuffer(b"".join(lines), RECORD)
