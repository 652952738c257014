"""Who may write the journal, where it stands, and the faults that end a ledger's life as its writer.

Belongs here: the head and places as values, the faults by name. Never here: SQL.
"""

from dataclasses import dataclass

from config.kit.exit_codes import ExitCode, ProcessFault

SHARD = 1  # today's only one
ZERO_DIGEST = bytes(32)  # what stands before the first row


class Fenced(ProcessFault):
    """Another ledger has taken the journal over; this one must not answer anything any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.FENCED)


class JournalLost(ProcessFault):
    """A commit failed or its fate is unknown. Only a new takeover can tell what became of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.UNAVAILABLE)


class JournalTampered(ProcessFault):
    """The journal is not what was committed; the message names the place."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.TAMPERED)


class JournalNewer(ProcessFault):
    """A later program than this one wrote the journal: it is whole, and nothing may be written to it."""

    def __init__(self, sequence: int, newer: str) -> None:
        super().__init__(
            f"row {sequence}: {newer}: a later version wrote this journal, start that one", ExitCode.CONFIG
        )


@dataclass(frozen=True, slots=True)
class Head:
    """`journal_head`: who may write, and the last committed row (sequence 0, a zero digest before the first)."""

    epoch: int
    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where one row stands."""

    sequence: int
    trade_date: int
