"""The text of an act: its one canonical form, what is refused, and the message that it makes.

Belongs here: bytes and bounds. Never here: what an act earns (tests/ledger_core).
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.acts.parties import StopBrokerAct
from protocol.acts.shown_text import is_shown_as_it_is
from protocol.acts.table import (
    ACTS,
    KINDS_BY_WORD,
    ChangePersonAct,
    EndKeyAct,
    RegisterKeyAct,
    RegisterOutletAct,
    RegisterPersonAct,
    VoidAct,
    act_of,
    made_by_text,
    made_of,
    signed_bytes,
    text_of,
    word_of,
)
from protocol.errors import MisuseError
from protocol.keys.registry import PartyRegistry
from protocol.limits import ACT_BODY_BYTES_MAX, ACT_TEXT_BYTES_MAX
from protocol.messages.base import is_act
from protocol.messages.codec import encode
from protocol.messages.control import EndKey, PartyEntry, RegisterKey, SeatEntry
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.messages.persons import Act, ActSignature, NewPerson, PersonKey, RegisterPersons
from protocol.vocabulary import OutletLevel, Right
from tests.people import ANN, Office, signer_of

OFFICE = Office(bytes(range(8)))
STOP = StopBrokerAct(**OFFICE.by(ANN), party=2)
FIELDS: dict[str, Any] = json.loads(text_of(STOP))


def browser(fields: dict[str, object]) -> bytes:
    """As JSON.stringify of an object whose keys are sorted writes it: nothing but quotes and backslashes is escaped."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def test_the_text_is_what_a_browser_makes_and_the_domain_stands_before_it() -> None:
    assert text_of(STOP) == browser(FIELDS)
    assert signed_bytes(text_of(STOP)) == b"YZT1/act\0" + browser(FIELDS)
    assert act_of(browser(FIELDS)) == STOP


@pytest.mark.parametrize(
    "wrong",
    [
        {"party": 0},
        {"party": 1_025},
        {"party": True},
        {"party": 2.0},
        {"party": "2"},
        {"party": None},
        {"author": 0},
        {"author": 65_536},
        {"bank": "0001020304050607".upper().replace("0", "A")},
        {"bank": "00010203040506"},
        {"reason": ""},
        {"reason": "x" * 201},
        {"reason": "a\u0007b"},
        {"reason": "a\nb"},
        {"reason": "a\u202eb"},
        {"reason": "e\u0301"},
        {"reason": "a\u00a0b"},
        {"reason": "\u3164"},
        {"serial": 0},
        {"serial": 2**53},
        {"valid_until_s": -1},
        {"valid_until_s": 2**32 + 1},
        {"evidence": "0" * 63},
        {"act": "stop"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_field_out_of_its_bounds_is_no_act(wrong: dict[str, object]) -> None:
    assert act_of(browser(FIELDS | wrong)) is None


@pytest.mark.parametrize("name", list(FIELDS))
def test_a_field_that_is_missing_makes_it_no_act(name: str) -> None:
    assert act_of(browser({each: value for each, value in FIELDS.items() if each != name})) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 4_096,
        b'{"act":' * 500,
        text_of(STOP) + b" ",
        text_of(STOP).replace(b'"party":2', b'"party":2e0'),
        text_of(STOP).replace(b'"party":2', b'"party":02'),
        text_of(STOP).replace(b'"party":2', b'"party":2,"party":2'),
        text_of(STOP).replace(b'"party":2', b'"part\\u0079":2'),
        text_of(STOP).replace(b",", b", "),
        text_of(STOP)[:-1] + b',"zz":NaN}',
        b"\xef\xbb\xbf" + text_of(STOP),
        text_of(STOP).replace(b"\xe5", b"\xff", 1),
        json.dumps(FIELDS, separators=(",", ":")).encode(),
        b'"\\ud800"',
    ],
)
def test_another_form_of_the_same_is_none(text: bytes) -> None:
    assert act_of(text) is None


def test_the_longest_reason_of_the_widest_characters_fits() -> None:
    widest = browser(FIELDS | {"reason": "\U000323af" * 200})
    assert act_of(widest) is not None
    assert len(widest) < ACT_TEXT_BYTES_MAX
    signature = ActSignature(65_535, 2**31 - 1, bytes(64))
    body = encode(Act(bytes(ACT_TEXT_BYTES_MAX), [signature] * 2))
    assert len(body) <= ACT_BODY_BYTES_MAX
    assert is_act(body)
    assert not is_act(encode(STOP_MESSAGE))


STOP_MESSAGE = RegisterOutlets([OutletEntry(1, 1, 0, "x")])


def test_a_text_that_has_no_canonical_form_is_not_written() -> None:
    with pytest.raises(MisuseError, match="stop_broker"):
        text_of(StopBrokerAct(**(OFFICE.by(ANN)), party=2_000))
    rights = ["DAY", "BROKERS"]
    with pytest.raises(MisuseError, match="change_person"):
        text_of(ChangePersonAct(**OFFICE.by(ANN), person=1, name="x", outlet=0, rights=rights, active=True))
    with pytest.raises(MisuseError, match="no act"):
        made_by_text(b"{}")


@given(text=st.binary(max_size=300))
def test_no_bytes_make_it_fail(text: bytes) -> None:
    act = act_of(text)
    assert act is None or text_of(act) == text


@given(text=st.text(max_size=40))
def test_whatever_is_shown_as_it_is_reads_back(text: str) -> None:
    act = act_of(browser(FIELDS | {"reason": "x" + text}))
    assert (act is not None) == is_shown_as_it_is(text) or not text
    assert act is None or act.reason == "x" + text


def test_ideographs_that_came_late_are_let_in_and_what_came_beside_them_is_not() -> None:
    assert all(map(is_shown_as_it_is, ("張三", "𫘧", "\u4dbf", "\u9fff", "\U0002ebe0", "a b", "a\u3000b", "é", "Ω")))
    barred = (
        "\u20ac\u0301",
        "\U0001f600",
        "\ufeff",
        "\u200d",
        "\ue000",
        "\u2028",
        "\t",
        "\x7f",
        "\ufa10\u0300",
        "\u115f",
    )
    assert not any(map(is_shown_as_it_is, barred))
    assert is_shown_as_it_is("")
    assert not is_shown_as_it_is("\u212b")  # Å as a unit: NFC has another character


def test_every_act_has_a_row_and_a_word() -> None:
    assert {word_of(form) for form in ACTS} == set(KINDS_BY_WORD)
    assert all(row.persons in (1, 2) for row in ACTS.values())
    assert [word for word, form in KINDS_BY_WORD.items() if ACTS[form].persons == 1] == [
        *("sign_contract_at_counter", "assign_item", "unlock_password", "void"),
    ]


def test_a_gateway_learns_the_keys_that_acts_bring_and_forgets_those_that_they_end() -> None:
    registry = PartyRegistry([PartyEntry(2, 2, 1, "broker", False, [], [SeatEntry(21, 1)])])
    key = signer_of(ANN).public_key().hex()
    fields = OFFICE.by(ANN)
    brings = RegisterKeyAct(**fields, party=2, key_id=3, public_key=key, from_s=1, until_s=9, seat=0)
    nobody = [ActSignature(1, 1, bytes(64))]  # the ledger has looked at them

    registry.apply(Act(text_of(brings), nobody), 0)
    times = [(second * 10**9,) * 2 for second in (0, 1, 8, 9)]
    known = [registry.verifier(2, 21, 3, both) is not None for both in times]
    registry.apply(Act(text_of(EndKeyAct(**fields, party=2, key_id=3)), nobody), 0)

    assert known == [False, True, True, False]
    assert registry.verifier(2, 21, 3, times[1]) is None
    registry.apply(Act(text_of(STOP), nobody), 0)
    with pytest.raises(MisuseError, match="no act"):
        registry.apply(Act(b"{}", nobody), 0)


def test_what_an_act_makes() -> None:
    key = "00" * 32
    person = RegisterPersonAct(
        **OFFICE.by(ANN),
        person=7,
        staff_no="E7",
        name="张三",
        outlet=11,
        rights=["DAY", "RECONCILE"],
        key_id=1,
        suite="p256",
        public_key=key,
        from_s=5,
        until_s=9,
    )
    rights = Right.DAY | Right.RECONCILE
    assert made_of(person) == RegisterPersons(
        [NewPerson(7, "E7", "张三", 11, rights, PersonKey(1, 2, bytes(32), 5, 9))]
    )
    of_party = RegisterKeyAct(**OFFICE.by(ANN), party=2, key_id=3, public_key=key, from_s=5, until_s=0, seat=21)
    assert made_of(of_party) == RegisterKey(2, 3, bytes(32), 5 * 10**9, 2**62, 21)
    assert made_of(EndKeyAct(**OFFICE.by(ANN), party=2, key_id=3)) == EndKey(2, 3)
    moved = RegisterOutletAct(**OFFICE.by(ANN), outlet=11, level="OUTLET", parent=902, name="所")
    assert made_of(moved) == RegisterOutlets([OutletEntry(11, OutletLevel.OUTLET, 902, "所")])
    void = VoidAct(**OFFICE.by(ANN))
    assert made_of(void) is void
