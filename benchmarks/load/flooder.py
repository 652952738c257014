"""`python -m benchmarks.load.flooder PLAN RESULT`: the senders of case o, a thread and a blocking socket for each link.

Belongs here: kinds of flood and their rates. Never here: measuring. Each sender has a fixed rate which it also keeps
when a sink takes everything, so that it costs the machine the same in both runs. The process ends by itself at
`seconds_max`, or at SIGTERM, and reaches loopback only.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.load.plan import FloodPlan, FloodResult
from benchmarks.load.seats import FLOODING_PARTY
from config.cli.links import bank_verifiers
from config.schema import load
from frontend_sim.installation import party_signer
from protocol.frame import make_frame
from protocol.header import new_header
from protocol.limits import PREFIX_BYTES, QUERIES_IN_FLIGHT_MAX
from protocol.messages.codec import encode
from protocol.messages.queries import BuyingPowerQuery
from protocol.messages.session import Heartbeat
from protocol.records import RECORD
from protocol.session.partner import PartnerSession
from protocol.session.partner_events import EstablishedEvent, NegotiatedEvent, Terminated
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind, RecordKind

HEARTBEAT_NS = 60_000_000_000
STEP_SECONDS = 0.01  # a sender sends a piece, then waits for its next step
FRAMES_PER_STEP = 40  # 4,000 a second and link: one link would use up half of a gateway
CONTROL_PER_STEP = 5  # each is signed anew
NEW_PER_STEP = 3  # each is signed anew; 16 links then ask for more than a gateway can do
NEW_UNDER_WAY_MAX = 64  # far within the credit, so that what waits in the network is not stale when it is read
QUERIES_PER_STEP = 8
UNREAD_PER_STEP = 2
UNREAD_RECORDS = 1_024  # 16 KiB of answer
LOGONS_PER_STEP = 1
CONNECTIONS_PER_STEP = 1
SILENT_HELD = 64  # connections that one sender keeps open
SIGNED_ANEW_SECONDS = 1.0  # a request is good for five
ANSWER_SECONDS = 0.5
RELOGON_SECONDS = 0.1
RECEIVE_BYTES = 65_536
FAR_AHEAD = 1_000_000
HALF_HELLO = bytes([22, 3, 1, 2, 0])


class Ended(Exception):
    """The other side has ended the link."""


class Sender:
    """One link. What is sent is well signed, and most of it the same bytes again and again."""

    def __init__(self, plan: FloodPlan, seat: int, stop: threading.Event) -> None:
        self.plan = plan
        self.seat = seat
        self.sent = self.connections = self.ended = 0
        self.next_number = 1  # as the bank's answers tell it
        self.first_number = 0  # of this run: what is repeated
        self.new_number = 0  # of the next new request
        self.asked = 0  # the last query's correlation id
        self.answered = 0  # queries
        self._stop = stop
        config = load(plan.config_file)
        self._signer = party_signer(config, FLOODING_PARTY)
        self._verifiers = bank_verifiers(config)
        self._version = 0  # in force, as far as known
        self._trade_date = 0
        self._heard = bytearray()
        self._signed_at = 0.0
        self._signed = b""
        self.socket = socket.socket()

    def connect(self) -> None:
        """A new connection, plain."""
        self.socket.close()
        self.socket = socket.create_connection(("127.0.0.1", self.plan.port), ANSWER_SECONDS)
        self.connections += 1

    def log_on(self) -> None:
        """Connects and establishes; a sink takes everything unestablished. Raises Ended, OSError."""
        self.connect()
        self._heard.clear()
        if self.plan.is_sink:
            self.socket.settimeout(None)
            return
        session = PartnerSession(
            FLOODING_PARTY,
            self.seat,
            self._signer,
            self._verifiers,
            "flooder",
            HEARTBEAT_NS,
            self._version + 1,
            time.time_ns(),
        )
        session.negotiate(os.urandom(16), time.time_ns())
        told = self._answer(session)
        if isinstance(told, Terminated):
            self._version = max(self._version, told.session_version)
        if not isinstance(told, NegotiatedEvent):
            raise Ended
        self._version += 1
        session.establish(os.urandom(16), 1, time.time_ns())
        established = self._answer(session)
        if not isinstance(established, EstablishedEvent):
            raise Ended
        self._trade_date = session.trade_date
        self.next_number = established.next_number
        self.first_number = self.first_number or established.next_number
        self.new_number = established.next_number
        self.answered = self.asked
        self.socket.settimeout(None)  # from now on the bank decides how fast it reads

    def _answer(self, session: PartnerSession) -> object:
        self.socket.sendall(session.data_to_send())
        while (event := session.next_event(time.time_ns())) is None:
            data = self.socket.recv(RECEIVE_BYTES)
            if not data:
                raise Ended
            session.receive_data(data, time.time_ns())
        return event

    def frame(self, kind: FrameKind, body: bytes, first_number: int = 0, record_count: int = 0) -> bytes:
        """A frame of this seat, signed now."""
        header = new_header(
            kind,
            Direction.TO_BANK,
            suite=self._signer.suite,
            key_id=self._signer.key_id,
            sender=FLOODING_PARTY,
            recipient=BANK_PARTY,
            seat=self.seat,
            trade_date=self._trade_date,
            session_version=max(self._version, 1),
            first_number=first_number,
            record_count=record_count,
            sent_at_ns=time.time_ns(),
        )
        return make_frame(header, body, self._signer.sign).wire()

    def anew(self, make: Callable[[], bytes]) -> bytes:
        """What `make` makes, once a second: the same bytes in between."""
        now = time.monotonic()
        if now - self._signed_at > SIGNED_ANEW_SECONDS or not self._signed:
            self._signed, self._signed_at = make(), now
        return self._signed

    def freezes(self, count: int) -> bytes:
        """A body of freezes of one fen."""
        records = np.zeros(count, RECORD)
        records["kind"], records["amount_fen"] = RecordKind.FREEZE, 1
        records["contract_no"] = self.plan.contract_no
        return records.tobytes()

    def read(self) -> None:
        """Takes what has been answered, without waiting, and believes the numbers in it. Raises Ended."""
        while True:
            try:
                data = self.socket.recv(RECEIVE_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if not data:
                raise Ended
            self._heard += data
        while len(self._heard) >= PREFIX_BYTES:
            end = PREFIX_BYTES + int.from_bytes(self._heard[44:48], "little")
            if len(self._heard) < end:
                return
            if self._heard[6] == FrameKind.OUTCOMES:
                first, count = (int.from_bytes(self._heard[at : at + 4], "little") for at in (32, 40))
                self.next_number = max(self.next_number, first + count)
            elif self._heard[6] == FrameKind.ANSWER:
                self.answered += 1
            elif self._heard[6] == FrameKind.NOT_APPLIED and self.new_number > self.next_number:
                raise Ended  # the numbers are to be asked for again
            del self._heard[:end]

    def flood(self, piece: Callable[["Sender"], bytes], reads: bool) -> None:
        """Sends pieces at the fixed rate until stopped, over as many links as it takes."""
        while not self._stop.is_set():
            try:
                self.log_on()
                self._signed = b""
                while not self._stop.wait(STEP_SECONDS):
                    if data := piece(self):
                        self.socket.sendall(data)
                        self.sent += 1
                    if reads:
                        self.read()
            except (OSError, Ended):
                self.ended += 1
                self._stop.wait(RELOGON_SECONDS)

    def log_on_for_ever(self) -> None:
        """One NEGOTIATE after the other, each on a connection of its own."""
        while not self._stop.wait(STEP_SECONDS):
            try:
                self.log_on()
                if self.plan.is_sink:
                    self.socket.sendall(self.frame(FrameKind.NEGOTIATE, bytes(32)))
                    self.socket.recv(RECEIVE_BYTES)
            except (OSError, Ended):
                self.ended += 1
            self.sent += 1

    def be_silent(self) -> None:
        """Connections that say nothing, or half of a greeting; a new one for each that is closed."""
        held: list[socket.socket] = []
        while not self._stop.wait(STEP_SECONDS):
            for one in list(held):
                try:
                    if one.recv(1, socket.MSG_DONTWAIT) == b"":
                        raise Ended
                except BlockingIOError:
                    continue
                except (OSError, Ended):
                    self.ended += 1
                    held.remove(one)
                    one.close()
            for _ in range(CONNECTIONS_PER_STEP if len(held) < SILENT_HELD else 0):
                try:
                    one = socket.create_connection(("127.0.0.1", self.plan.port), ANSWER_SECONDS)
                    one.settimeout(None)
                    if self.sent % 2:
                        one.sendall(HALF_HELLO)
                except OSError:
                    self.ended += 1
                    continue
                held.append(one)
                self.connections += 1
                self.sent += 1
        for one in held:
            one.close()


def _beats(answer_wanted: bool) -> Callable[[Sender], bytes]:
    body = encode(Heartbeat(1, answer_wanted))
    return lambda sender: sender.anew(lambda: sender.frame(FrameKind.HEARTBEAT, body) * FRAMES_PER_STEP)


def _gaps(sender: Sender) -> bytes:
    body = sender.freezes(1)
    return sender.anew(lambda: sender.frame(FrameKind.RECORDS, body, FAR_AHEAD, 1) * FRAMES_PER_STEP)


def _repeats(sender: Sender) -> bytes:
    body = sender.freezes(1)
    return sender.anew(lambda: sender.frame(FrameKind.RECORDS, body, sender.first_number or 1, 1) * FRAMES_PER_STEP)


def _new_requests(sender: Sender) -> bytes:
    """Single records with the numbers that are due, as many as are well within the credit."""
    body, frames = sender.freezes(1), []
    sender.new_number = max(sender.new_number, sender.next_number)
    under_way = 0 if sender.plan.is_sink else sender.new_number - sender.next_number
    for _ in range(min(NEW_PER_STEP, NEW_UNDER_WAY_MAX - under_way)):
        frames.append(sender.frame(FrameKind.RECORDS, body, sender.new_number, 1))
        sender.new_number += 1
    return b"".join(frames)


def _queries(sender: Sender) -> bytes:
    """As many as may be under way."""
    under_way = 0 if sender.plan.is_sink else sender.asked - sender.answered
    body, frames = encode(BuyingPowerQuery([sender.plan.contract_no])), []
    for _ in range(min(QUERIES_PER_STEP, QUERIES_IN_FLIGHT_MAX - under_way)):
        sender.asked += 1
        frames.append(sender.frame(FrameKind.QUERY, body, sender.asked))
    return b"".join(frames)


def _malformed_control(sender: Sender) -> bytes:
    first = sender.next_number
    return b"".join(
        sender.frame(FrameKind.CONTROL, b"\xc1 no message", first + number, 1) for number in range(CONTROL_PER_STEP)
    )


def _large_repeats(sender: Sender) -> bytes:
    body = sender.freezes(UNREAD_RECORDS)
    first = sender.first_number or 1
    return sender.anew(lambda: sender.frame(FrameKind.RECORDS, body, first, UNREAD_RECORDS) * UNREAD_PER_STEP)


KINDS: dict[str, Callable[[Sender], None]] = {
    "heartbeats": lambda sender: sender.flood(_beats(False), True),
    "answered heartbeats": lambda sender: sender.flood(_beats(True), True),
    "gaps": lambda sender: sender.flood(_gaps, True),
    "new requests": lambda sender: sender.flood(_new_requests, True),
    "queries": lambda sender: sender.flood(_queries, True),
    "repeats": lambda sender: sender.flood(_repeats, True),
    "malformed control": lambda sender: sender.flood(_malformed_control, True),
    "logons": Sender.log_on_for_ever,
    "unread answers": lambda sender: sender.flood(_large_repeats, False),
    "silent sockets": Sender.be_silent,
}


def main(argv: list[str]) -> int:
    """Returns 0; the result is in the file named second."""
    plan = msgspec.json.decode(Path(argv[0]).read_bytes(), type=FloodPlan)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    senders = [Sender(plan, seat, stop) for seat in plan.seats]
    threads = [threading.Thread(target=KINDS[plan.kind], args=(sender,), daemon=True) for sender in senders]
    for thread in threads:
        thread.start()
    print("flooding", flush=True)
    stop.wait(plan.seconds_max)
    stop.set()
    for thread in threads:
        thread.join(2 * ANSWER_SECONDS)
    result = FloodResult(
        sent=sum(sender.sent for sender in senders),
        connections=sum(sender.connections for sender in senders),
        ended=sum(sender.ended for sender in senders),
    )
    Path(argv[1]).write_bytes(msgspec.json.encode(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
