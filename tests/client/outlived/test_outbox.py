"""The outbox: what a killed process leaves, who may open it, and what damage says."""

import hashlib
import random
from pathlib import Path

import pytest

from protocol.client.errors import OutboxDamaged, OutboxError, OutboxInUse
from protocol.client.outbox.outbox import Outbox, data_bytes_for
from protocol.client.outbox.outbox_file import OutboxFile
from protocol.client.outbox.outbox_layout import CELL_FIELDS, PAGE_BYTES, file_bytes, ring_offset, table_offset
from protocol.errors import MisuseError
from protocol.limits import BODY_BYTES_MAX, CREDIT_RECORDS_MIN, OUTBOX_FRAMES_MAX
from protocol.vocabulary import FrameKind

MONDAY, TUESDAY = 20_260_105, 20_260_106
SIZE_BYTES = file_bytes(OUTBOX_FRAMES_MAX, data_bytes_for(CREDIT_RECORDS_MIN))


def opened(path: Path, power_safe: bool = False) -> Outbox:
    return Outbox.open(path, 2, 11, records_max=CREDIT_RECORDS_MIN, power_safe=power_safe)


def put(box: Outbox, number: int, body: bytes, date: int = MONDAY) -> int:
    digest = hashlib.sha256(body).digest()
    return box.append(FrameKind.RECORDS, date, number, len(body) // 64, 0, body, digest)


def contents(box: Outbox) -> list[tuple[int, int, bytes]]:
    return [(cell.trade_date, cell.first_number, box.body(slot)) for slot, cell in box.live()]


class WatchedFile(OutboxFile):
    """Keeps a picture of the file after every store, and of half of every copy: all states that a kill can leave."""

    pictures: list[bytes]

    def write_bytes(self, place: int, data: bytes) -> None:
        half = len(data) // 2
        super().write_bytes(place, data[:half])
        self._take_picture()
        super().write_bytes(place, data)
        self._take_picture()

    def write_word(self, place: int, word: int) -> None:
        super().write_word(place, word)
        self._take_picture()

    def _take_picture(self) -> None:
        ring = ring_offset(OUTBOX_FRAMES_MAX)
        table = self.read_bytes(0, PAGE_BYTES + 1_024)  # the header and the first slots
        self.pictures.append(table + self.read_bytes(ring, 1_024))


def watched(path: Path) -> tuple[Outbox, list[bytes]]:
    file = WatchedFile.open(path, SIZE_BYTES)
    file.pictures = []
    return Outbox(file, 2, 11, CREDIT_RECORDS_MIN, False), file.pictures


def reopened(picture: bytes, path: Path) -> Outbox:
    whole = bytearray(SIZE_BYTES)
    whole[: PAGE_BYTES + 1_024] = picture[: PAGE_BYTES + 1_024]
    ring = ring_offset(OUTBOX_FRAMES_MAX)
    whole[ring : ring + 1_024] = picture[PAGE_BYTES + 1_024 :]
    path.write_bytes(whole)
    return opened(path)


def test_frames_are_there_again_in_the_order_of_sending(tmp_path: Path) -> None:
    box = opened(tmp_path / "box")
    first, second, third = put(box, 1, b"a" * 64), put(box, 2, b"b" * 128), put(box, 4, b"c" * 64)
    box.free(second)
    fourth = put(box, 5, b"d" * 64)  # takes the slot that became free, and stays the last
    box.keep_session(3, MONDAY)
    assert (fourth, first != third) == (second, True)
    box.close()

    again = opened(tmp_path / "box")

    assert contents(again) == [(MONDAY, 1, b"a" * 64), (MONDAY, 4, b"c" * 64), (MONDAY, 5, b"d" * 64)]
    assert (again.session_version, again.trade_date) == (3, MONDAY)
    again.close()


def test_a_kill_at_any_store_leaves_the_whole_frame_or_none(tmp_path: Path) -> None:
    box, pictures = watched(tmp_path / "box")
    begun = len(pictures)
    slot = put(box, 1, b"a" * 64)
    appended = len(pictures)
    put(box, 2, b"b" * 64)
    box.free(slot)
    box.close()
    one, two = (MONDAY, 1, b"a" * 64), (MONDAY, 2, b"b" * 64)

    seen = []
    for picture in pictures:
        copy = reopened(picture, tmp_path / "copy")
        seen.append(contents(copy))
        copy.close()

    assert [state for state in seen[:begun] if state] == []
    assert seen[begun:appended] == [[]] * (appended - begun - 1) + [[one]]
    assert seen[appended:] == [[one]] * (len(seen) - appended - 2) + [[one, two], [two]]


def test_a_kill_at_any_store_of_a_renumbering_leaves_the_old_number_or_the_new(tmp_path: Path) -> None:
    box, pictures = watched(tmp_path / "box")
    slot = put(box, 9, b"a" * 64)
    pictures.clear()
    box.renumber(slot, TUESDAY, 1)
    box.close()

    for picture in pictures:
        copy = reopened(picture, tmp_path / "copy")
        assert contents(copy) in ([(MONDAY, 9, b"a" * 64)], [(TUESDAY, 1, b"a" * 64)])
        copy.close()
        copy = opened(tmp_path / "copy")  # and it can be renumbered on from there
        copy.renumber(copy.live()[0][0], TUESDAY, 5)
        assert contents(copy) == [(TUESDAY, 5, b"a" * 64)]
        copy.close()


def test_a_kill_at_any_store_of_a_new_session_leaves_the_old_version_or_the_new(tmp_path: Path) -> None:
    box, pictures = watched(tmp_path / "box")
    box.keep_session(1, MONDAY)
    box.keep_session(2, MONDAY)
    pictures.clear()
    box.keep_session(3, TUESDAY)
    box.close()

    versions = []
    for picture in pictures:
        copy = reopened(picture, tmp_path / "copy")
        versions.append((copy.session_version, copy.trade_date))
        copy.close()

    assert versions == [(2, MONDAY)] * (len(pictures) - 1) + [(3, TUESDAY)]


@pytest.mark.parametrize("power_safe", [False, True])
def test_the_ring_is_used_round_and_round(tmp_path: Path, power_safe: bool) -> None:
    box = opened(tmp_path / "box", power_safe)
    seeded = random.Random(7)
    expected: list[tuple[int, int, bytes]] = []
    slots: list[int] = []
    number = 1
    for _ in range(150):
        body = bytes([number % 251]) * (64 * seeded.choice([1, 100, 8_192]))
        while not box.fits(len(body)):
            place = seeded.randrange(min(3, len(slots)))
            box.free(slots.pop(place))
            expected.pop(place)
        slots.append(put(box, number, body))
        expected.append((MONDAY, number, body))
        number += len(body) // 64
    box.close()

    again = opened(tmp_path / "box")
    assert contents(again) == expected
    again.close()


def test_a_full_outbox_says_so(tmp_path: Path) -> None:
    box = opened(tmp_path / "box")
    while box.fits(BODY_BYTES_MAX):
        put(box, 1, bytes(BODY_BYTES_MAX))

    assert len(box.live()) == CREDIT_RECORDS_MIN // 8_192 + 2
    with pytest.raises(MisuseError, match="full"):
        put(box, 1, bytes(BODY_BYTES_MAX))
    box.close()


def test_only_one_may_have_it_open(tmp_path: Path) -> None:
    box = opened(tmp_path / "box")

    with pytest.raises(OutboxInUse, match=r"box: in use by another process or seat$"):
        opened(tmp_path / "box")
    box.close()
    opened(tmp_path / "box").close()


def test_it_belongs_to_one_seat(tmp_path: Path) -> None:
    opened(tmp_path / "box").close()

    with pytest.raises(OutboxError, match="belongs to party 2 seat 11, not to party 2 seat 12"):
        Outbox.open(tmp_path / "box", 2, 12, records_max=CREDIT_RECORDS_MIN)


def test_what_is_no_outbox_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear bank")
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(SIZE_BYTES))

    with pytest.raises(OutboxDamaged, match="9 bytes are no outbox"):
        opened(tmp_path / "letter")
    with pytest.raises(OutboxDamaged, match="the header at byte 0 does not fit its check"):
        opened(tmp_path / "noise")
    with pytest.raises(OutboxError, match="No such file or directory"):
        opened(tmp_path / "nowhere" / "box")


def test_a_flipped_byte_of_anything_that_counts_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "box"
    box = opened(path)
    slot = put(box, 1, b"a" * 64)
    box.close()
    healthy = path.read_bytes()
    cell, ring = table_offset(slot, 0), ring_offset(OUTBOX_FRAMES_MAX)
    places = [*range(56), *range(cell, cell + CELL_FIELDS.size + 8), *range(ring, ring + 64)]

    for place in places:
        with path.open("r+b") as file:
            file.seek(place)
            file.write(bytes([healthy[place] ^ 0x10]))
        with pytest.raises(OutboxDamaged, match=r"at byte \d+ does not fit its"):
            opened(path)
        with path.open("r+b") as file:
            file.seek(place)
            file.write(healthy[place : place + 1])
    again = opened(path)
    assert contents(again) == [(MONDAY, 1, b"a" * 64)]
    again.close()


def test_a_file_cut_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "box"
    opened(path).close()
    with path.open("r+b") as file:
        file.truncate(SIZE_BYTES - PAGE_BYTES)

    with pytest.raises(OutboxDamaged, match="do not fit its header"):
        opened(path)
