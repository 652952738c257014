"""One journal row: what was asked, by whom, and what was decided; the outcome frames it stands for.

Belongs here: the row, what can be made again from a row alone. Never here: SQL (journal), its digest (layouts), whether
a row is formed as one (row_form), what it does to the book (engine).

A row is one of four: a block row (the RECORDS frames of one commit), a control row (a run of CONTROL and NEGOTIATE
frames), the genesis, or that a ledger serves again; the last two have no frame, and `control` holds the Genesis or the
ServesAgain message. A NEGOTIATE has no outcome: only one that is accepted is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protocol.frame import Frame, make_unsigned_frame
from protocol.header import PREFIX, Header, PrefixArray, answer_header, unpack_header
from protocol.limits import DIGEST_BYTES, OUTCOME_BYTES, PREFIX_BYTES, RECORD_BYTES
from protocol.records import OutcomesPreamble, pack_preamble
from protocol.vocabulary import FrameKind

FIRST_DIGEST = bytes(DIGEST_BYTES)  # what stands before the genesis row


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Byte columns are empty where a kind of row does not use them."""

    layout: int  # which columns it has and the formula of its digest
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
    closing_heads: (
        bytes  # of a row that opens a trade date: the heads of the one it closed, see the module closing_heads
    )
    control: bytes  # bodies of the CONTROL and NEGOTIATE frames, or the message of a row without frames
    outcomes: bytes  # (n × 16), one item for each record or CONTROL frame, none for the genesis
    state_check: bytes  # empty, or a slice of the state after it, see the module state_check
    digest: bytes  # (32,) over everything above and the digest of the row before

    def prefixes(self) -> PrefixArray:
        """(f,) PREFIX, a read-only view."""
        return np.frombuffer(self.headers, PREFIX)

    def kinds(self) -> frozenset[int]:
        """The kinds of the records, which begin with theirs; none of a row without records."""
        return frozenset(self.records[::RECORD_BYTES])

    def control_bodies(self) -> list[bytes]:
        """The body of each frame of a control row that `form_fault` found fit, in order."""
        ends = np.cumsum(self.prefixes()["body_bytes"]).tolist()
        return [self.control[start:end] for start, end in zip([0, *ends], ends, strict=False)]


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
    header = answer_header(
        request,
        FrameKind.OUTCOMES,
        row.decided_at_ns,
        request.trade_date,
        key_id=row.bank_key_ids[request.suite - 1],
        record_count=request.record_count,
    )
    return make_unsigned_frame(header, pack_preamble(preamble) + outcomes)


def _header_bytes(row: Row) -> Iterator[bytes]:
    for start in range(0, len(row.headers), PREFIX_BYTES):
        yield row.headers[start : start + PREFIX_BYTES]
