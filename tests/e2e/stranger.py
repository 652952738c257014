"""A partner that does as it likes: raw bytes on a TCP connection, well signed or not, answers read or not.

Belongs here: logging on by the rules, making frames, and what came back. Never here: the SDK, checks.
"""

import itertools
import time

import numpy as np
import trio

from config.cli.links import bank_verifiers
from protocol.codes import ReplyCode
from protocol.frame import FrameReader, make_frame
from protocol.header import Header, new_header
from protocol.messages.codec import decode_session
from protocol.messages.session import Terminate
from protocol.records import RECORD
from protocol.session.partner import PartnerSession
from protocol.session.partner_events import EstablishedEvent, NegotiatedEvent, PartnerEvent
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind, RecordKind
from tests.e2e.house import House

HEARD_WITHIN_SECONDS = 10.0
RECEIVE_BYTES = 65_536
HEARTBEAT_NS = 60_000_000_000  # a stranger is silent as long as it likes
NONCE = b"n" * 16
_versions = itertools.count(100)


class Stranger:
    """One connection of one seat."""

    def __init__(self, house: House, seat_no: int, stream: trio.SocketStream) -> None:
        self.broker = next(broker for broker in house.brokers if seat_no in broker.seats)
        self.seat_no = seat_no
        self.stream = stream
        self._bank_verifiers = bank_verifiers(house.config)
        self.session = PartnerSession(
            self.broker.party,
            seat_no,
            self.broker.signer,
            self._bank_verifiers,
            "stranger",
            HEARTBEAT_NS,
            next(_versions),
            time.time_ns(),
        )

    async def log_on(self) -> EstablishedEvent:
        """A new session version, and this link bound to it."""
        self.session.negotiate(NONCE, time.time_ns())
        await self.flush()
        assert isinstance(await self.hear(), NegotiatedEvent)
        self.session.establish(NONCE, 1, time.time_ns())
        await self.flush()
        established = await self.hear()
        assert isinstance(established, EstablishedEvent)
        return established

    async def flush(self) -> None:
        """Sends what the session has queued."""
        await self.stream.send_all(self.session.data_to_send())

    async def hear(self) -> PartnerEvent | None:
        """The next event of the session, None when the bank has closed."""
        with trio.fail_after(HEARD_WITHIN_SECONDS):
            while (event := self.session.next_event(time.time_ns())) is None:
                data = await self.stream.receive_some(RECEIVE_BYTES)
                if not data:
                    return None
                self.session.receive_data(bytes(data), time.time_ns())
        return event

    async def hear_the_end(self) -> ReplyCode | None:
        """The reason in the TERMINATE that ends the link, whatever comes before it; None when there is none.

        It is addressed to whomever the bad frame named, so the session, which takes only its own, is not asked.
        """
        reader = FrameReader(self._verify)
        with trio.fail_after(HEARD_WITHIN_SECONDS):
            while data := await self.stream.receive_some(RECEIVE_BYTES):
                reader.feed(data)
                while (frame := reader.next_frame()) is not None:
                    if frame.header.kind == FrameKind.TERMINATE:
                        message = decode_session(frame.body)
                        assert isinstance(message, Terminate)
                        return ReplyCode(message.code)
        return None

    def _verify(self, header: Header, header_bytes: bytes, signature: bytes) -> None:
        assert self._bank_verifiers[header.key_id].verify(header_bytes, signature)

    def header(self, kind: FrameKind, **changed: int) -> Header:
        """A sound header of this seat as it stands, with fields changed."""
        session = self.session
        sound = new_header(
            kind,
            Direction.TO_BANK,
            suite=self.broker.signer.suite,
            sender=self.broker.party,
            recipient=BANK_PARTY,
            seat=self.seat_no,
            trade_date=session.trade_date,
            session_version=session.session_version,
            key_id=self.broker.signer.key_id,
            sent_at_ns=time.time_ns(),
        )
        return sound._replace(**changed)  # type: ignore[arg-type]  # the whole numbers among its fields

    def frame(self, kind: FrameKind, body: bytes, **changed: int) -> bytes:
        """A well signed frame as bytes."""
        return make_frame(self.header(kind, **changed), body, self.broker.signer.sign).wire()


def freezes(contract_no: int, count: int, amount_fen: int = 1) -> bytes:
    """(count,) freezes of the same amount, as a body."""
    records = np.zeros(count, RECORD)
    records["kind"] = RecordKind.FREEZE
    records["contract_no"] = contract_no
    records["amount_fen"] = amount_fen
    return records.tobytes()


async def connect(house: House, seat_no: int) -> Stranger:
    """A connection on which nothing was said yet."""
    return Stranger(house, seat_no, await trio.open_tcp_stream("127.0.0.1", house.port))
