"""Snapshots on disk: whole or absent, and never believed without their checksums."""

import hashlib
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

from config.kit.exit_codes import ConfigFault
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.journal.snapshots import snapshot
from ledger.journal.snapshots.snapshot import SnapshotUnfit
from tests.ledger.world import loaded_snapshot

ARRAYS: dict[str, snapshot.Array] = {
    "balance_fen": np.arange(1_000, dtype=np.int64),
    "frozen": np.zeros((3, 5), np.int64),
    "nothing": np.zeros(0, np.int32),
    "small": np.array([-1, 2], np.int8),
}
DIGEST = bytes(range(32))


def test_what_was_written_is_loaded(tmp_path: Path) -> None:
    folder = snapshot.write(tmp_path, 42, DIGEST, ARRAYS)
    loaded = loaded_snapshot(folder)
    assert (loaded.sequence, loaded.digest) == (42, DIGEST)
    assert list(loaded.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert loaded.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded.arrays[name], array)
    loaded.arrays["balance_fen"][0] = 7
    assert loaded.manifest_sha256 == hashlib.sha256((folder / "manifest.json").read_bytes()).digest()


def test_every_flipped_byte_of_an_array_is_noticed(tmp_path: Path) -> None:
    file = snapshot.write(tmp_path, 1, DIGEST, {"frozen": np.ones(4, np.int64)}) / "frozen.npy"
    content = file.read_bytes()
    for place in range(len(content)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(SnapshotUnfit, match=r"frozen\.npy"):
            loaded_snapshot(file.parent)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b'{"format_version": 2, "state_layout": 1, "sequence": 3, "digest": "", "arrays": []}',
        b'{"format_version": 1, "state_layout": 1, "sequence": 4, "digest": "", "arrays": []}',
        b'{"format_version": 1, "state_layout": 1, "sequence": 3, "digest": "", "arrays": '
        b'[{"name": "../up", "file_bytes": 1, "sha256": ""}]}',
        b'{"format_version": 1, "state_layout": 1, "sequence": 3, "digest": "no hex", "arrays": []}',
        b'{"format_version": 1, "state_layout": 1, "sequence": 3, "digest": "\xff", "arrays": []}',
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_is_none_is_named(tmp_path: Path, manifest: bytes) -> None:
    folder = snapshot.write(tmp_path, 3, DIGEST, ARRAYS)
    (folder / "manifest.json").write_bytes(manifest)
    with pytest.raises(SnapshotUnfit, match=r"manifest\.json"):
        loaded_snapshot(folder)


def test_a_missing_or_shortened_file_is_named(tmp_path: Path) -> None:
    folder = snapshot.write(tmp_path, 3, DIGEST, ARRAYS)
    file = folder / "frozen.npy"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(SnapshotUnfit, match=r"frozen\.npy: \d+ bytes expected"):
        loaded_snapshot(folder)
    file.unlink()
    with pytest.raises(SnapshotUnfit, match=r"frozen\.npy: No such file"):
        loaded_snapshot(folder)


def test_only_the_newest_up_to_a_row_are_kept_and_drafts_are_no_snapshots(tmp_path: Path) -> None:
    for sequence in (9, 10, 100, 5_000):
        snapshot.write(tmp_path, sequence, DIGEST, {"one": np.ones(1, np.int64)})
    (tmp_path / ".draft-101").mkdir()
    assert [folder.name for folder in snapshot.newest_first(tmp_path)] == ["5000", "100", "10", "9"]
    snapshot.prune(tmp_path, keep=2, newest=100)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["10", "100", "5000"]
    assert snapshot.newest_first(tmp_path / "absent") == []


def test_an_inexact_array_is_refused(tmp_path: Path) -> None:
    floats: dict[str, snapshot.Array] = {"share": np.ones(3).view(np.int64)}
    folder = snapshot.write(tmp_path, 1, DIGEST, floats)
    file = folder / "share.npy"
    content = file.read_bytes().replace(b"<i8", b"<f8")
    file.write_bytes(content)
    manifest = (folder / "manifest.json").read_text()
    digest = msgspec.json.decode(manifest)["arrays"][0]["sha256"]
    (folder / "manifest.json").write_text(manifest.replace(digest, hashlib.sha256(content).hexdigest()))
    with pytest.raises(SnapshotUnfit, match="only signed integers"):
        loaded_snapshot(folder)


@pytest.mark.parametrize(
    "head",
    [
        "-" * 9_000 + "1",
        "{[]: 1}",
        "{'descr': (), 'fortran_order': False, 'shape': (1,)}",
        "{'descr': {}, 'fortran_order': False, 'shape': ()}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (1180591620717411303424,)}",
        "",
    ],
)
def test_a_head_that_is_none_is_named(tmp_path: Path, head: str) -> None:
    content = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + bytes(8)
    folder = snapshot.write(tmp_path, 1, DIGEST, {"frozen": np.ones(4, np.int64)})
    (folder / "frozen.npy").write_bytes(content)
    entry = snapshot.ArrayFile("frozen", len(content), hashlib.sha256(content).hexdigest())
    forged = snapshot.Manifest(snapshot.FORMAT_VERSION, 1, 1, DIGEST.hex(), (entry,))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(forged))
    with pytest.raises(SnapshotUnfit, match=r"frozen\.npy: (its head cannot be read|an array of)"):
        loaded_snapshot(folder)


@pytest.mark.parametrize("named", [None, bytes(32)])
def test_no_array_of_a_manifest_that_nobody_named_is_read(tmp_path: Path, named: bytes | None) -> None:
    folder = snapshot.write(tmp_path, 1, DIGEST, ARRAYS)
    (folder / "frozen.npy").unlink()
    with pytest.raises(SnapshotUnfit, match="its manifest is not the one that the database names"):
        snapshot.load(folder, named)


def test_what_is_no_folder_of_snapshots_is_told_in_one_line(tmp_path: Path) -> None:
    root = tmp_path / "snapshots"
    assert snapshot.newest_first(root) == []
    root.write_text("a file")
    with pytest.raises(ConfigFault, match=f"{root}: not a folder: move it away"):
        snapshot.newest_first(root)


def test_a_pipe_in_the_place_of_a_manifest_keeps_nobody_waiting(tmp_path: Path) -> None:
    folder = snapshot.write(tmp_path, 3, DIGEST, ARRAYS)
    (folder / "manifest.json").unlink()
    os.mkfifo(folder / "manifest.json")
    with pytest.raises(SnapshotUnfit, match=r"manifest\.json"):
        snapshot.read_manifest(folder)


def test_a_snapshot_of_a_later_layout_is_told_with_both_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("ledger.journal.snapshots.snapshot.STATE_LAYOUT", STATE_LAYOUT + 1)
        folder = snapshot.write(tmp_path, 3, DIGEST, ARRAYS)
    with pytest.raises(SnapshotUnfit) as unfit:
        loaded_snapshot(folder)
    said = f"state layout {STATE_LAYOUT + 1}, this program knows up to {STATE_LAYOUT}: a later version wrote it"
    assert str(unfit.value) == f"{folder}/manifest.json: {said}"
