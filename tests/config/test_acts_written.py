"""Acts from words of a command line: each field as people write it, and one line for what is wrong.

Belongs here: words to text. Never here: files and the bank (tests/e2e/day/test_acts).
"""

import hashlib
import json
from pathlib import Path

import pytest

from config.cli.acts.writing import Header, own_fields, written
from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.acts.table import KINDS_BY_WORD
from protocol.limits import SEALED_PASSWORD_BYTES, SEALED_PERSON_BYTES

HEADER = Header(11, "0123456789abcdef", "因业务需要", 7, 1_790_000_000, None)
WORDS = {
    "rights": "day, RECONCILE",
    "active": "no",
    "from_s": "",
    "until_s": "2026-09-22T00:00:00+08:00",
    "holds_until_s": "1790000000",
    "public_key": "ab" * 32,
    "suite": "ed25519",
    "level": "OUTLET",
    "mode": "TRANSFER",
    "scheme": "A",
    "market": "XSHG",
    "product": "SHARE",
    "side": "BUY",
    "first_date": "20260105",
    **dict.fromkeys(("commission", "stamp", "transfer", "handling", "regulatory"), "1800000, 0, 0, 0, 500, 0"),
    "way": "CASH",
    "name": "123",
    "staff_no": "1001",
    "kind": "JUDICIAL",
    "authority": "西湖区人民法院",
    "document": "2026",
    "trade_date": "20260105",
    "last_date": "20260109",
    "last_day": "20260109",
    "day": "20260106",
    "difference_class": "STATE",
    "digest": "ab" * 32,
    "phases": "2026-01-06T09:00:00+08:00, 1767663000, 1, 0",
    "windows": "; ".join(["2026-01-06T09:00:00+08:00, 1767663000, 1767664800, 1767679200, 1767715199"] * 8),
    "source": "NOTHING_TRADED",
    "holder_before": "ab" * 16,
    "holder": "cd" * 16,
    "sealed_person": "ab" * SEALED_PERSON_BYTES,
    "sealed_password": "cd" * SEALED_PASSWORD_BYTES,
}
"""What stands in a field of this name; of every other one 5."""
READ = {
    "rights": ["DAY", "RECONCILE"],
    "active": False,
    "from_s": 0,
    "until_s": 1_790_006_400,
    "phases": [[1_767_661_200, 1_767_663_000, 1, 0]],
    "windows": [[1_767_661_200, 1_767_663_000, 1_767_664_800, 1_767_679_200, 1_767_715_199]] * 8,
}


def words_of(word: str, **other: str) -> list[str]:
    return [f"{name}={({**WORDS, **other}).get(name, '5')}" for name in own_fields(word)]


@pytest.mark.parametrize("word", KINDS_BY_WORD)
def test_every_act_is_written_from_its_fields(word: str) -> None:
    text = written(word, HEADER, words_of(word))[1]

    said = json.loads(text)
    assert (said["act"], said["author"], said["serial"], said["bank"]) == (word, 11, 7, HEADER.bank)
    own = {name: said[name] for name in own_fields(word)}
    assert {name: value for name, value in own.items() if name in READ and value != READ[name]} == {}
    assert {type(own[name]) for name in ("name", "staff_no", "document") if name in own} <= {str}


def test_evidence_is_named_by_its_digest(tmp_path: Path) -> None:
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(b"paper")
    text = written("void", HEADER._replace(evidence=paper), [])[1]

    assert json.loads(text)["evidence"] == hashlib.sha256(b"paper").hexdigest()


@pytest.mark.parametrize(
    ("word", "words", "said"),
    [
        ("stop_broker", [], "party=… is missing; it has party"),
        ("stop_broker", ["party"], "is no NAME=VALUE"),
        ("stop_broker", ["party=2", "seat=3"], "there is no field seat"),
        ("stop_broker", ["party=two"], "`$.party`"),
        ("stop_broker", ["party=0"], "`$.party`"),
        ("restrain", words_of("restrain", kind="CARD"), "`$.kind`"),
        ("register_key", words_of("register_key", until_s="tomorrow"), "until_s is no time"),
        ("register_key", words_of("register_key", until_s="2026-09-22T00:00:00"), "until_s names no time zone"),
        ("register_key", words_of("register_key", public_key="missing.pem"), "missing.pem: no public key"),
        ("change_person", words_of("change_person", active="maybe"), "`$.active`"),
        ("change_person", words_of("change_person", name="a\u202eb"), "characters that nobody sees"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(word: str, words: list[str], said: str) -> None:
    with pytest.raises(ProcessFault) as fault:
        written(word, HEADER, words)

    assert said in str(fault.value)
    assert "\n" not in str(fault.value)
    assert fault.value.exit_code in (ExitCode.USAGE, ExitCode.DATA)
