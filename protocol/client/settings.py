"""What a seat needs to know: address, identity, keys, outbox and the patience of its link.

Belongs here: the settings and their checks. Never here: reading files or the environment.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from protocol.errors import MisuseError
from protocol.limits import (
    CREDIT_RECORDS_DEFAULT,
    CREDIT_RECORDS_MAX,
    CREDIT_RECORDS_MIN,
    HEARTBEAT_NS_DEFAULT,
    HEARTBEAT_NS_MAX,
    HEARTBEAT_NS_MIN,
    LOGON_NS_MAX,
    PARTIES_MAX,
    SEATS_MAX,
    SOFTWARE_CHARS_MAX,
)
from protocol.signing import Signer, Verifier

CALL_FRAMES_IN_FLIGHT_MAX = 2  # one under way, one behind it: more would cut a load of single calls into small frames
CALL_FRAMES_MAX = 64
CONNECT_ATTEMPTS_MAX = 1_000  # in a row without a session: about a quarter of an hour at the longest pause
BACKOFF_NS_MIN = 20_000_000
BACKOFF_NS_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SeatSettings:
    """Settings of one seat. Times in nanoseconds, sizes in records.

    Raises MisuseError for a value outside the limits of the protocol.
    """

    host: str
    port: int
    party: int
    seat: int
    signer: Signer = field(repr=False)
    bank_verifiers: Mapping[int, Verifier] = field(repr=False)  # by the bank's key id
    outbox: str | Path  # made when it does not exist; belongs to this party and seat for ever
    tls: ssl.SSLContext | None = None
    tls_server_name: str | None = None  # None: the host
    software: str = "yinzhengtong sdk"
    heartbeat_ns: int = HEARTBEAT_NS_DEFAULT
    power_safe: bool = False  # True: a frame is on the disk before it is sent (see docs/sdk.md)
    outbox_records: int = CREDIT_RECORDS_DEFAULT  # room of a new outbox; bounds what is unanswered, as credit does
    call_frames_max: int = CALL_FRAMES_IN_FLIGHT_MAX  # frames of single calls in flight
    connect_timeout_ns: int = LOGON_NS_MAX
    connect_attempts_max: int = CONNECT_ATTEMPTS_MAX
    backoff_first_ns: int = BACKOFF_NS_MIN
    backoff_last_ns: int = BACKOFF_NS_MAX
    jitter_seed: int = 0  # with the seat number: pauses of many seats differ, and can be repeated

    def __post_init__(self) -> None:
        bounds = (
            ("port", self.port, 1, 65_535),
            ("party", self.party, 1, PARTIES_MAX),
            ("seat", self.seat, 1, SEATS_MAX),
            ("heartbeat_ns", self.heartbeat_ns, HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX),
            ("outbox_records", self.outbox_records, CREDIT_RECORDS_MIN, CREDIT_RECORDS_MAX),
            ("call_frames_max", self.call_frames_max, 1, CALL_FRAMES_MAX),
            ("connect_timeout_ns", self.connect_timeout_ns, 1, 10**12),
            ("connect_attempts_max", self.connect_attempts_max, 1, 10**6),
            ("backoff_first_ns", self.backoff_first_ns, 1, 10**12),
            ("backoff_last_ns", self.backoff_last_ns, self.backoff_first_ns, 10**12),
            ("length of software", len(self.software), 0, SOFTWARE_CHARS_MAX),
        )
        for name, value, lowest, highest in bounds:
            if not lowest <= value <= highest:
                raise MisuseError(f"seat settings: {name} is {value}, not within {lowest} to {highest}")
        if not self.bank_verifiers:
            raise MisuseError("seat settings: bank_verifiers is empty: no answer could be believed")
        suite = self.signer.suite
        if suite not in {verifier.suite for verifier in self.bank_verifiers.values()}:
            wanted = f"the bank answers a {suite.name} signer with a key of that suite"
            raise MisuseError(f"seat settings: {wanted}, and bank_verifiers has none: no answer could be believed")
