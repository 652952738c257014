"""What a seat needs to know: address, identity, keys, outbox and the patience of its link.

Belongs here: the settings and their checks. Never here: reading files or the environment.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import MisuseError
from ..keys.signing import Signer, Verifier
from ..limits import (
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
from ..vocabulary import Suite
from .verbs.arguments import INT32_MAX, INT64_MAX, shown, text, whole_number

CALL_FRAMES_IN_FLIGHT_MAX = 1  # a frame of 64 costs little more than one of 32: more would cut a load into small ones
CALL_FRAME_LATE_S = 0.05  # far above what a bank needs for a frame: behind one unanswered for so long nobody waits
CALL_FRAMES_MAX = 64
CONNECT_ATTEMPTS_MAX = 1_000  # in a row without a session: about a quarter of an hour at the longest pause
BACKOFF_NS_MIN = 20_000_000
BACKOFF_NS_MAX = 1_000_000_000
PATIENCE_NS_MAX = 10**12  # a quarter of an hour: nobody means a longer pause between two attempts
HOST_CHARS_MAX = 253  # of a name in the DNS
PATH_CHARS_MAX = 4_096
assert BACKOFF_NS_MIN <= BACKOFF_NS_MAX <= PATIENCE_NS_MAX


@dataclass(frozen=True, slots=True)
class SeatSettings:
    """Settings of one seat. Times in nanoseconds, sizes in records.

    Raises MisuseError for a value of another type, or outside the limits of the protocol. `bank_verifiers` is copied.
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
            ("port", 1, 65_535),
            ("party", 1, PARTIES_MAX),
            ("seat", 1, SEATS_MAX),
            ("heartbeat_ns", HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX),
            ("outbox_records", CREDIT_RECORDS_MIN, CREDIT_RECORDS_MAX),
            ("call_frames_max", 1, CALL_FRAMES_MAX),
            ("connect_timeout_ns", 1, PATIENCE_NS_MAX),
            ("connect_attempts_max", 1, 10**6),
            ("backoff_first_ns", 1, PATIENCE_NS_MAX),
            ("backoff_last_ns", 1, PATIENCE_NS_MAX),
            ("jitter_seed", -INT64_MAX, INT64_MAX),
        )
        for name, lowest, highest in bounds:  # kept as plain numbers, whatever kind of whole number was handed in
            self._keep(name, whole_number(f"seat settings: {name}", getattr(self, name), lowest, highest))
        if self.backoff_last_ns < self.backoff_first_ns:
            raise MisuseError(f"seat settings: backoff_last_ns is below backoff_first_ns, {self.backoff_first_ns}")
        if not isinstance(self.power_safe, bool | np.bool_):
            raise MisuseError(f"seat settings: power_safe is True or False, not {shown(self.power_safe)}")
        self._keep("power_safe", bool(self.power_safe))
        text("seat settings: software", self.software, SOFTWARE_CHARS_MAX)
        self._check_address()
        self._check_keys()

    def _check_address(self) -> None:
        _check_host("host", self.host)
        if self.tls_server_name is not None:
            _check_host("tls_server_name", self.tls_server_name)
        if self.tls is not None and not isinstance(self.tls, ssl.SSLContext):
            raise MisuseError(f"seat settings: tls is an SSLContext or None, not {shown(self.tls)}")
        if not isinstance(self.outbox, str | Path):
            raise MisuseError(f"seat settings: outbox is a path, not {shown(self.outbox)}")
        if not text("seat settings: outbox", str(self.outbox), PATH_CHARS_MAX):
            raise MisuseError("seat settings: outbox is empty")

    def _check_keys(self) -> None:
        if not _is_like(self.signer, "sign", "public_key"):
            raise MisuseError(f"seat settings: signer is a signer, see load_signer, not {shown(self.signer)}")
        whole_number("seat settings: key id of the signer", self.signer.key_id, 1, INT32_MAX)
        if not isinstance(self.bank_verifiers, Mapping):
            raise MisuseError(
                f"seat settings: bank_verifiers is a mapping of key ids to verifiers, not {shown(self.bank_verifiers)}"
            )
        if not self.bank_verifiers:
            raise MisuseError("seat settings: bank_verifiers is empty: no answer could be believed")
        verifiers: dict[int, Verifier] = {}
        for key_id, verifier in self.bank_verifiers.items():
            if not _is_like(verifier, "verify"):
                raise MisuseError(
                    f"seat settings: bank_verifiers has verifiers, see load_verifier, not {shown(verifier)}"
                )
            verifiers[whole_number("seat settings: key id in bank_verifiers", key_id, 1, INT32_MAX)] = verifier
        self._keep("bank_verifiers", verifiers)
        suite = self.signer.suite
        if suite not in {verifier.suite for verifier in verifiers.values()}:
            wanted = f"the bank answers a {suite.name} signer with a key of that suite"
            raise MisuseError(f"seat settings: {wanted}, and bank_verifiers has none: no answer could be believed")

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def checked_settings(settings: object) -> SeatSettings:
    """`settings`. Raises MisuseError when it is anything else than SeatSettings."""
    if not isinstance(settings, SeatSettings):
        raise MisuseError(f"settings are SeatSettings, not {shown(settings)}")
    return settings


def _check_host(name: str, value: object) -> None:
    """Raises MisuseError for what no resolver and no certificate could take."""
    host = text(f"seat settings: {name}", value, HOST_CHARS_MAX)
    try:
        usable = host.encode("idna")
    except UnicodeError as error:
        raise MisuseError(f"seat settings: {name} is no host name: {error}") from error
    if not usable or host.startswith("."):
        raise MisuseError(f"seat settings: {name} is no host name")


def _is_like(value: object, *verbs: str) -> bool:
    return isinstance(getattr(value, "suite", None), Suite) and all(
        callable(getattr(value, verb, None)) for verb in verbs
    )
