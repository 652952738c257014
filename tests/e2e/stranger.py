"""A partner that does as it likes: raw bytes on a TCP connection, well signed or not, answers read or not.

Belongs here: making frames, and how a link ended; what goes by the rules is any partner's. Never here: the SDK, checks.
"""

import itertools
import time

import trio

from config.cli.links import bank_verifiers
from protocol.codes import ReplyCode
from protocol.frame import FrameReader, make_frame
from protocol.header import Header, new_header
from protocol.messages.codec import decode_session
from protocol.messages.session import Terminate
from protocol.session.partner import PartnerSession
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind
from tests.e2e.house import House
from tests.frames import make_records
from tests.gateway.partner import HEARD_WITHIN_S, Partner

RECEIVE_BYTES = 65_536
HEARTBEAT_NS = 60_000_000_000  # a stranger is silent as long as it likes
NONCE = b"n" * 16
_versions = itertools.count(100)


class Stranger(Partner):
    """One connection of one seat."""

    stream: trio.SocketStream

    def __init__(self, house: House, seat_no: int, stream: trio.SocketStream) -> None:
        self.broker = next(broker for broker in house.brokers if seat_no in broker.seats)
        self.seat_no = seat_no
        self._bank_verifiers = bank_verifiers(house.config)
        who = self.broker.party, seat_no, self.broker.signer, self._bank_verifiers
        super().__init__(stream, PartnerSession(*who, "stranger", HEARTBEAT_NS, next(_versions), time.time_ns()))

    async def hear_the_end(self) -> ReplyCode | None:
        """The reason in the TERMINATE that ends the link, whatever comes before it; None when there is none.

        It is addressed to whomever the bad frame named, so the session, which takes only its own, is not asked.
        """
        reader = FrameReader(self._verify)
        with trio.fail_after(HEARD_WITHIN_S):
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
    return make_records(count, contract_no, amount_fen).tobytes()


async def connect(house: House, seat_no: int) -> Stranger:
    """A connection on which nothing was said yet."""
    return Stranger(house, seat_no, await trio.open_tcp_stream("127.0.0.1", house.port))
