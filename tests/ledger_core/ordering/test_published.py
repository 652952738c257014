"""What is published about orders through the bank is what the core says: golden frames and conversations.

Belongs here: deciding the published records. Never here: the records and what is told of them (tests.vectors).
"""

from collections.abc import Iterable

import numpy as np
import pytest

from protocol.records import RECORD, RecordArray
from tests.ledger_core.desk import CHANNEL_SEAT, MONDAY, OTHER_BROKER, SEAT, Desk
from tests.ledger_core.ordering.trading import a_bank, a_customer
from tests.vectors.conversations_of_orders import ANN, FOREIGN, ORDERED, REPORTED, Told
from tests.vectors.frames.orders import ordering as golden

Frames = list[tuple[int, Iterable[bytes], Iterable[Told]]]
"""Seat, records and what is told of each."""

GOLDEN: Frames = [
    (CHANNEL_SEAT, golden.ORDERS, golden.ORDERS_TOLD),
    (CHANNEL_SEAT, golden.CANCELS, golden.CANCELS_TOLD),
    (SEAT, golden.REPORTS, golden.REPORTS_TOLD),
]
CONVERSATIONS: Frames = [
    (seat, *zip(*pairs, strict=True))  # type: ignore[misc]
    for seat, scene in ((CHANNEL_SEAT, ORDERED), (SEAT, REPORTED))
    for _what, pairs in scene
]


def of_this_bank(records: Iterable[bytes], contract_nos: dict[int, int]) -> RecordArray:
    """The same records with the numbers and the date of a bank of ours."""
    made = np.frombuffer(b"".join(records), RECORD).copy()
    made["contract_no"] = [contract_nos[number] for number in made["contract_no"].tolist()]
    named = made["target_number"] > 0
    made["target_date"][named], made["target_seat"][named] = MONDAY, CHANNEL_SEAT
    return made


@pytest.mark.parametrize("frames", [GOLDEN, CONVERSATIONS], ids=["golden", "conversations"])
def test_the_core_says_what_is_published(frames: Frames) -> None:
    desk: Desk = a_bank()
    numbers = {ANN: a_customer(desk), FOREIGN: desk.open(1_000_000, party=OTHER_BROKER)}

    for seat, records, told in frames:
        answers = desk.ask(seat, of_this_bank(records, numbers))
        assert [(each.code, each.state, each.remaining_fen) for each in answers] == list(told)
