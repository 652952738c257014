"""What is sealed: bytes of one length, bound to a push, read back or not at all, and no word of a person printed."""

import pytest

from protocol.errors import MisuseError
from protocol.limits import DIGEST_BYTES, PARTICULARS_BYTES, PASSWORD_BYTES
from protocol.messages.customers.accounts import SecuritiesAccount
from protocol.particulars import (
    Document,
    Particulars,
    Person,
    binding_of,
    digested_bytes,
    password_from_bytes,
    password_to_bytes,
    person_from_bytes,
    person_to_bytes,
)

WANG = Person(Document.RESIDENT_CARD, "11010519491231002X", "王小明")
GIVEN = "482915"
PLANTED = (WANG.number, WANG.name, GIVEN)
BOUND, OTHER = bytes(range(DIGEST_BYTES)), bytes(DIGEST_BYTES)
OUT_OF_BOUNDS = r"^particulars: (a field is out of its bounds|\d+ bytes too long)$"


@pytest.mark.parametrize("person", [WANG, Person(Document.PASSPORT, "P" * 32, "名" * 56), Person(1, "1", "x")])
def test_a_person_is_read_back_for_the_same_push_alone(person: Person) -> None:
    plain = person_to_bytes(BOUND, person)

    assert (person_from_bytes(BOUND, plain), len(plain)) == (person, PARTICULARS_BYTES)
    assert person_from_bytes(OTHER, plain) is None


@pytest.mark.parametrize("given", ["", GIVEN, "密" * 8, "x" * 12])
def test_a_password_is_read_back_for_the_same_push_alone(given: str) -> None:
    plain = password_to_bytes(BOUND, given)

    assert (password_from_bytes(BOUND, plain), len(plain)) == (given, PASSWORD_BYTES)
    assert password_from_bytes(OTHER, plain) is None


WRONG_PERSONS = [
    Person(0, "1", "x"),
    Person(7, "1", "x"),
    Person(1, "", "x"),
    Person(1, "1", ""),
    Person(1, "1" * 33, "x"),
    Person(1, "1", "x" * 65),
    Person(1, "1" * 32, "名" * 64),  # 192 bytes of name
    Person(1, "1", "\ud800"),  # no text
]


@pytest.mark.parametrize("wrong", WRONG_PERSONS)
def test_a_person_out_of_bounds_is_told_without_a_word_of_him(wrong: Person) -> None:
    with pytest.raises(MisuseError, match=OUT_OF_BOUNDS) as told:
        person_to_bytes(BOUND, wrong)

    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None


@pytest.mark.parametrize("wrong", ["x" * 13, "密" * 12, "\ud800"])
def test_a_password_out_of_bounds_is_told_without_a_word_of_it(wrong: str) -> None:
    with pytest.raises(MisuseError, match=OUT_OF_BOUNDS):
        password_to_bytes(BOUND, wrong)


def test_what_is_no_particulars_is_nothing() -> None:
    plain = person_to_bytes(BOUND, WANG)
    broken = [plain[:-1], plain + b"\0", plain[:-1] + b"x", b"\xff\xff" + plain[2:], bytes(PARTICULARS_BYTES)]
    broken.append(((3).to_bytes(2, "big") + b"\x93\x01\x02").ljust(PARTICULARS_BYTES, b"\0"))
    broken.append(plain[:1] + bytes([plain[1] + 1]) + plain[2:])

    assert {person_from_bytes(BOUND, each) for each in broken} == {None}
    assert password_from_bytes(BOUND, plain[:PASSWORD_BYTES]) is None


def test_everything_that_a_push_says_is_bound() -> None:
    shares = [SecuritiesAccount(1, "A1"), SecuritiesAccount(2, "1")]
    turned = [SecuritiesAccount(2, "A1"), SecuritiesAccount(1, "1")]
    account, date = 6_217_000_000_000_001, 20_260_105
    said = [
        binding_of(2, date, 7, account, shares, 98),
        binding_of(3, date, 7, account, shares, 98),
        binding_of(2, date + 1, 7, account, shares, 98),
        binding_of(2, date, 8, account, shares, 98),
        binding_of(2, date, 7, account + 1, shares, 98),
        binding_of(2, date, 7, account, shares[:1], 98),
        binding_of(2, date, 7, account, turned, 98),
        binding_of(2, date, 7, account, shares, 0),
    ]
    assert len(set(said)) == len(said)
    assert binding_of(2, date, 7, account, shares, 98) == said[0]


def test_nothing_of_a_person_is_printed() -> None:
    both = Particulars(WANG, GIVEN)
    for text in (repr(both), str(both), repr(WANG), f"{[both]}", repr({"who": WANG})):
        assert not any(word in text for word in PLANTED)


@pytest.mark.parametrize(
    ("number", "name"),
    [(" 1101 0519 4912 31002x ", "  王小明 "), ("\uff11\uff11010519491231002\uff38", "王小明")],
    ids=["spaces", "width"],
)
def test_the_same_person_is_the_same_however_it_is_written(number: str, name: str) -> None:
    assert digested_bytes(Person(1, number, name)) == digested_bytes(WANG)


def test_dots_and_capitals_inside_a_name() -> None:
    written = ["Ai·Mai", "AI•MAI", "ai\u30fbmai", "Ai · Mai", "AI\u2027mai"]
    assert len({digested_bytes(Person(1, "1", name)) for name in written}) == 1


def test_other_persons_are_others() -> None:
    others = [
        WANG,
        Person(Document.PASSPORT, WANG.number, WANG.name),
        Person(1, "110105194912310020", WANG.name),
        Person(1, WANG.number, "王大明"),
        Person(1, WANG.number + WANG.name, "x"),
    ]
    assert len({digested_bytes(person) for person in others}) == len(others)
    with pytest.raises(MisuseError):
        digested_bytes(Person(1, " ", "x"))
    with pytest.raises(MisuseError):
        digested_bytes(Person(1, "1", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 64))  # 18 signs each
