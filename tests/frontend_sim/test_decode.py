"""`yzt decode`: every golden frame is said in words, and whatever is no frame gets one line and its exit code."""

import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from frontend_sim.practice.command import write_keys
from protocol.frame import make_frame
from protocol.messages.session import Terminate
from protocol.vocabulary import Direction, FrameKind, Suite
from tests.protocol import keys
from tests.vectors.frames import valid as valid_frames
from tests.vectors.voices import Vector, bank_voice, partner_voice

FILES = {Suite.ED25519_SHA256: "frames_ed25519.json", Suite.P256_SHA256: "frames_p256.json"}
VECTORS = Path(__file__).parents[1] / "vectors"


def golden(suite: Suite) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = json.loads((VECTORS / FILES[suite]).read_text())["frames"]
    return frames


def wire(vector: dict[str, Any]) -> str:
    return str(vector["header"] + vector["signature"] + vector["body"])


def vector_named(name: str) -> Vector:
    return next(one for one in valid_frames.of_suite(Suite.ED25519_SHA256) if one.name == name)


@pytest.mark.parametrize("suite", list(Suite), ids=lambda suite: suite.name)
def test_all_golden_frames_in_one_file_as_json_are_the_published_fields(
    suite: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "frames.bin"
    file.write_bytes(b"".join(bytes.fromhex(wire(vector)) for vector in golden(suite)))

    assert main(["decode", "--json", str(file)]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert [one["header_fields"] for one in told] == [vector["header_fields"] for vector in golden(suite)]
    assert [one["body_fields"] for one in told] == [vector["body_fields"] for vector in golden(suite)]
    assert all(one["is_body_digest_right"] for one in told)


@pytest.mark.parametrize("vector", golden(Suite.ED25519_SHA256), ids=lambda vector: vector["name"])
def test_a_golden_frame_in_words_fits_80_columns_and_names_every_field(
    vector: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decode", wire(vector)]) == ExitCode.OK
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    for name in vector["header_fields"]:
        assert f"\n  {name} " in text
    if isinstance(vector["body_fields"], dict) and "message" in vector["body_fields"]:
        for name in vector["body_fields"].keys() - {"message", "tag"}:
            assert f"\n  {name}" in text


def test_a_page_of_orders_is_its_head_and_a_paragraph_for_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", vector_named("orders").frame.wire().hex()]) == ExitCode.OK
    text = capsys.readouterr().out
    for told in ("page of orders", "  next_number ", "  entries[0]: kind 20", "  entries[1]: kind 21", "1001820"):
        assert told in text


def test_records_and_outcomes_are_tables(capsys: pytest.CaptureFixture[str]) -> None:
    both = vector_named("records").frame.wire() + vector_named("outcomes").frame.wire()

    assert main(["decode", both.hex()]) == ExitCode.OK
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "42 1 FREEZE 195 1,001,820" in lines
    assert "45 4 FILL_SELL 195 1,234,567" in lines
    assert "42 0 ACCEPTED open 1,001,820" in lines
    assert "45 330 CONTRACT_UNKNOWN 0" in lines


def test_an_account_is_named_as_one_and_what_happens_to_it_by_its_own_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ("bank_records", "report_loss", "sign_contracts", "outcome_number_given", "answer_accounts")
    frames = {vector.name: vector.frame.wire() for vector in valid_frames.of_bank_seat()}

    assert main(["decode", b"".join(frames[name] for name in names).hex()]) == ExitCode.OK
    text = " ".join(capsys.readouterr().out.split())
    assert "number kind contract, account amount_fen 5 5 DEPOSIT 99 500,000" in text
    assert "ChangeAccount (tag 35) account_no 196 event 1 REPORT_LOSS" in text
    assert "account_no 99, party 2, securities_accounts [market 1 XSHG, number A123456789; market 2 XSHE" in text
    assert "account_no 196, party 2, securities_accounts [], status 1 PRE_ASSIGNED" in text
    assert "9 0 ACCEPTED number 99" in text
    assert "account_no 99, status 0 OPEN, contract_no 98, contract_status 2 ACTIVE" in text


def test_a_clearing_set_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("announce_set", "clear_lines", "outcomes_clear_lines", "answer_set")
    both = b"".join(vector_named(name).frame.wire() for name in names)

    assert main(["decode", both.hex()]) == ExitCode.OK
    text = " ".join(capsys.readouterr().out.split())
    assert "counts [1; 2; 2; 1; 1; 1], turnover 1,810,700, fees [12,000; 309; 17; 49; 83], net 988,242, digest" in text
    assert "49 7 CLEAR_ORDER 195 1,001,820 trade_day 20717, fate 2 PARTLY, quantity 600, release_fen 603096" in text
    assert "54 12 CLEAR_CONTRACT 195 0 trade_day 20717, event 1 OPENED" in text
    assert "55 0 ACCEPTED listed 0" in text
    assert "state 3 COLLECTING" in text


def test_the_largest_frame_fits_80_columns(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    voice = partner_voice(Suite.ED25519_SHA256)
    body = (b"\xff\x7f\xff\xff" + b"\xff" * 60 + valid_frames.order_block()) * 1_638
    header = voice.header(FrameKind.RECORDS)._replace(first_number=2**62 - 9_000, record_count=8_190)
    file = tmp_path / "largest"
    file.write_bytes(make_frame(header, body, voice.signer.sign).wire())

    assert main(["decode", str(file)]) == ExitCode.OK
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_signatures_are_checked_with_the_keys_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_keys(tmp_path)
    bank = str(tmp_path / "bank-ed25519.pub.pem")
    good = vector_named("outcomes").frame.wire()
    flipped = bytearray(good)
    flipped[100] ^= 1

    assert main(["decode", "--key", bank, good.hex()]) == ExitCode.OK
    assert "valid under" in capsys.readouterr().out
    assert main(["decode", "--key", bank, flipped.hex()]) == ExitCode.FAILED
    assert "WRONG under every key" in capsys.readouterr().out
    assert main(["decode", "--key", str(tmp_path / "bank-p256.pub.pem"), good.hex()]) == ExitCode.OK
    assert "not checked: no --key of suite 1" in capsys.readouterr().out
    assert main(["decode", "--key", str(tmp_path / "broker-2.pem"), good.hex()]) == ExitCode.DATA
    assert "no PEM public key" in capsys.readouterr().err


def test_a_body_that_is_not_the_one_signed_is_shown_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    frame = bytearray(vector_named("records").frame.wire())
    frame[-1] ^= 1

    assert main(["decode", frame.hex()]) == ExitCode.FAILED
    text = capsys.readouterr().out
    assert "WRONG: the body is not the one that was signed" in text
    assert "1 FREEZE" in text


def test_a_body_that_means_nothing_is_told_with_its_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    voice = partner_voice(Suite.ED25519_SHA256)
    frame = make_frame(voice.header(FrameKind.HEARTBEAT), b"\x93\x06\xcd\x00\x01\xc3", voice.signer.sign)

    assert main(["decode", frame.wire().hex()]) == ExitCode.FAILED
    text = capsys.readouterr().out
    assert "body: MALFORMED_FRAME: body is not in canonical form" in text
    assert "9306cd0001c3" in text


def test_what_a_peer_wrote_cannot_speak_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    voice = bank_voice(Suite.ED25519_SHA256)
    word = Terminate(199, 0, "\x1b[2J\u202e版本", bytes(16))
    evil = voice.message("evil", "", FrameKind.TERMINATE, word)

    assert main(["decode", evil.frame.wire().hex()]) == ExitCode.OK
    text = capsys.readouterr().out
    assert "\\x1b[2J\\u202e版本" in text
    assert "199  CODE_199" in text


@pytest.mark.parametrize("separators", ["", " ", "\n", ":"])
def test_hex_may_be_cut_as_tools_do(
    separators: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = vector_named("heartbeat").frame.wire().hex().upper()
    text = separators.join(digits[at : at + 2] for at in range(0, len(digits), 2)) + "\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert main(["decode", "-"]) == ExitCode.OK
    assert "Heartbeat (tag 6)" in capsys.readouterr().out


HEARTBEAT = vector_named("heartbeat").frame.wire()
BAD = {
    "no file": ("absent.bin", "absent.bin: No such file or directory, and no hex"),
    "half a byte": ("abc", "the argument: 3 hex digits are no whole bytes"),
    "nothing": (" ", "the argument: holds nothing"),
    "nul": ("a\0b", "a\\x00b: no file name, and no hex"),
    "short": ("abcd", "frame 1 at byte 0: 2 bytes are left, header and signature have 160"),
    "other magic": ("00" * 160, "frame 1 at byte 0: MALFORMED_FRAME: magic or version is not ours"),
    "cut body": (HEARTBEAT[:-1].hex(), "frame 1 at byte 0: its body has 5 bytes, 4 are here"),
    "tail": (HEARTBEAT.hex() + "00", f"frame 2 at byte {len(HEARTBEAT)}: 1 bytes are left, header and signature"),
}


@pytest.mark.parametrize(("argument", "line"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_what_is_no_frame_gets_one_line_and_65(
    argument: str, line: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decode", *options, argument]) == ExitCode.DATA
    error = capsys.readouterr().err
    assert error.startswith(f"yzt: {line}")
    assert error.count("\n") == 1


def test_the_published_keys_are_those_of_practice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_keys(tmp_path)
    for suite, party in ((Suite.ED25519_SHA256, keys.BROKER), (Suite.P256_SHA256, keys.OTHER_BROKER)):
        name = "ed25519" if suite == Suite.ED25519_SHA256 else "p256"
        assert (tmp_path / f"broker-{party}.pem").exists()
        for vector in golden(suite):
            # the bank's desks sign with keys of their own, which practice has not
            if vector["header_fields"]["direction"] == Direction.TO_PARTNER:
                assert main(["decode", "--key", str(tmp_path / f"bank-{name}.pub.pem"), wire(vector)]) == ExitCode.OK
    assert "WRONG" not in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "frames.bin"
    file.write_bytes(HEARTBEAT * 5_000)
    command = [sys.executable, "-m", "config.cli.commands", "decode", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"frame 1: 165 bytes at 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 128 + signal.SIGPIPE


def test_sums_of_128_bits_and_codes_are_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    frames = {one.name: one.frame for one in valid_frames.of_bank_seat()}
    frames["money"] = vector_named("answer_buying_power").frame

    assert main(["decode", frames["answer_totals"].wire().hex() + frames["money"].wire().hex()]) == ExitCode.OK
    text = " ".join(capsys.readouterr().out.split())
    assert "balance_fen 10,000,000, frozen_fen 601,092" in text
    assert "contract_no 292, code 330 CONTRACT_UNKNOWN, status 0" in text
