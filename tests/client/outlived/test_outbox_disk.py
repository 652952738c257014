"""A full disk under an outbox: told in one line when it is opened, never later, and nothing of it stays.

Belongs here: what the system refuses, and files whose making was cut short. Never here: damage (test_outbox).
"""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol.client.errors import OutboxDamaged, OutboxError
from protocol.client.outbox.outbox import data_bytes_for
from protocol.client.outbox.outbox_file import OutboxFile
from protocol.client.outbox.outbox_layout import HEADER_FIELDS, MAGIC, PAGE_BYTES, file_bytes
from protocol.limits import CREDIT_RECORDS_DEFAULT, CREDIT_RECORDS_MIN, OUTBOX_FRAMES_MAX
from tests.client.outlived.test_outbox import MONDAY, SIZE_BYTES, contents, opened, put

OTHER_SIZE_BYTES = file_bytes(OUTBOX_FRAMES_MAX, data_bytes_for(CREDIT_RECORDS_DEFAULT))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Allocation writes a part of what is asked for, and then the disk is full, as where the system emulates it."""

    def fill(descriptor: int, place: int, _size_bytes: int) -> None:
        os.pwrite(descriptor, bytes(3 * PAGE_BYTES), max(place, os.fstat(descriptor).st_size))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", fill)
    return monkeypatch


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, disk: pytest.MonkeyPatch) -> None:
    path = tmp_path / "box"
    for _ in range(2):
        with pytest.raises(OutboxError, match=rf"box: No space left on device: {SIZE_BYTES} bytes are needed$"):
            opened(path)
        assert path.stat().st_size == 0
    disk.undo()

    opened(path).close()
    assert path.stat().st_blocks * 512 >= SIZE_BYTES


def test_a_directory_that_fails_after_the_file_was_made_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutboxError, match="Input/output error"):
        opened(tmp_path / "box")
    monkeypatch.undo()

    opened(tmp_path / "box").close()


def begun_and_cut(size_bytes: int) -> bytes:
    """A file whose first header was being written: its fields by half, its word not."""
    page = MAGIC + bytes([1] * (HEADER_FIELDS.size // 2))
    return page.ljust(size_bytes, b"\0")


@pytest.mark.parametrize(
    "left",
    [
        b"",
        bytes(1),
        bytes(PAGE_BYTES - 8),
        bytes(PAGE_BYTES),
        bytes(3 * PAGE_BYTES + 5),
        bytes(OTHER_SIZE_BYTES),
        begun_and_cut(SIZE_BYTES),
        begun_and_cut(OTHER_SIZE_BYTES),
    ],
    ids=len,
)
def test_what_never_became_an_outbox_becomes_one(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(left)
    box = opened(path)
    put(box, 1, b"a" * 64)
    box.close()

    again = opened(path)
    assert contents(again) == [(MONDAY, 1, b"a" * 64)]
    assert path.stat().st_size == SIZE_BYTES
    again.close()


@pytest.mark.parametrize(
    "found",
    [
        b"\0" * PAGE_BYTES + b"x",
        b"\0" * 100 + b"x",
        b"#!/bin/sh\n".ljust(2 * PAGE_BYTES, b"\0"),
        begun_and_cut(OTHER_SIZE_BYTES)[:-1] + b"x",
    ],
    ids=["behind a page", "short", "a script", "a body without a header"],
)
def test_what_is_something_else_stays_as_it_is(tmp_path: Path, found: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(found)

    with pytest.raises(OutboxDamaged):
        opened(path)
    assert path.read_bytes() == found


def test_holes_of_a_copy_are_filled_before_it_is_used(tmp_path: Path) -> None:
    """A store into a hole of a map on a full disk ends the process."""
    whole, sparse = tmp_path / "whole", tmp_path / "sparse"
    box = opened(whole)
    put(box, 1, b"a" * 64)
    box.close()
    data = whole.read_bytes()
    with sparse.open("wb") as file:
        for place in range(0, SIZE_BYTES, PAGE_BYTES):
            if any(data[place : place + PAGE_BYTES]):
                file.seek(place)
                file.write(data[place : place + PAGE_BYTES])
        file.truncate(SIZE_BYTES)
    assert sparse.stat().st_blocks * 512 < SIZE_BYTES // 2

    again = opened(sparse)
    assert contents(again) == [(MONDAY, 1, b"a" * 64)]
    assert sparse.stat().st_blocks * 512 >= SIZE_BYTES
    again.close()


def test_holes_that_cannot_be_filled_are_told_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "box"
    box = opened(path)
    put(box, 1, b"a" * 64)
    box.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "posix_fallocate", _full)
        with pytest.raises(OutboxError, match="No space left on device"):
            opened(path)

    again = opened(path)
    assert contents(again) == [(MONDAY, 1, b"a" * 64)]
    again.close()


def _full(_descriptor: int, _place: int, _size_bytes: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_larger_than_the_process_may_write_is_told_without_a_signal(tmp_path: Path) -> None:
    """The system's own refusal, in a process of its own: SIGXFSZ and SIGBUS would end it."""
    code = (
        "import resource, sys\n"
        "from protocol.client.errors import OutboxError\n"
        "from protocol.client.outbox.outbox import Outbox\n"
        "def use():\n"
        f"    box = Outbox.open(sys.argv[1], 2, 11, records_max={CREDIT_RECORDS_MIN})\n"
        "    box.keep_session(1, 20260105)\n"
        "    box.close()\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))\n"
        "try:\n"
        "    use()\n"
        "except OutboxError as error:\n"
        "    print(error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "use()\n"
        "print('used')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "box")], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    told, used = ended.stdout.splitlines()
    assert told.endswith(f"box: File too large: {SIZE_BYTES} bytes are needed")
    assert used == "used"


def test_what_is_closed_is_not_stored_to(tmp_path: Path) -> None:
    file = OutboxFile.open(tmp_path / "box", SIZE_BYTES)
    file.close()
    file.close()
    with pytest.raises(ValueError, match=r"closed|released"):
        file.write_word(0, 1)


@pytest.mark.parametrize(
    "put_there",
    [
        lambda box, victim: box.symlink_to(victim),
        lambda box, victim: box.hardlink_to(victim),
        lambda box, _: box.mkdir(),
    ],
    ids=["link", "second name", "folder"],
)
def test_no_outbox_is_opened_through_what_another_put_there(
    put_there: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"kept")
    put_there(tmp_path / "box", victim)
    with pytest.raises(OutboxError, match=rf"^outbox {tmp_path}/box: "):
        opened(tmp_path / "box")
    assert victim.read_bytes() == b"kept"


def test_a_link_to_nothing_makes_no_file_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "box").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "pipe")
    for name in ("box", "pipe"):
        with pytest.raises(OutboxError):
            opened(tmp_path / name)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of somebody else's")
def test_an_outbox_of_another_user_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "box").touch()
    os.chown(tmp_path / "box", 1, 1)
    with pytest.raises(OutboxError, match="not a file of our own: move it away"):
        opened(tmp_path / "box")
