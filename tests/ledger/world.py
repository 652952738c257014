"""What the ledger's tests share: a configuration with its database, a gateway that speaks raw frames, frames
to send.

Belongs here: the making of frames and the reading of answers. Never here: an opinion on what the answers
should be.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import msgspec
import numpy as np

from config.keys import make_missing_bank_keys
from config.schema import Config, dump, load, with_dsn
from ledger.journal.snapshots import snapshot
from ledger.service import Service
from protocol.frame import UNSIGNED, Frame, FrameReader, make_frame, make_unsigned_frame
from protocol.given_numbers import contract_nos_from_indices
from protocol.header import Header, new_header
from protocol.limits import LINK_BEAT_NS
from protocol.messages.base import Message
from protocol.messages.codec import decode_link, encode
from protocol.messages.control import RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import OpenAccounts, SignContracts
from protocol.messages.gateway_link import LinkMessage, Register, Registered
from protocol.records import OutcomeArray, OutcomesPreamble, RecordArray, outcomes_from_body, unpack_preamble
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind, Role, SeatRole, Suite
from tests.bank_seats import bank_seat_for
from tests.customers import account, contract
from tests.frames import believe, make_records

DATE = 20_260_105
BROKER = 2
SEAT, SECOND_SEAT = 11, 12
CONTRACTS = 20
LOADED = 5  # frames of master data: seat 1 goes on with number LOADED + 1
SPARE_ACCOUNTS = 3  # in front: no contract has the index of its account
BALANCE_FEN = 1_000_000
NO_FEED = 2**62
UNMARKED = bytes(32)


def configuration(state: Path, dsn: str) -> Config:
    """A configuration with its own state directory and any free metrics port; the bank's keys are made."""
    state.mkdir(parents=True, exist_ok=True)
    file = state / "yzt.toml"
    file.write_text(f'[state]\ndirectory = "{state}"\n[ledger]\nmetrics_port = 0\n[trade]\ndate = {DATE}\n', "utf-8")
    config = with_dsn(load(file), dsn)
    file.write_text(dump(config), "utf-8")
    make_missing_bank_keys(config, lambda _line: None)
    return config


async def empty_database(dsn: str) -> None:
    """Drops everything that an earlier test left, the connections of one that failed too."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        await connection.execute("DROP SCHEMA public CASCADE")
        await connection.execute("CREATE SCHEMA public")
    finally:
        await connection.close()


@asynccontextmanager
async def serving(config: Config, said: Callable[[str], None] = lambda _line: None) -> AsyncIterator[Service]:
    """A ledger in this process, stopped in order at the end; `said` hears its lines."""
    service = Service(config, said)
    await service.start()
    running = asyncio.create_task(service.run())
    try:
        yield service
        service.stop()
        await running
    finally:
        await service.close()
        running.cancel()


def header(kind: FrameKind, seat: int, number: int, count: int = 0, party: int = BROKER, date: int = DATE) -> Header:
    """A request header; version, key and times are not the ledger's to judge."""
    return new_header(
        kind,
        Direction.TO_BANK,
        sender=party,
        recipient=BANK_PARTY,
        seat=seat,
        trade_date=date,
        session_version=1,
        key_id=5,
        first_number=number,
        record_count=count,
        sent_at_ns=1,
    )


def signed(head: Header, body: bytes) -> Frame:
    """A frame with a signature that nobody here checks, but that must survive unchanged."""
    return make_frame(head, body, lambda data: hashlib.sha512(data).digest())


def control(number: int, message: Message, date: int = DATE) -> Frame:
    """A control frame of the bank's seat that may send it."""
    return signed(header(FrameKind.CONTROL, bank_seat_for(message), number, 1, BANK_PARTY, date), encode(message))


def freezes(count: int, amount_fen: int = 100, first_contract: int = 0) -> RecordArray:
    """(count,) freezes spread over the contracts."""
    indices = (first_contract + np.arange(count)) % CONTRACTS
    return make_records(count, contract_nos_from_indices(indices), amount_fen)


def block(seat: int, number: int, records: RecordArray, date: int = DATE) -> Frame:
    """A RECORDS frame."""
    return signed(header(FrameKind.RECORDS, seat, number, len(records), date=date), records.tobytes())


def query(seat: int, correlation: int, message: Message, party: int = BROKER) -> Frame:
    """A QUERY frame."""
    return signed(header(FrameKind.QUERY, seat, correlation, party=party), encode(message))


def master_data(first: int = 1) -> list[Frame]:
    """One broker, two seats, CONTRACTS contracts with BALANCE_FEN each, on accounts behind spare ones: LOADED
    control frames from number `first`.
    """
    rows = range(SPARE_ACCOUNTS, SPARE_ACCOUNTS + CONTRACTS)
    accounts = [account(row, BALANCE_FEN if row in rows else 0) for row in range(rows.stop)]
    messages: list[Message] = [
        RegisterParty(BROKER, Role.BROKER, Suite.ED25519_SHA256, "broker", False),
        RegisterSeat(SEAT, BROKER, SeatRole.BROKER),
        RegisterSeat(SECOND_SEAT, BROKER, SeatRole.BROKER),
        OpenAccounts(accounts),
        SignContracts([contract(row, BROKER) for row in rows]),
    ]
    return [control(first + place, message) for place, message in enumerate(messages)]


async def load_master_data(gateway: "RawGateway") -> None:
    """The master data, each frame in a row of its own: rows 2 to 6 of a new ledger."""
    for frame in master_data():
        assert codes(await gateway.ask(frame)) == [[0]]


def outcomes_of(frame: Frame) -> tuple[OutcomesPreamble, OutcomeArray]:
    """Preamble and (n,) outcomes of an OUTCOMES frame."""
    assert frame.header.kind == FrameKind.OUTCOMES
    return unpack_preamble(frame.body), outcomes_from_body(frame.body)


@dataclass
class RawGateway:
    """The gateway's side of the link: sends frames as they are, reads answers one by one."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    frames: FrameReader = field(default_factory=lambda: FrameReader(believe))
    registered: Registered | None = None
    beats: int = 0
    news: list[Frame] = field(default_factory=list)  # what feeds had to tell
    """Signs of life that came between the frames."""
    _beating: "asyncio.Task[None] | None" = None

    @classmethod
    async def connect(cls, config: Config) -> "RawGateway":
        """Connects without registering."""
        return cls(*await asyncio.open_unix_connection(str(config.ledger_socket)))

    @classmethod
    async def register(
        cls, config: Config, mark: tuple[int, bytes] = (0, UNMARKED), feed_from: int = NO_FEED
    ) -> "RawGateway":
        """Connects and registers with a high-water mark."""
        gateway = await cls.connect(config)
        gateway.send_register(mark, feed_from)
        answer = gateway.link_message(await gateway.receive())
        assert isinstance(answer, Registered)
        gateway.registered = answer
        gateway._beating = asyncio.create_task(gateway._beat())
        return gateway

    def fall_silent(self) -> None:
        """No sign of life from now on."""
        if self._beating is not None:
            self._beating.cancel()

    async def _beat(self) -> None:
        while True:
            self.send(make_unsigned_frame(header(FrameKind.LIFE_SIGN, 0, 0), b""))
            await asyncio.sleep(LINK_BEAT_NS / 1e9)

    def send_register(self, mark: tuple[int, bytes], feed_from: int) -> None:
        """Writes REGISTER."""
        message = Register("test", mark[0], mark[1], [1, 2], feed_from)
        self.send(make_unsigned_frame(header(FrameKind.REGISTER, 0, 0), encode(message)))

    def send(self, *frames: Frame) -> None:
        """Writes frames in one piece."""
        self.writer.write(b"".join(frame.wire() for frame in frames))

    async def receive(self) -> Frame:
        """The next frame. Raises ConnectionError when the ledger ends the link."""
        while (frame := self._next_frame()) is None:
            try:
                data = await self.reader.read(1 << 18)
            except ConnectionResetError:
                data = b""
            if not data:
                raise ConnectionError("the ledger ended the link")
            self.frames.feed(data)
        assert frame.signature == UNSIGNED
        return frame

    def _next_frame(self) -> Frame | None:
        while (frame := self.frames.next_frame()) is not None:
            if frame.header.kind in (FrameKind.FEED_NEWS, FrameKind.ORDERS_NEWS):
                self.news.append(frame)
            elif frame.header.kind == FrameKind.LIFE_SIGN:
                self.beats += 1
            else:
                return frame
        return None

    async def ask(self, *frames: Frame) -> list[Frame]:
        """Sends frames and returns as many answers."""
        self.send(*frames)
        return [await self.receive() for _frame in frames]

    async def has_ended(self) -> bool:
        """Reads until the ledger ends the link; True when it did so without a further frame."""
        try:
            await self.receive()
        except ConnectionError:
            return True
        return False

    async def close(self) -> None:
        """Hangs up."""
        self.fall_silent()
        self.writer.close()
        with suppress(ConnectionError):  # the ledger may have ended this link before
            await self.writer.wait_closed()

    @staticmethod
    def link_message(frame: Frame) -> LinkMessage:
        """What a frame of the gateway link says."""
        return decode_link(frame.body)


def codes(frames: Sequence[Frame]) -> list[list[int]]:
    """The outcome codes of OUTCOMES frames."""
    return [outcomes_of(frame)[1]["code"].tolist() for frame in frames]


def as_builtins(message: Message) -> object:
    """A message as plain lists, for comparison in one go."""
    return msgspec.to_builtins(message)


def loaded_snapshot(folder: Path) -> snapshot.Snapshot:
    """A snapshot as it lies there, its manifest taken for the one that the database names."""
    return snapshot.load(folder, hashlib.sha256((folder / snapshot.MANIFEST).read_bytes()).digest())
