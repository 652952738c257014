"""Signs of life between ledger and gateway: given, demanded, and whose absence ends the link.

Belongs here: the ledger's end. Never here: the gateway's (tests.gateway).
"""

import asyncio

import pytest

from config.schema import Config
from ledger import service
from ledger.link import UNREAD, GatewayLink
from protocol.limits import LINK_SILENT_BEATS_MAX
from tests.ledger.world import RawGateway, master_data, serving

QUICK_SECONDS = 0.01


@pytest.mark.postgres
def test_the_ledger_gives_signs_of_life_and_ends_the_link_of_a_gateway_that_gives_none(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BEAT_SECONDS", QUICK_SECONDS)

    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            gateway.fall_silent()
            assert await gateway.has_ended()
            assert gateway.beats >= LINK_SILENT_BEATS_MAX
            await gateway.close()
            monkeypatch.undo()
            again = await RawGateway.register(config)
            await again.ask(*master_data())
            await again.close()

    asyncio.run(story())


class Transport(asyncio.Transport):
    """A connection of which a test says how much the gateway has not read."""

    def __init__(self) -> None:
        super().__init__({"socket": None})
        self.unread_bytes = 0
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        """What the test says."""
        return self.unread_bytes

    def is_closing(self) -> bool:
        """Whether the link was given up."""
        return self.aborted

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Is not read."""
        self.unread_bytes += len(data)

    def abort(self) -> None:
        """Ends it."""
        self.aborted = True

    def pause_reading(self) -> None:
        """Nothing comes here."""

    def resume_reading(self) -> None:
        """Nothing comes here."""


class Owner:
    """Does nothing about what a link says."""

    def link_opened(self, link: GatewayLink) -> None: ...
    def frames_arrived(self, link: GatewayLink, frames: object) -> None: ...
    def link_closed(self, link: GatewayLink, reason: str) -> None: ...


def registered_link() -> tuple[GatewayLink, Transport]:
    """A link that is registered, over a connection of ours."""
    link, transport = GatewayLink(Owner()), Transport()
    link._transport = transport
    link.go_on()
    return link, transport


def beats_until_closed(link: GatewayLink, transport: Transport) -> int:
    """How many beats it takes."""
    for count in range(1, 100):
        link.beat()
        if transport.aborted:
            return count
    return 100


def test_a_gateway_that_reads_no_answers_is_given_up_as_well() -> None:
    link, transport = registered_link()
    link.pause(UNREAD)
    transport.unread_bytes = 1_000_000
    assert beats_until_closed(link, transport) == LINK_SILENT_BEATS_MAX + 1


def test_a_gateway_that_reads_slowly_lives() -> None:
    link, transport = registered_link()
    link.pause(UNREAD)
    transport.unread_bytes = 1_000_000
    for _beat in range(50):
        link.beat()
        transport.unread_bytes -= 1_000
    assert not transport.aborted


def test_a_gateway_is_not_blamed_while_the_ledger_does_not_read() -> None:
    link, transport = registered_link()
    link.pause("undecided frames")
    assert beats_until_closed(link, transport) == 100
