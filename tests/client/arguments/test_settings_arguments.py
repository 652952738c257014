"""Every setting, key file and argument of opening, each with values that it cannot have.

Belongs here: what is told before anything is opened. Never here: the arguments of verbs (test_arguments).
"""

import os
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol.client import MisuseError, Seat, SeatPool, SeatSettings, SyncSeat, load_signer, load_verifier
from tests.client.fake_bank import FakeBank
from tests.client.wrong_values import NO_NUMBER

SETTINGS: dict[str, list[Any]] = {
    "host": [None, 1, b"bank", "", ".bank", "a" * 64 + ".example", "a\0b", "\ud800", "a..b", "b" * 254],
    "port": [*NO_NUMBER, -1, 0, 65_536],
    "party": [*NO_NUMBER, -1, 0, 1_025],
    "seat": [*NO_NUMBER, -1, 0, 1_025],
    "signer": [None, 1, "broker.pem", object()],
    "bank_verifiers": [None, {}, [], {1: None}, {"1": None}],
    "outbox": [None, 1, b"box", "", "a\0b", "b" * 5_000],
    "tls": [True, 1, "yes", ssl.SSLContext],
    "tls_server_name": [1, b"bank", "", ".bank", "a" * 64 + ".example", "a\0b"],
    "software": [None, 1, b"mine", "m" * 65, "\ud800"],
    "heartbeat_ns": [*NO_NUMBER, -1, 0, 99_999_999, 60_000_000_001],
    "power_safe": [None, 1, "yes", 0.0],
    "outbox_records": [*NO_NUMBER, -1, 16_383, 262_145],
    "call_frames_max": [*NO_NUMBER, 0, 65],
    "connect_timeout_ns": [*NO_NUMBER, 0, 10**13],
    "connect_attempts_max": [*NO_NUMBER, 0, 10**7],
    "backoff_first_ns": [*NO_NUMBER, 0, 10**13, 3_000_000],
    "backoff_last_ns": [*NO_NUMBER, 0, 10**13, 1],
    "jitter_seed": [*NO_NUMBER, 2**63],
}


def good_settings(directory: Path) -> SeatSettings:
    bank = FakeBank()
    bank.port = 1
    return bank.settings(directory)


def test_every_setting_is_checked(tmp_path: Path) -> None:
    good = good_settings(tmp_path)
    assert set(SETTINGS) == set(SeatSettings.__dataclass_fields__)
    for name, values in SETTINGS.items():
        for value in values:
            wanted: dict[str, Any] = {name: value}
            with pytest.raises(MisuseError, match=r"^seat settings: "):
                replace(good, **wanted)
    verifiers = dict(good.bank_verifiers)
    (verifier,) = verifiers.values()
    for key_id in (0, -1, 1.0, True, "1", 2**31):
        with pytest.raises(MisuseError, match="key id in bank_verifiers"):
            replace(good, bank_verifiers={key_id: verifier})  # type: ignore[dict-item]
    kept = replace(good, bank_verifiers=verifiers, party=np.int64(2), backoff_last_ns=np.int32(2_000_000))  # type: ignore[arg-type]
    verifiers.clear()
    assert (len(kept.bank_verifiers), type(kept.party), type(kept.backoff_last_ns)) == (1, int, int)


async def test_what_is_opened_is_checked(tmp_path: Path) -> None:
    good = good_settings(tmp_path)
    no_settings: list[Any] = [None, {"host": "bank"}, good.outbox]
    for wanted in no_settings:
        with pytest.raises(MisuseError, match="settings are SeatSettings"):
            await Seat.open(wanted).__aenter__()
        with pytest.raises(MisuseError, match="settings are SeatSettings"):
            SyncSeat.open(wanted).__enter__()
        with pytest.raises(MisuseError, match="settings are SeatSettings"):
            await SeatPool.open([good, wanted]).__aenter__()
    no_list: list[Any] = [None, good, {good.seat: good}, iter([good])]
    for wanted in no_list:
        with pytest.raises(MisuseError, match="a list of settings"):
            await SeatPool.open(wanted).__aenter__()
    for frames_max in (*NO_NUMBER, 0, 65):
        with pytest.raises(MisuseError, match="call_frames_max"):
            await SeatPool.open([good], frames_max).__aenter__()
    with pytest.raises(MisuseError, match="clock is a Clock"):
        await Seat.open(good, clock=1).__aenter__()  # type: ignore[arg-type]
    with pytest.raises(MisuseError, match="turns are SeatTurns"):
        await Seat.open(good, turns=1).__aenter__()  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == []


def test_key_files_are_checked(tmp_path: Path) -> None:
    for path in (None, 1, b"key.pem", ["key.pem"], "a\0b"):
        with pytest.raises(MisuseError, match="path"):
            load_signer(path, 1)  # type: ignore[arg-type]
        with pytest.raises(MisuseError, match="path"):
            load_verifier(path)  # type: ignore[arg-type]
    for key_id in (*NO_NUMBER, -1, 0, 2**31):
        with pytest.raises(MisuseError, match="key_id"):
            load_signer(tmp_path / "key.pem", key_id)
