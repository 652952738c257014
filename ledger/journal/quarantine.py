"""Frames that broke what should have decided or answered them: kept with the reason, for people.

Belongs here: what is kept of such a frame, its bounds and its SQL. Never here: what its sender is told (deciding).
"""

import traceback
from dataclasses import dataclass

import asyncpg

from protocol.frame import Frame

KEPT_MAX = 256
"""Frames in the table; the oldest go first. With bodies of at most 512 KiB they take 128 MiB at the most."""
REASON_CHARS_MAX = 1_024
TRACEBACK_CHARS_MAX = 16_384


_KEEP = """
WITH kept AS (
    INSERT INTO quarantine
        (shard, at_ns, party, seat, kind, trade_date, first_number, header, body, reason, traceback)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
)
DELETE FROM quarantine WHERE id <= (SELECT id FROM kept) - $12::bigint
"""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One frame and the exception that it ended in."""

    at_ns: int
    frame: Frame
    reason: str  # the exception's type and words, one line
    traceback: str

    @classmethod
    def of(cls, frame: Frame, error: Exception, at_ns: int) -> "Quarantined":
        """`error` as it was caught."""
        return cls(at_ns, frame, *reason_and_traceback(error))

    def __str__(self) -> str:
        """One line for a log."""
        header = self.frame.header
        return (
            f"a frame could not be decided and was refused: party {header.sender}, seat {header.seat}, kind "
            f"{header.kind}, {header.trade_date} from number {header.first_number}: {self.reason}"
        )


def reason_and_traceback(error: Exception) -> tuple[str, str]:
    """Its type and words in one line of at most REASON_CHARS_MAX characters, and the end of its traceback."""
    try:
        words = str(error)
    except Exception as unsayable:
        words = f"its words cannot be told: {type(unsayable).__name__}"
    reason = _as_text(" ".join(f"{type(error).__name__}: {words}".split()))[:REASON_CHARS_MAX]
    return reason, _as_text("".join(traceback.format_exception(error)))[-TRACEBACK_CHARS_MAX:]


async def keep(connection: asyncpg.Connection, shard: int, found: Quarantined) -> None:
    """Writes a frame for people to look at, and forgets the oldest above KEPT_MAX."""
    frame, header = found.frame, found.frame.header
    await connection.execute(
        _KEEP,
        *(shard, found.at_ns, header.sender, header.seat, header.kind, header.trade_date, header.first_number),
        *(frame.header_bytes + frame.signature, frame.body),
        *(found.reason, found.traceback, KEPT_MAX),
    )


def _as_text(words: str) -> str:
    """What PostgreSQL's text can hold: neither zero bytes nor halves of surrogates."""
    return words.encode("utf-8", "backslashreplace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
