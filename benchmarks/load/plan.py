"""What the processes beside the harness are told and what they report, as JSON: `python -m benchmarks.load.client` and
the senders of `python -m benchmarks.load.flooder`.

Belongs here: the structs. Never here: running anything.
"""

import msgspec


class LoadPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One load: which seats, which shape, how much."""

    shape: str  # singles, blocks, mixed, hot, arrivals
    config_file: str  # of the running system
    tls_directory: str  # "": plain TCP
    seats: list[int]
    contracts_count: int
    record_count: int  # of a block
    in_flight: int  # blocks per seat, or callers per seat
    records_max: int  # stop after so many records in all
    seconds_max: float  # or after so long
    refused_share: float
    arrivals_per_second: float  # frames, shape arrivals only
    seed: int
    until_told: bool = False  # it ends with its standard input, where that is sooner; shape arrivals only
    times_file: str = ""  # (frames, 2) ns of the machine's monotonic clock, when each arrived and was answered


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one load saw. Rates count records whose outcome was verified."""

    records: int
    frames: int
    seconds: float
    cpu_seconds: float  # processor time of the load process while it ran
    p50_ms: float
    p99_ms: float
    lateness_p99_ms: float  # of the generator itself, shape arrivals only
    lateness_max_ms: float
    codes_wrong: int  # records whose code was not the expected one
    frozen_fen: int  # expected from what was sent and accepted
    bought_fen: int
    balance_change_fen: int
    logon_seconds: float = 0.0  # the slowest of its seats, from the connection to ESTABLISHED

    @property
    def records_per_second(self) -> float:
        """Verified outcomes per second of the load."""
        return self.records / self.seconds


class FloodPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Senders of one party that flood with one kind of thing, at one rate, into a gateway or into a sink."""

    kind: str  # a key of benchmarks.load.flooder.KINDS
    config_file: str  # of the running system
    seats: list[int]  # one link each
    port: int  # of the gateway, or of the sink
    is_sink: bool  # nobody answers there
    contract_no: int  # one of the party's own
    seconds_max: float  # it ends by itself


class FloodResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the senders did."""

    sent: int  # frames, logons or connections
    connections: int
    ended: int  # connections that the other side ended
