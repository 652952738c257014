"""The outbox: one small file per seat that holds every frame sent and not yet answered, written before it is sent.

Belongs here: what is live, where it lies, when it is flushed. Never here: the file itself (outbox_file), numbers
(window), sending (link). The map is memory of the kernel: a killed process loses nothing of it. Only with
`power_safe` is a frame also on the disk when `flush` returns.
"""

import hashlib
from collections import deque
from pathlib import Path
from typing import Self

from ...errors import MisuseError
from ...limits import BODY_BYTES_MAX, OUTBOX_FRAMES_MAX, RECORD_BYTES
from ..errors import OutboxDamaged, OutboxError
from .outbox_file import OutboxFile
from .outbox_layout import (
    BODY_ALIGN_BYTES,
    CELL_FIELDS,
    HEADER_COPY_BYTES,
    HEADER_FIELDS,
    LAYOUT_VERSION,
    MAGIC,
    MARK_COPY_BYTES,
    MARK_FIELDS,
    MARK_OFFSET,
    NOT_READ,
    PAGE_BYTES,
    OrderMark,
    OutboxCell,
    OutboxHeader,
    file_bytes,
    ring_offset,
    table_offset,
)
from .sendable import why_unsendable

NO_ROOM = -1


class Outbox:
    """An open outbox, locked for this process. One owner; not thread-safe.

    A slot is the small number that names one live frame until `free`.
    """

    def __init__(self, file: OutboxFile, party: int, seat: int, records_max: int, power_safe: bool) -> None:
        """Read or begin the outbox in `file`. Raises OutboxDamaged, OutboxError (belongs to someone else)."""
        self._file = file
        self._power_safe = power_safe
        self._live: dict[int, OutboxCell] = {}
        self._freed: dict[int, OutboxCell] = {}  # answered, their room is not to be used before the next flush
        self._half: dict[int, int] = {}  # which of a live slot's two cells counts
        self._order: deque[tuple[int, int]] = deque()  # (slot, sequence) in order of sending; the first has its room
        self._header, self._header_half = self._read_header(party, seat, records_max)
        self._order_mark, self._mark_half = self._read_mark()
        self._ring = ring_offset(self._header.frames_max)
        self._tail = 0  # where the next body goes, if it fits there
        self._next_sequence = 1
        self._read_table()
        self._spare = [slot for slot in reversed(range(self._header.frames_max)) if slot not in self._live]

    @classmethod
    def open(cls, path: str | Path, party: int, seat: int, *, records_max: int, power_safe: bool = False) -> Self:
        """Lock, map and check the outbox of (party, seat); a new one gets room for `records_max` records.

        Raises OutboxInUse, OutboxDamaged, OutboxError (cannot be read or made, or belongs to someone else).
        """
        file = OutboxFile.open(Path(path), file_bytes(OUTBOX_FRAMES_MAX, data_bytes_for(records_max)))
        try:
            return cls(file, party, seat, records_max, power_safe)
        except BaseException:
            file.close()
            raise

    @property
    def session_version(self) -> int:
        """The last session version that this seat asked for, 0 before the first."""
        return self._header.session_version

    @property
    def trade_date(self) -> int:
        """The trade date last told by the bank, 0 before the first."""
        return self._header.trade_date

    @property
    def order_mark(self) -> OrderMark:
        """How far the feed of orders or reports was read."""
        return self._order_mark

    def keep_order_mark(self, mark: OrderMark, *, is_durable: bool) -> None:
        """Remember how far it was read; on the disk when `power_safe` and `is_durable`.

        Raises OutboxError when the disk fails.
        """
        kept, half = mark._replace(generation=self._order_mark.generation + 1), 1 - self._mark_half
        self._file.commit_cell(MARK_OFFSET + half * MARK_COPY_BYTES, MARK_FIELDS.pack(*kept))
        if self._power_safe and is_durable:
            self._file.flush(0, PAGE_BYTES)
        self._order_mark, self._mark_half = kept, half

    def live(self) -> list[tuple[int, OutboxCell]]:
        """The unanswered frames as (slot, cell), in the order of their sending."""
        return [(slot, self._live[slot]) for slot, sequence in self._order if self._is_live(slot, sequence)]

    def keep_session(self, session_version: int, trade_date: int) -> None:
        """Remember the session; on the disk when `power_safe`."""
        header = self._header._replace(
            session_version=session_version, trade_date=trade_date, generation=self._header.generation + 1
        )
        half = 1 - self._header_half
        self._file.commit_cell(half * HEADER_COPY_BYTES, HEADER_FIELDS.pack(*header))
        if self._power_safe:
            self._file.flush(0, PAGE_BYTES)
        self._header, self._header_half = header, half

    def fits(self, body_bytes: int) -> bool:
        """True when `append` has room for a body of this length now."""
        if self._freed and (not self._spare or self._place(body_bytes) == NO_ROOM):
            self._flush_table()
        return bool(self._spare) and self._place(body_bytes) != NO_ROOM

    def append(
        self,
        kind: int,
        trade_date: int,
        first_number: int,
        record_count: int,
        valid_until_ns: int,
        body: bytes,
        body_digest: bytes,
    ) -> int:
        """Keep a frame; returns its slot. Not to be sent before `flush`. `body_digest`: SHA-256 of `body`, (32,).

        Raises MisuseError unless it `fits` and can be sent (see `sendable`), OutboxError when the disk fails
        (`power_safe`): the frame is not kept.
        """
        reason = why_unsendable(kind, trade_date, first_number, record_count, valid_until_ns, len(body))
        if reason:
            raise MisuseError(f"a frame that cannot be sent is not kept: {reason}")
        offset = self._place(len(body))
        if offset == NO_ROOM or not self._spare:
            raise MisuseError("the outbox is full")
        slot = self._spare[-1]
        cell = OutboxCell(
            self._next_sequence,
            1,
            first_number,
            valid_until_ns,
            offset,
            kind,
            record_count,
            trade_date,
            len(body),
            body_digest,
        )
        self._file.write_bytes(self._ring + offset, body)
        if self._power_safe:
            self._file.flush(self._ring + offset, len(body))  # a cell on the disk never names a body that is not
        self._file.commit_cell(table_offset(slot, 0), CELL_FIELDS.pack(*cell))
        self._spare.pop()
        self._next_sequence += 1
        self._tail = offset + _aligned(len(body))
        self._live[slot] = cell
        self._half[slot] = 0
        self._order.append((slot, cell.sequence))
        return slot

    def flush(self) -> None:
        """Return when everything kept is on the disk; without `power_safe` at once.

        Raises OutboxError when the disk fails: what was kept is in the file and may be on the disk or not.
        """
        if self._power_safe:
            self._flush_table()

    def renumber(self, slot: int, trade_date: int, first_number: int) -> None:
        """Give a frame that was never applied another number; killed in between, it has the old one or the new."""
        cell, half = self._live[slot], self._half[slot]
        moved = cell._replace(generation=cell.generation + 1, trade_date=trade_date, first_number=first_number)
        self._file.commit_cell(table_offset(slot, 1 - half), CELL_FIELDS.pack(*moved))
        self._clear(slot, half)
        self._live[slot], self._half[slot] = moved, 1 - half
        if self._power_safe:
            self._flush_table()

    def body(self, slot: int) -> bytes:
        """The kept body of a live frame."""
        cell = self._live[slot]
        start = self._ring + cell.body_offset
        return self._file.read_bytes(start, cell.body_bytes)

    def free(self, slot: int) -> None:
        """Forget an answered frame."""
        self._clear(slot, self._half.pop(slot))
        self._freed[slot] = self._live.pop(slot)
        if not self._power_safe:
            self._reclaim()

    def close(self) -> None:
        """Unmap and unlock. What is live stays in the file."""
        self._file.close()

    def _clear(self, slot: int, half: int) -> None:
        self._file.write_word(table_offset(slot, half) + CELL_FIELDS.size, 0)

    def _flush_table(self) -> None:
        self._file.flush(PAGE_BYTES, self._ring - PAGE_BYTES)
        self._reclaim()

    def _reclaim(self) -> None:
        self._spare.extend(self._freed)
        self._freed.clear()
        while self._order and not self._is_live(*self._order[0]):
            self._order.popleft()

    def _is_live(self, slot: int, sequence: int) -> bool:
        cell = self._live.get(slot)
        return cell is not None and cell.sequence == sequence

    def _place(self, body_bytes: int) -> int:
        """Where in the ring a body may go, or NO_ROOM. Equal head and tail mean empty, so they never meet."""
        if not self._order:
            return 0
        slot = self._order[0][0]
        head = (self._live.get(slot) or self._freed[slot]).body_offset
        need = _aligned(body_bytes)
        if self._tail > head:
            if self._header.data_bytes - self._tail >= need:
                return self._tail
            return 0 if head > need else NO_ROOM
        return self._tail if head - self._tail > need else NO_ROOM

    def _read_header(self, party: int, seat: int, records_max: int) -> tuple[OutboxHeader, int]:
        path, newest, newest_half = self._file.path, None, 0
        for half in (0, 1):
            fields = self._file.read_cell(half * HEADER_COPY_BYTES, HEADER_FIELDS.size, "the header")
            header = OutboxHeader._make(HEADER_FIELDS.unpack(fields)) if fields else None
            if header and (newest is None or header.generation > newest.generation):
                newest, newest_half = header, half
        if newest is None:  # killed before its first header was whole, so nothing was sent yet
            data_bytes = data_bytes_for(records_max)
            newest = OutboxHeader(MAGIC, LAYOUT_VERSION, party, seat, 0, 0, OUTBOX_FRAMES_MAX, data_bytes, 1)
            if self._file.size_bytes != file_bytes(OUTBOX_FRAMES_MAX, data_bytes):
                raise OutboxDamaged(f"outbox {path}: {self._file.size_bytes} bytes without a header")
            self._file.commit_cell(0, HEADER_FIELDS.pack(*newest))
            self._file.flush(0, PAGE_BYTES)
        if newest.magic != MAGIC or newest.layout_version != LAYOUT_VERSION:
            raise OutboxError(f"outbox {path}: layout {newest.layout_version} is not ours")
        if (newest.party, newest.seat) != (party, seat):
            raise OutboxError(
                f"outbox {path}: belongs to party {newest.party} seat {newest.seat}, not to party {party} seat {seat}"
            )
        if self._file.size_bytes != file_bytes(newest.frames_max, newest.data_bytes):
            raise OutboxDamaged(f"outbox {path}: {self._file.size_bytes} bytes do not fit its header")
        return newest, newest_half

    def _read_mark(self) -> tuple[OrderMark, int]:
        newest, newest_half = NOT_READ, 1
        for half in (0, 1):
            fields = self._file.read_cell(MARK_OFFSET + half * MARK_COPY_BYTES, MARK_FIELDS.size, "the mark of orders")
            mark = OrderMark._make(MARK_FIELDS.unpack(fields)) if fields else NOT_READ
            if mark.generation > newest.generation:
                newest, newest_half = mark, half
        return newest, newest_half

    def _read_table(self) -> None:
        for slot in range(self._header.frames_max):
            self._read_slot(slot)
        for slot in sorted(self._live, key=lambda slot: self._live[slot].sequence):
            cell = self._live[slot]
            self._order.append((slot, cell.sequence))
            self._next_sequence = cell.sequence + 1
            self._tail = cell.body_offset + _aligned(cell.body_bytes)
            self._check_body(slot, cell)

    def _read_slot(self, slot: int) -> None:
        for half in (0, 1):
            fields = self._file.read_cell(table_offset(slot, half), CELL_FIELDS.size, f"slot {slot}")
            if fields is None:
                continue
            cell = OutboxCell._make(CELL_FIELDS.unpack(fields))
            known = self._live.get(slot)
            if known is None:
                self._live[slot], self._half[slot] = cell, half
            elif cell.generation > known.generation:  # killed while it was being renumbered: the new one is whole
                self._clear(slot, self._half[slot])
                self._live[slot], self._half[slot] = cell, half
            else:
                self._clear(slot, half)

    def _check_body(self, slot: int, cell: OutboxCell) -> None:
        start, end = self._ring + cell.body_offset, self._ring + cell.body_offset + cell.body_bytes
        whole = cell.body_offset >= 0 and start <= end <= self._file.size_bytes
        if not whole or hashlib.sha256(self._file.read_bytes(start, cell.body_bytes)).digest() != cell.body_digest:
            raise OutboxDamaged(
                f"outbox {self._file.path}: the body of slot {slot} (number {cell.first_number} of "
                f"{cell.trade_date}) at byte {start} does not fit its digest"
            )


def data_bytes_for(records_max: int) -> int:
    """Bytes of the ring for `records_max` unanswered records: a body never wraps, and control bodies come on top."""
    return records_max * RECORD_BYTES + 2 * BODY_BYTES_MAX


def _aligned(body_bytes: int) -> int:
    return -(-body_bytes // BODY_ALIGN_BYTES) * BODY_ALIGN_BYTES
