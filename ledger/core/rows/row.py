"""One journal row: what was asked, by whom, and what was decided; its digest; the outcome frames it stands for.

Belongs here: the row, its digest chain, what can be made again from a row alone. Never here: SQL (journal), whether a
row is formed as one (row_form), what it does to the book (engine).

A row is one of three: a block row (the RECORDS frames of one commit), a control row (a run of CONTROL and NEGOTIATE
frames), or the genesis (no frame; `control` holds the Genesis message). A NEGOTIATE has no outcome: only one that is
accepted is kept.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protocol.frame import Frame, make_unsigned_frame
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION, Header, PrefixArray, unpack_header
from protocol.limits import DIGEST_BYTES, OUTCOME_BYTES, PREFIX_BYTES
from protocol.records import OutcomesPreamble, pack_preamble
from protocol.vocabulary import Direction, FrameKind

FIRST_DIGEST = bytes(DIGEST_BYTES)  # what stands before the genesis row
_FIXED = struct.Struct("<iqqiiqqqq6q")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Byte columns are empty where a kind of row does not use them."""

    shard: int
    sequence: int
    epoch: int
    trade_date: int  # the date open when it was decided
    rules_version: int
    decided_at_ns: int  # UTC nanoseconds since 1970 by the bank's clock: what has expired is judged by it
    ordered_at_ns: int  # the same, moved on behind the row before: grows from row to row, whatever the clock does
    bank_key_ids: tuple[int, int]  # keys that sign the outcomes, by suite − 1
    headers: bytes  # (f × 160) header and signature of each frame
    records: bytes  # (n × 64)
    annotations: bytes  # of a row that opens a trade date: the heads of the one it closed, see closing_heads
    control: bytes  # bodies of the CONTROL and NEGOTIATE frames, or the Genesis message
    outcomes: bytes  # (n × 16), one item for each record or CONTROL frame, none for the genesis
    state_check: bytes  # empty, or slice number (int32) and the SHA-256 of that slice of the state
    digest: bytes  # (32,) over everything above and the digest of the row before

    def prefixes(self) -> PrefixArray:
        """(f,) PREFIX, a read-only view."""
        return np.frombuffer(self.headers, PREFIX)

    def control_bodies(self) -> list[bytes]:
        """The body of each frame of a control row that `form_fault` found fit, in order."""
        ends = np.cumsum(self.prefixes()["body_bytes"]).tolist()
        return [self.control[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def row_digest(previous_digest: bytes, row: Row) -> bytes:
    """SHA-256 over the previous digest and the row, its own `digest` apart.

    The bodies of a block row are bound by the digests inside its headers, see `row_form.bodies_fault`, so that each of
    their bytes is hashed once.
    """
    fixed = _FIXED.pack(
        row.shard,
        row.sequence,
        row.epoch,
        row.trade_date,
        row.rules_version,
        row.decided_at_ns,
        row.ordered_at_ns,
        *row.bank_key_ids,
        len(row.headers),
        len(row.records),
        len(row.annotations),
        len(row.control),
        len(row.outcomes),
        len(row.state_check),
    )
    parts = (previous_digest, fixed, row.headers, row.annotations, row.control, row.outcomes, row.state_check)
    return hashlib.sha256(b"".join(parts)).digest()


def outcome_frames(row: Row) -> Iterator[Frame]:
    """The unsigned OUTCOMES frames, one per numbered request frame, in order; every byte a function of the row."""
    position = 0
    for prefix in _header_bytes(row):
        request = unpack_header(prefix)
        if request.kind == FrameKind.NEGOTIATE:
            continue
        end = position + request.record_count * OUTCOME_BYTES
        yield outcome_frame(row, request, row.outcomes[position:end])
        position = end


def outcome_frame(row: Row, request: Header, outcomes: bytes) -> Frame:
    """The unsigned OUTCOMES frame that answers `request`, a frame of this row, with its part of the outcomes."""
    preamble = OutcomesPreamble(row.sequence, row.decided_at_ns, row.digest, request.body_digest)
    header = Header(
        magic=MAGIC,
        version=PROTOCOL_VERSION,
        suite=request.suite,
        kind=FrameKind.OUTCOMES,
        direction=Direction.TO_PARTNER,
        sender=request.recipient,
        recipient=request.sender,
        seat=request.seat,
        trade_date=request.trade_date,
        session_version=request.session_version,
        key_id=row.bank_key_ids[request.suite - 1],
        first_number=request.first_number,
        record_count=request.record_count,
        body_bytes=0,
        sent_at_ns=row.decided_at_ns,
        valid_until_ns=0,
        body_digest=b"",
    )
    return make_unsigned_frame(header, pack_preamble(preamble) + outcomes)


def _header_bytes(row: Row) -> Iterator[bytes]:
    for start in range(0, len(row.headers), PREFIX_BYTES):
        yield row.headers[start : start + PREFIX_BYTES]
