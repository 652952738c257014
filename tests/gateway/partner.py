"""A partner on a TCP (or TLS) connection: a real PartnerSession and a stream.

Belongs here: what a test says and hears as a partner. Never here: a socket server, assertions about one rule.
"""

import ssl
import time
from typing import TypeVar

import trio

from protocol.given_numbers import contract_no_from_index
from protocol.header import Header
from protocol.messages.codec import encode
from protocol.messages.control import ControlMessage
from protocol.messages.queries import QueryMessage
from protocol.session.partner import PartnerSession
from protocol.session.partner_events import EstablishedEvent, NegotiatedEvent, PartnerEvent
from protocol.vocabulary import RecordKind
from tests.frames import make_records
from tests.protocol import keys
from tests.protocol.conversation import partner_session

Event = TypeVar("Event")
HEARD_WITHIN_S = 10.0


def freezes(*amounts_fen: int, contract: int = 0, kind: RecordKind = RecordKind.FREEZE) -> bytes:
    """A block of records on one contract (by index)."""
    return make_records(len(amounts_fen), contract_no_from_index(contract), amounts_fen, kind).tobytes()


class Partner:
    """One connection; `log_on` negotiates and establishes."""

    def __init__(self, stream: trio.abc.Stream, session: PartnerSession) -> None:
        self.stream = stream
        self.session = session

    async def log_on(self) -> EstablishedEvent:
        """A new session version, then this link bound to it."""
        self.session.negotiate(b"n" * 16, time.time_ns())
        await self.flush()
        await self.hear(NegotiatedEvent)
        return await self.establish()

    async def establish(self) -> EstablishedEvent:
        self.session.establish(b"e" * 16, 1, time.time_ns())
        await self.flush()
        return await self.hear(EstablishedEvent)

    async def send(self, body: bytes, first_number: int) -> Header:
        header = self.session.send_block(body, first_number, len(body) // 64, 0, time.time_ns())
        await self.flush()
        return header

    async def control(self, message: ControlMessage, number: int) -> Header:
        header = self.session.send_control(encode(message), number, time.time_ns())
        await self.flush()
        return header

    async def ask(self, correlation_id: int, query: QueryMessage) -> None:
        self.session.send_query(correlation_id, encode(query), time.time_ns())
        await self.flush()

    async def flush(self) -> None:
        await self.stream.send_all(self.session.data_to_send())

    async def hear(self, wanted: type[Event]) -> Event:
        """The next event, which must be of this type."""
        event = await self.next_event()
        assert isinstance(event, wanted), event
        return event

    async def next_event(self) -> PartnerEvent | None:
        """The next event of the session; None when the gateway has closed. Heartbeats are answered."""
        with trio.fail_after(HEARD_WITHIN_S):
            while (event := self.session.next_event(time.time_ns())) is None:
                if self.session.unsent_bytes:
                    await self.flush()
                data = await self.stream.receive_some(65_536)
                if not data:
                    return None
                self.session.receive_data(bytes(data), time.time_ns())
        return event


class Connect:
    """Connects partners to a gateway and closes all of them in the end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.partners: list[Partner] = []

    async def __call__(
        self,
        party: int = keys.BROKER,
        seat: int = keys.BROKER_SEAT,
        version: int = 1,
        tls: ssl.SSLContext | None = None,
    ) -> Partner:
        """A partner that is connected and has said nothing."""
        stream: trio.abc.Stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        if tls is not None:
            stream = trio.SSLStream(stream, tls, server_hostname="gateway.test")
        self.partners.append(Partner(stream, partner_session(party, seat, version, time.time_ns())))
        return self.partners[-1]

    async def close(self) -> None:
        for partner in self.partners:
            await trio.aclose_forcefully(partner.stream)
