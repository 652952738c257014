"""docs/protocol.md says what the code does: its tables are made from the code, its bytes from the golden frames."""

import re

from protocol import limits
from protocol.codes import ReplyCode
from protocol.vocabulary import FrameKind
from tests.protocol.document import DOCUMENT, SECTION, SECTIONS, renewed
from tests.protocol.page.words import LIMITS

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_every_table_of_the_document_is_what_the_code_makes() -> None:
    assert renewed(TEXT) == TEXT


def test_no_section_is_left_out_or_told_twice() -> None:
    assert sorted(found[1] for found in SECTION.findall(TEXT)) == sorted(SECTIONS)


def test_the_codes_in_the_document_are_all_codes() -> None:
    listed = re.findall(r"^\| (\d+) \| ([A-Z_]+) \| (?:TERMINATE|NOT_APPLIED|OUTCOMES) ", TEXT, re.MULTILINE)

    assert [(int(number), name) for number, name in listed] == [(int(code), code.name) for code in ReplyCode]


def test_the_limits_in_the_document_are_the_limits() -> None:
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| ([\d,]+) \|", TEXT, re.MULTILINE))

    assert set(listed) == set(LIMITS)
    assert {name: int(value.replace(",", "")) for name, value in listed.items()} == {
        name: getattr(limits, name) for name in LIMITS
    }


def test_every_kind_that_a_partner_meets_is_described() -> None:
    for kind in FrameKind:
        assert (kind.name in TEXT) is (kind < FrameKind.REGISTER or kind.name == "REGISTER")
