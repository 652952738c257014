"""Pages of feeds of orders: their bytes, what no page can be, and the digests that chain them."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.limits import ORDER_PAGE_BODY_BYTES_MAX, STRETCH_ENTRIES
from protocol.order_pages import (
    NO_STRETCH,
    ORDER_ENTRY,
    OrderPage,
    OrderPageHead,
    digest_behind,
    first_of,
    pack_page,
    room_behind,
    stretch_of,
    unpack_page,
)

DATE, NEXT_DATE = 20_260_921, 20_260_922
D1 = bytes(range(32))


def entries(count: int, first: int = 1) -> bytes:
    """So many, told apart by their numbers."""
    made = np.zeros(count, ORDER_ENTRY)
    made["number"] = np.arange(first, first + count)
    return made.tobytes()


def test_an_entry_has_its_words_at_their_bytes() -> None:
    entry = np.zeros(1, ORDER_ENTRY)
    for name, value in {
        "kind": 20,
        "market_and_side": 1,
        "order_type": 1,
        "quantity": 1_000,
        "contract_no": 98,
        "seat": 7,
        "number": 4_711,
        "limit": 100_000,
        "security": b"600000",
        "frozen_fen": 1_001_820,
        "last_second": 1_790_000_000,
        "partner_ref": b"channel1",
    }.items():
        entry[name] = value

    assert entry.tobytes().hex(" ", 8) == (
        "14010100e8030000 6200000000000000 0700000067120000 a086010000000000 "
        "3630303030300000 5c490f0000000000 803bb16a00000000 6368616e6e656c31"
    )


def test_a_page_has_a_head_of_56_bytes_and_its_entries() -> None:
    body = pack_page(OrderPageHead(DATE, 0, 1_025, 1_030, D1), entries(2, 1_025))

    assert body[:56].hex() == "3928350100000000" + "0104000000000000" + "0604000000000000" + D1.hex()
    assert body[56:] == entries(2, 1_025)
    page = unpack_page(body)
    assert page.head == OrderPageHead(DATE, 0, 1_025, 1_030, D1)
    assert page.entries["number"].tolist() == [1_025, 1_026]
    assert page.end == 1_027


def test_a_stretch_is_1024_numbers() -> None:
    assert [stretch_of(each) for each in (1, 1_024, 1_025, 2_048, 2_049)] == [0, 0, 1, 1, 2]
    assert [first_of(each) for each in (0, 1, 2)] == [1, 1_025, 2_049]
    assert [room_behind(each) for each in (1, 2, 1_024, 1_025)] == [1_024, 1_023, 1, 1_024]
    assert len(pack_page(OrderPageHead(DATE, 0, 1, 1_025, NO_STRETCH), entries(1_024))) == ORDER_PAGE_BODY_BYTES_MAX


def test_the_digest_behind_a_stretch_is_of_the_one_before_and_all_its_entries() -> None:
    told = entries(STRETCH_ENTRIES)

    assert digest_behind(NO_STRETCH, told) == hashlib.sha256(bytes(32) + told).digest()


def test_a_date_that_is_over_is_told_without_entries() -> None:
    page = unpack_page(pack_page(OrderPageHead(DATE, NEXT_DATE, 6, 6, NO_STRETCH), b""))

    assert (len(page.entries), page.head.next_date, page.end) == (0, NEXT_DATE, 6)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "0 bytes"),
        (bytes(55), "55 bytes"),
        (pack_page(OrderPageHead(DATE, 0, 1, 2, NO_STRETCH), entries(1)[:-1]), "119 bytes"),
        (pack_page(OrderPageHead(DATE, 0, 0, 2, NO_STRETCH), entries(1)), "1 entries from 0 on"),
        (pack_page(OrderPageHead(DATE, 0, -1, 2, NO_STRETCH), entries(1)), "1 entries from -1 on"),
        (pack_page(OrderPageHead(DATE, 0, 1, 2, NO_STRETCH), entries(2)), "2 entries from 1 on"),
        (pack_page(OrderPageHead(DATE, 0, 1_024, 1_026, NO_STRETCH), entries(2)), "2 entries from 1024 on"),
        (pack_page(OrderPageHead(DATE, 0, 1, 2**63 - 1, NO_STRETCH), entries(1)), "1 entries from 1 on"),
        (pack_page(OrderPageHead(20_260_931, 0, 1, 2, NO_STRETCH), entries(1)), "20260931, 0"),
        (pack_page(OrderPageHead(DATE, DATE, 1, 2, NO_STRETCH), entries(1)), "20260921, 20260921"),
        (pack_page(OrderPageHead(DATE, 20_261_301, 1, 2, NO_STRETCH), entries(1)), "20260921, 20261301"),
        (pack_page(OrderPageHead(DATE, 0, 1, 1, NO_STRETCH), b""), "its date is not over"),
        (pack_page(OrderPageHead(DATE, NEXT_DATE, 1, 2, NO_STRETCH), b""), "its date is not over"),
        (pack_page(OrderPageHead(DATE, 0, 1, 2, D1), entries(1)), "in front of the first stretch"),
    ],
)
def test_what_is_no_page(body: bytes, why: str) -> None:
    with pytest.raises(PeerViolation, match=why) as raised:
        unpack_page(body)

    assert raised.value.code is ReplyCode.MALFORMED_FRAME


@dataclass
class Reader:
    """What a partner keeps of a date: where it is, and the stretch that it is in."""

    number: int = 1
    digest_before: bytes = NO_STRETCH
    begun: bytes = b""
    digests: list[bytes] = field(default_factory=list)

    def take(self, page: OrderPage) -> None:
        """The next page, whose digest is the one that the entries before it have."""
        assert page.head.first == self.number
        assert page.head.digest_before == self.digest_before
        self.begun += page.entries.tobytes()
        self.number = page.end
        if room_behind(self.number) == STRETCH_ENTRIES:
            self.digest_before, self.begun = digest_behind(self.digest_before, self.begun), b""
            self.digests.append(self.digest_before)


@given(cuts=st.lists(st.integers(1, 1_500), min_size=1, max_size=8))
def test_digests_do_not_hang_on_how_entries_are_cut_into_pages(cuts: list[int]) -> None:
    told, reader, count = entries(sum(cuts)), Reader(), sum(cuts)
    digests = [NO_STRETCH]
    for stretch in range(count // STRETCH_ENTRIES):
        part = told[stretch * STRETCH_ENTRIES * 64 : (stretch + 1) * STRETCH_ENTRIES * 64]
        digests.append(digest_behind(digests[-1], part))

    for cut in cuts:
        while cut:
            first, size = reader.number, min(cut, room_behind(reader.number))
            head = OrderPageHead(DATE, 0, first, count + 1, digests[stretch_of(first)])
            reader.take(unpack_page(pack_page(head, told[(first - 1) * 64 : (first - 1 + size) * 64])))
            cut -= size

    assert reader.digests == digests[1:]
    assert reader.number == count + 1
