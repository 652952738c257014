"""Frames that were in hand when a ledger had to end, kept over the restart: one of them may do the same again.

Belongs here: what is kept of them, its bounds, the file, how far the suspicion of each has come. Never here: what a
suspect is told (deciding), what ends a process (pipeline, __main__).

A frame that comes back is told by who sent it, where it stands and what it says; when it was sent, and under which
session and key, differs from repeat to repeat. The file is in the state directory: it is needed most when PostgreSQL
did not take the row. Whoever can write there could have a request refused, and can move no money by it.
"""

import os
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path

import msgspec

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import open_own
from ledger.core.state.columns import LongColumn
from ledger.journal.quarantine import reason_and_traceback
from protocol.errors import PeerViolation
from protocol.header import Header, unpack_header
from protocol.limits import PREFIX_BYTES
from protocol.vocabulary import NUMBERED_KINDS

FAILURES_KEPT_MAX = 16
"""Ends of a process that are remembered, the newest; a supervisor gives up long before."""
FILE_BYTES_MAX = 16 * 1024 * 1024
"""Larger than the file of FAILURES_KEPT_MAX groups of 2,048 frames, 160 bytes each in base64."""

Identity = tuple[int, int, int, int, int, int, bytes]


class Stage(IntEnum):
    """How far the suspicion has come."""

    TOGETHER = 1
    """It was in hand with others: it is decided alone, and may be innocent."""
    ALONE = 2
    """Nothing else was in hand: it is refused without being decided."""
    REFUSAL = 3
    """The row that refuses it could not be made or stored: it is told BUSY, and no row is made."""


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One end of a process: when, in which exception, and with which frames in hand (160 bytes each)."""

    at_ns: int
    stage: Stage
    reason: str
    traceback: str
    headers: bytes

    def identities(self) -> Iterator[Identity]:
        """Of each frame. Raises PeerViolation when these are no headers."""
        for place in range(0, len(self.headers), PREFIX_BYTES):
            yield _identity(unpack_header(self.headers, place))


class FrameFault(ProcessFault):
    """Frames broke what applies or stores them, beyond what this process can take back. A restart helps: it begins
    from the journal, and decides these frames one by one.
    """

    def __init__(self, message: str, failure: Failure) -> None:
        super().__init__(message, ExitCode.UNAVAILABLE)
        self.failure = failure

    @classmethod
    def of(cls, message: str, headers: bytes, is_refusal: bool, error: Exception, at_ns: int) -> "FrameFault":
        """The fault of these (f × 160) bytes of headers; `is_refusal`: their row refused them."""
        stage = Stage.REFUSAL if is_refusal else Stage.ALONE if len(headers) == PREFIX_BYTES else Stage.TOGETHER
        return cls(message, Failure(at_ns, stage, *reason_and_traceback(error), headers))


class Suspects:
    """Those of one ledger; falsy when there is none, as almost always."""

    def __init__(self, file: Path | None, failures: list[Failure]) -> None:
        """`file` None: nothing is kept."""
        self._file = file
        self._failures = failures[-FAILURES_KEPT_MAX:]
        self._of: dict[Identity, Failure] = {}
        for failure in self._failures:
            for identity in failure.identities():
                known = self._of.get(identity)
                if known is None or known.stage <= failure.stage:
                    self._of[identity] = failure

    @classmethod
    def read(cls, file: Path, progress: Callable[[str], None]) -> "Suspects":
        """What an earlier process left. A file that cannot be read is said and passed over: nobody is suspected."""
        try:
            with open_own(file, os.O_RDONLY) as stream:
                return cls(file, msgspec.json.decode(stream.read(FILE_BYTES_MAX), type=list[Failure]))
        except FileNotFoundError:
            pass
        except (OSError, msgspec.DecodeError, PeerViolation, ProcessFault) as error:
            progress(f"{file}: left out, no frame is suspected: {error}")
        return cls(file, [])

    def __len__(self) -> int:
        return len(self._of)

    def of(self, header: Header) -> Failure | None:
        """The failure that makes a frame suspect, None for all others."""
        return self._of.get(_identity(header))

    def forget_decided(self, trade_date: int, next_number: LongColumn) -> None:
        """Requests of dates before `trade_date`, or below the (seats,) next numbers, can no longer be decided."""
        for identity in list(self._of):
            _sender, seat, kind, date, number, *_ = identity
            is_used = date == trade_date and seat < len(next_number) and number < next_number[seat]
            if kind in NUMBERED_KINDS and (date < trade_date or is_used):
                del self._of[identity]
        self._remove_if_empty()

    def stored(self, headers: bytes) -> None:
        """The row of these frames is durable: they are suspects no more."""
        for place in range(0, len(headers), PREFIX_BYTES):
            self._of.pop(_identity(unpack_header(headers, place)), None)
        self._remove_if_empty()

    def keep(self, failure: Failure) -> None:
        """Writes the failure durably beside those that still matter. Raises OSError, ProcessFault."""
        if self._file is None:
            return
        kept = [one for one in map(self._still_of, self._failures) if one.headers]
        fresh = self._file.with_name(f"{self._file.name}.new")
        fresh.unlink(missing_ok=True)
        with open_own(fresh, os.O_WRONLY | os.O_CREAT) as stream:
            stream.write(msgspec.json.encode([*kept, failure][-FAILURES_KEPT_MAX:]))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _still_of(self, failure: Failure) -> Failure:
        """The failure with those of its frames that it still makes suspect."""
        frames = [failure.headers[at : at + PREFIX_BYTES] for at in range(0, len(failure.headers), PREFIX_BYTES)]
        still = [frame for frame in frames if self.of(unpack_header(frame)) is failure]
        return msgspec.structs.replace(failure, headers=b"".join(still))

    def _remove_if_empty(self) -> None:
        if not self._of and self._failures and self._file is not None:
            self._failures.clear()
            self._file.unlink(missing_ok=True)


def _identity(header: Header) -> Identity:
    return (
        *(header.sender, header.seat, header.kind, header.trade_date),
        *(header.first_number, header.record_count, header.body_digest),
    )
