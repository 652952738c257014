"""How fast a set goes: behind each small frame the sender rests as long as it took, large ones follow at once."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import trio
import trio.testing

from protocol.client import BlockOutcome, Outcome
from protocol.client.clearing.sending import SetSender, send_set
from protocol.client.line.calls import KnownDigests
from protocol.codes import ReplyCode
from protocol.limits import RECORD_BYTES
from protocol.messages.control import ControlMessage
from protocol.messages.day.steps import CompleteSet
from protocol.messages.queries import SetAnswer
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import LaneState, RecordKind

MONDAY, TUESDAY = 20_260_105, 20_260_106
LINES = 2_100  # two frames of 1,024 and one of 52, or one of them all
ANSWER_S = 2


@dataclass
class SlowBank:
    """A seat at a bank that takes two seconds for a frame."""

    trade_date: int
    sent: list[tuple[float, int]] = field(default_factory=list)  # when, and how many lines
    settings: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(outbox_records=65_536))

    async def clearing_set(self, trade_date: int, party: int = 0) -> SetAnswer:
        return cast("SetAnswer", SimpleNamespace(state=LaneState.FINISHED, announced=None))

    async def control(self, message: ControlMessage) -> Outcome:
        completes = isinstance(message, CompleteSet)
        return Outcome(ReplyCode.ACCEPTED, 1, self.trade_date, 1, 1, 0 if completes else 1, 0, 21)

    async def block(self, body: bytes, valid_until_ns: int, known: KnownDigests) -> BlockOutcome:
        count = len(body) // RECORD_BYTES
        self.sent.append((trio.current_time(), count))
        await trio.sleep(ANSWER_S)
        return BlockOutcome(1, self.trade_date, 1, 1, np.zeros(count, OUTCOME), 21, ())


@pytest.mark.parametrize(
    ("open_date", "wanted"),
    [
        (TUESDAY, [(0, 1_024), (4, 1_024), (8, 52)]),  # orders have every other two seconds
        (MONDAY, [(0, 2_100)]),
    ],
    ids=["while the market is open", "after its close"],
)
async def test_a_set_of_an_earlier_date_leaves_orders_half_of_the_time(
    open_date: int, wanted: list[tuple[int, int]], autojump_clock: trio.testing.MockClock
) -> None:
    bank, began_s = SlowBank(open_date), trio.current_time()
    lines = np.zeros(LINES, RECORD)
    lines["kind"] = RecordKind.CLEAR_CONTRACT

    sent = await send_set(cast("SetSender", bank), bank.block, MONDAY, 1, lines)

    assert sent.is_complete
    assert [(at_s - began_s, count) for at_s, count in bank.sent] == wanted
