"""A gateway that has just begun remembers no logon: a recording of one from before takes no seat over.

Belongs here: logons from before and after a restart of the gateway. Never here: those of one life (test_floods).
"""

import time

import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.limits import NEGOTIATE_FRESH_NS
from protocol.session.partner_events import OutcomesReceived, Terminated
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, freezes

S = 1_000_000_000


class LaterClock(SystemClock):
    """The machine's, put on by hand."""

    ahead_ns = 0

    def elapsed_ns(self) -> int:
        return super().elapsed_ns() + self.ahead_ns

    def utc_offset_ns(self) -> int:
        return super().utc_offset_ns() - self.ahead_ns


async def test_an_establish_from_before_a_restart_takes_no_seat_over(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    first = Gateway(settings, SystemClock())
    await nursery.start(first.run)
    connect = Connect(first.port)
    broker = await connect()
    await broker.log_on()
    lost = await connect()
    lost.session.establish(b"r" * 16, 1, time.time_ns())
    recording = lost.session.data_to_send()
    first.stop_now()

    clock = LaterClock()
    second = Gateway(settings, clock)
    await nursery.start(second.run)
    connect.port = second.port
    owner = await connect()
    await owner.establish()
    stranger = await connect()
    await stranger.stream.send_all(recording)
    await stranger.stream.receive_some(1)  # it was answered
    assert second.statistics.links_ended_by_code[ReplyCode.STALE_TIMESTAMP] == 1
    await owner.send(freezes(5), 1)
    await owner.hear(OutcomesReceived)

    # A partner whose clock is behind is told so at first, and is heard when no recording can be fresh.
    for ahead_ns, code in ((0, ReplyCode.STALE_TIMESTAMP), (2 * NEGOTIATE_FRESH_NS + S, None)):
        clock.ahead_ns = ahead_ns
        behind = await connect()
        behind.session.establish(bytes([ahead_ns > 0]) * 16, 1, time.time_ns() - 4 * S)
        await behind.flush()
        event = await behind.next_event()
        assert (event.code if isinstance(event, Terminated) else None) is code
    second.stop_now()
    await connect.close()
