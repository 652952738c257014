"""Whether a row is formed as one: the lengths of its parts, the static form of its headers, the digests of its bodies.

Belongs here: what must hold of a row alone before anything is read out of it. Never here: the chain (row), whether it
fits the book (engine), signatures (the audit). Whoever can write the journal can make every byte of a row what he
likes, with a digest that fits: each fault is told as text, and nothing here trusts a length.
"""

import hashlib

import numpy as np

from ledger.core.frames import time_after
from ledger.core.rows.closing_heads import HEAD
from ledger.core.rows.layouts import DIGESTS, newer_than_known
from ledger.core.rows.row import Row
from ledger.core.rows.state_check import checked_layout
from ledger.core.state.columns import is_some
from protocol.errors import InvariantBroken
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION
from protocol.limits import (
    CONTROL_BODY_BYTES_MAX,
    DIGEST_BYTES,
    FRAME_RECORDS_MAX,
    OUTCOME_BYTES,
    PREFIX_BYTES,
    RECORD_BYTES,
    REQUEST_NUMBER_MAX,
    SESSION_BODY_BYTES_MAX,
    STATE_CHECK_BYTES,
)
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind, Suite

TIME_NS_MAX = 2**62  # the year 2116; sums of times stay inside 64 bits


def _places(names: tuple[str, ...], word_bytes: int) -> list[int]:
    """Where fields of a header stand, in words of so many bytes."""
    return [PREFIX.fields[name][1] // word_bytes for name in names] if PREFIX.fields is not None else []


_FIXED = int.from_bytes(MAGIC + bytes((PROTOCOL_VERSION, 0, 0, Direction.TO_BANK)), "little", signed=True)
_FIXED_BITS = int.from_bytes(b"\xff" * len(MAGIC) + b"\xff\0\0\xff", "little", signed=True)  # suite and kind vary
_SUITES = (int(Suite.ED25519_SHA256), int(Suite.P256_SHA256))
_NEGOTIATE = int(FrameKind.NEGOTIATE)
_RECIPIENT = _places(("recipient",), 4)[0]
_COUNTED_HALVES = _places(("sender", "seat", "session_version", "key_id", "record_count", "body_bytes"), 4)
_COUNTED_WORDS = _places(("first_number", "sent_at_ns", "valid_until_ns"), 8)


def form_fault(row: Row) -> str | None:
    """What of the row's own form is wrong, None when its parts fit each other; nothing is read from them before."""
    newer = newer_than_known(row)
    if newer is not None:
        return newer
    if row.layout not in DIGESTS or row.rules_version < 1 or checked_layout(row) < 1:
        return "a layout or a rules version that there never was"
    if len(row.headers) % PREFIX_BYTES or len(row.records) % RECORD_BYTES or len(row.outcomes) % OUTCOME_BYTES:
        return "headers, records or outcomes are cut"
    heads = row.closing_heads
    if heads and (row.records or len(row.headers) != PREFIX_BYTES or len(heads) % HEAD.itemsize):
        return "it has heads of seats, which only a row has that opens a date"
    if row.state_check and len(row.state_check) != STATE_CHECK_BYTES:
        return "the state check is cut"
    times = row.decided_at_ns, row.ordered_at_ns
    if min(*row.bank_key_ids, row.epoch, *times) < 0 or max(times) > TIME_NS_MAX:
        return "a key id of the bank, its epoch or its time is out of range"
    if row.headers:
        return _frames_fault(row)
    if row.records or row.outcomes or not row.control:
        return "it has no frame, and says nothing"
    return None


def time_fault(ordered_at_ns: int, row: Row) -> str | None:
    """What is wrong with a row's times behind a row ordered at `ordered_at_ns`, None when they follow."""
    if row.ordered_at_ns == time_after(ordered_at_ns, row.decided_at_ns):
        return None
    return (
        f"decided at {row.decided_at_ns} and ordered at {row.ordered_at_ns}, "
        f"which does not follow the row in front of it ({ordered_at_ns})"
    )


def _frames_fault(row: Row) -> str | None:
    """Whether headers, bodies and outcomes of a row with frames describe each other."""
    fault = _header_fault(row)
    if fault is not None:
        return fault
    prefixes = row.prefixes()
    kinds, counts, body_bytes = prefixes["kind"], prefixes["record_count"], prefixes["body_bytes"]
    if row.records:
        if row.control or is_some(kinds != FrameKind.RECORDS):
            return "records without headers of records, or beside a control message"
        if (
            int(counts.min()) < 1
            or int(counts.max()) > FRAME_RECORDS_MAX
            or is_some(body_bytes != counts * RECORD_BYTES)
        ):
            return "the headers do not describe the records"
        bodies, numbered = row.records, len(row.records) // RECORD_BYTES
    else:
        is_control = kinds == FrameKind.CONTROL
        if is_some(~is_control & (kinds != FrameKind.NEGOTIATE)) or is_some(counts != is_control):
            return "a control row holds a frame of another kind"
        if is_some(body_bytes > np.where(is_control, CONTROL_BODY_BYTES_MAX, SESSION_BODY_BYTES_MAX)):
            return "a body that is longer than its kind allows"
        if not body_bytes.all():
            return "a control row holds a frame without a body"
        bodies, numbered = row.control, int(np.count_nonzero(is_control))
    if int(counts.sum(dtype=np.int64)) != numbered:
        return "the headers do not describe the records"
    if len(row.outcomes) != numbered * OUTCOME_BYTES:
        return "not one outcome for each record or control frame"
    if int(body_bytes.sum(dtype=np.int64)) != len(bodies):
        return "the headers do not describe the bodies"
    return None


def bodies_fault(row: Row) -> str | None:
    """Hash every body of a row that `form_fault` found fit: which is not the one that was signed, None when all are."""
    prefixes = row.prefixes()
    digests = prefixes["body_digest"].tobytes()
    bodies = row.records or row.control
    position = 0
    for place, body_bytes in enumerate(prefixes["body_bytes"].tolist()):
        body = bodies[position : position + body_bytes]
        position += body_bytes
        if hashlib.sha256(body).digest() != digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]:
            return f"frame {place}: the body is not the one that was signed"
    return None


def check_bodies(row: Row) -> None:
    """Raises InvariantBroken naming the row when `form_fault` or `bodies_fault` finds something."""
    fault = form_fault(row) or bodies_fault(row)
    if fault is not None:
        raise InvariantBroken(f"row {row.sequence}: {fault}")


def _header_fault(row: Row) -> str | None:
    """Whether the headers have the static form of requests to the bank. Looked at as words, several fields at once:
    most rows have a few headers, and each look costs more than what is looked at.
    """
    prefixes, words = row.prefixes(), np.frombuffer(row.headers, "<i8").reshape(-1, PREFIX_BYTES // 8)
    halves = np.frombuffer(row.headers, "<i4").reshape(-1, PREFIX_BYTES // 4)
    if is_some(words[:, 0] & _FIXED_BITS != _FIXED) or is_some(halves[:, _RECIPIENT] != BANK_PARTY):
        return "a header is no request to the bank"
    suites = prefixes["suite"]
    if is_some((suites != _SUITES[0]) & (suites != _SUITES[1])):
        return "a header of an unknown suite"
    if int(halves[:, _COUNTED_HALVES].min()) < 0 or int(words[:, _COUNTED_WORDS].min()) < 0:
        return "a header with a number below 0"
    numbers = prefixes["first_number"]
    if int(numbers.max()) > REQUEST_NUMBER_MAX or is_some((numbers < 1) & (prefixes["kind"] != _NEGOTIATE)):
        return "a header with a number that no request has"
    return None
