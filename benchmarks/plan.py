"""What a load process is told and what it reports: JSON between harness and `python -m benchmarks.client`.

Belongs here: the two structs. Never here: running anything.
"""

import msgspec


class LoadPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One load: which seats, which shape, how much."""

    shape: str  # singles, blocks, mixed, hot, arrivals
    config_file: str  # of the running system
    keys_directory: str
    suite: str  # ed25519 or p256: of the parties whose seats are used
    outboxes_directory: str
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

    @property
    def records_per_second(self) -> float:
        """Verified outcomes per second of the load."""
        return self.records / self.seconds
