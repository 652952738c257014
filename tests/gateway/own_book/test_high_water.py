"""The mark on disk: never ahead of what was told, never torn, refused when it is not what was written.

Belongs here: `HighWater` alone. Never here: what a ledger makes of it.
"""

import os
from pathlib import Path

import pytest
import trio
import trio.testing

from gateway.high_water import FILE_BYTES, WRITE_INTERVAL_S, HighWater, MarkDamaged

DIGEST = bytes(range(32))


def test_without_a_file_nothing_was_told(tmp_path: Path) -> None:
    mark = HighWater(tmp_path / "gateway.mark")

    assert (mark.sequence, mark.digest) == (0, bytes(32))


def test_the_mark_only_rises_and_survives_a_restart(tmp_path: Path) -> None:
    mark = HighWater(tmp_path / "gateway.mark")
    mark.raise_to(7, DIGEST)
    mark.raise_to(7, bytes(32))
    mark.raise_to(3, bytes(32))
    mark.write()

    again = HighWater(tmp_path / "gateway.mark")
    assert (again.sequence, again.digest, again.written_sequence) == (7, DIGEST, 7)
    assert [file.name for file in tmp_path.iterdir()] == ["gateway.mark"]


def test_the_mark_is_drafted_under_a_name_that_no_other_file_of_the_gateway_uses(tmp_path: Path) -> None:
    mark = HighWater(tmp_path / "gateway.mark")
    mark.raise_to(7, DIGEST)
    (tmp_path / "gateway.ready.new").write_text("another draft")
    (tmp_path / "gateway.new").write_text("a draft of one of the two")
    mark.write()

    assert sorted(file.name for file in tmp_path.iterdir()) == ["gateway.mark", "gateway.new", "gateway.ready.new"]


async def test_the_task_writes_what_was_told_within_its_interval(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    mark = HighWater(tmp_path / "gateway.mark")
    nursery.start_soon(mark.keep)
    mark.raise_to(7, DIGEST)
    assert mark.written_sequence == 0

    await trio.sleep(WRITE_INTERVAL_S * 1.5)
    while mark.written_sequence != 7:
        await trio.lowlevel.checkpoint()

    assert HighWater(tmp_path / "gateway.mark").sequence == 7


@pytest.mark.parametrize("place", [0, 8, 20, FILE_BYTES - 1])
def test_one_bit_off_is_damage(tmp_path: Path, place: int) -> None:
    file = tmp_path / "gateway.mark"
    mark = HighWater(file)
    mark.raise_to(7, DIGEST)
    mark.write()
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)

    with pytest.raises(MarkDamaged, match=r"gateway\.mark"):
        HighWater(file)


def test_a_cut_or_longer_file_is_damage(tmp_path: Path) -> None:
    file = tmp_path / "gateway.mark"
    for length in (0, FILE_BYTES - 1, FILE_BYTES + 1):
        file.write_bytes(bytes(length))
        with pytest.raises(MarkDamaged):
            HighWater(file)


def test_a_folder_that_is_gone_is_a_warning_not_an_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    mark = HighWater(tmp_path / "gone" / "gateway.mark")
    mark.raise_to(7, DIGEST)
    mark.write_or_warn()

    assert mark.written_sequence == 0
    assert "the high-water mark was not written" in caplog.text


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "link to nothing"])
def test_what_is_no_file_is_refused_and_neither_waited_for_nor_taken_for_none(tmp_path: Path, kind: str) -> None:
    file, elsewhere = tmp_path / "gateway.mark", tmp_path / "elsewhere"
    if kind == "link":
        HighWater(elsewhere).write()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(elsewhere)

    with pytest.raises(MarkDamaged, match=r"gateway\.mark: the high-water mark is damaged: what is there is no file"):
        HighWater(file)


def test_a_pipe_that_was_left_in_the_place_of_the_draft_keeps_nobody_waiting(tmp_path: Path) -> None:
    mark = HighWater(tmp_path / "gateway.mark")
    os.mkfifo(tmp_path / "gateway.mark.new")
    mark.raise_to(7, DIGEST)
    mark.write()

    assert HighWater(tmp_path / "gateway.mark").sequence == 7
