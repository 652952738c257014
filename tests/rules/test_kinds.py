"""The two halves of the table of kinds, and those who take it from there: each knows every kind."""

import inspect
import re

import numpy as np
import pytest

from ledger.core import kind_tables
from ledger.database.reading import record_kind_rows
from ledger.follower.projection.customers.account_pages import _MOVED_BY, AMOUNTS
from protocol.client.verbs.single import SingleVerbs
from protocol.describe import record_fields
from protocol.kinds import KINDS, ORDER_FIELDS, SIDED_FIELDS, TARGET_FIELDS, TRADE_DAY_FIELD, Family, unused_bits
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import RECORD
from protocol.vocabulary import MARKET_SHIFT, MARKETS_AND_SIDES, SIDE_MASK, Market, RecordKind, Side, market_and_side
from rules.day.clearing import LINES
from rules.kinds import LAW, Moves
from rules.request import Freeze
from tests.architecture.sources import ROOT, python_files
from tests.protocol.document import SECTIONS
from tests.rules.asked import CONTRACT, TARGET_SLOT, account, money, of_date, request

MAY_NAME_KINDS = (
    "protocol/vocabulary/money.py",
    "protocol/kinds/",
    "protocol/client/",
    "rules/",
    "gateway/own_book/",
    "gateway/day/",
    "gateway/passwords/",
    "frontend_sim/",
    "benchmarks/",
    "tests/",
)
"""Where a kind may stand by its name: the two halves, its page, its verb, and who has an opinion of its own."""

every_kind = pytest.mark.parametrize("kind", RecordKind, ids=lambda kind: kind.name)
every_moving_kind = pytest.mark.parametrize("kind", LAW, ids=lambda kind: kind.name)


@every_kind
def test_a_kind_has_a_row_in_both_halves(kind: RecordKind) -> None:
    row = KINDS[kind]
    assert row.kind == kind
    assert (kind in LINES, kind in LAW) == (row.is_line, row.has_amount)
    assert row.senders
    assert 0 <= row.amount_fen_min <= 1
    assert set(row.all_fields) <= set(RECORD.names or ())
    assert len(set(row.all_fields)) == len(row.all_fields)


@every_moving_kind
def test_its_page_moves_what_its_row_says(kind: RecordKind) -> None:
    row, amount_fen = LAW[kind], 1_000
    release_fen = 70 if row.release != Moves() else 0
    if row.sets:
        assert row.amount == row.release == Moves()  # what it moves stands in test_corrections
        return
    frozen_fen = amount_fen + release_fen if row.by_set else 5_000  # an order is closed as a whole
    one = account(100_000, frozen_fen, 300, 200, 40)
    one.interest_due_fen = amount_fen if row.posts_interest else 0
    freezes = {TARGET_SLOT: Freeze(CONTRACT, frozen_fen, amount_fen if row.by_set else 0)}
    before, power_fen, withdrawable_fen = money(one), one.buying_power_fen, one.withdrawable_fen

    has = of_date(open_slots=(TARGET_SLOT,)) if row.by_set else None
    assert row.page(request(amount_fen, release_fen, of_date=has), one, freezes)[0] == 0

    signs = zip(("balance", "frozen", "bought", "sold"), before, strict=True)
    moved = [
        was + getattr(row.amount, name) * amount_fen + getattr(row.release, name) * release_fen for name, was in signs
    ]
    assert list(money(one)) == moved
    assert one.buying_power_fen == power_fen + row.amount.power * amount_fen + row.release.power * release_fen
    assert one.withdrawable_fen == (
        withdrawable_fen + row.amount.withdrawable * amount_fen + row.release.withdrawable * release_fen
    )
    assert len(freezes) == 1 + row.opens_freeze
    left_fen = frozen_fen - amount_fen - release_fen if KINDS[kind].needs_target else frozen_fen
    assert freezes[TARGET_SLOT].remaining_fen == left_fen


@every_moving_kind
def test_its_page_keeps_the_limit_of_each_column_that_grows(kind: RecordKind) -> None:
    row = LAW[kind]
    for name in ("balance", "frozen", "bought", "sold"):
        if getattr(row.amount, name) > 0:
            one = account(**{"balance_fen": AMOUNT_FEN_MAX, "frozen_fen": 5_000} | {f"{name}_fen": COLUMN_FEN_MAX})
            one.interest_due_fen = 1
            has = of_date(open_slots=(TARGET_SLOT,)) if row.by_set else None
            asks = request(1, 4_999 if row.by_set else 0, of_date=has)
            assert row.page(asks, one, {TARGET_SLOT: Freeze(CONTRACT, 5_000, 1 if row.by_set else 0)})[0] != 0


@every_kind
def test_the_bytes_it_uses_are_those_of_its_fields(kind: RecordKind) -> None:
    unused = b"".join(word.to_bytes(8, "little", signed=True) for word in unused_bits(KINDS[kind]))
    record = np.zeros(1, RECORD)
    for name in KINDS[kind].all_fields:
        record[name] = -1 if record[name].dtype.kind == "i" else b"\xff" * record[name].dtype.itemsize

    assert bytes(used ^ 0xFF for used in record.tobytes()) == unused


@every_kind
def test_who_takes_it_from_the_tables_knows_it(kind: RecordKind) -> None:
    record = np.zeros(1, RECORD)
    record["kind"] = kind

    assert kind_tables.IS_KIND[kind]
    assert kind_tables.MAY_SEND.reshape(-1, 256)[:, kind].any()
    shapes = (kind_tables.IS_DEBIT, kind_tables.IS_CREDIT, kind_tables.NAMES_FREEZE)
    others = (kind_tables.IS_LINE, kind_tables.IS_VERDICT, kind_tables.IS_ORDERING)
    assert sum(int(shape[kind]) for shape in (*shapes, *others)) == 1
    assert record_fields(record[0])["kind_name"] == kind.name
    section = {Family.LINE: "line_sums", Family.ORDERING: "ordering"}.get(KINDS[kind].family, "kinds")
    assert f"\n| {KINDS[kind].name} | {KINDS[kind].meaning} |" in SECTIONS[section]()
    assert f"\n| record {kind.name} |" in SECTIONS["roles"]()
    assert [row[1] for row in record_kind_rows() if row[0] == kind] == [kind.name]
    is_by_turn = any(kind in moving for moving in _MOVED_BY)
    # Who settles names accounts that are written at once; what is told of an order is written beside it.
    assert is_by_turn == (KINDS[kind].is_ordering or (KINDS[kind].has_amount and not kind_tables.SETTLES[kind]))
    assert len(_MOVED_BY) == len(AMOUNTS)


@every_kind
def test_its_verb_takes_its_fields(kind: RecordKind) -> None:
    if KINDS[kind].verb == "submit":  # it is sent as a record made by its sender
        return
    given = set(inspect.signature(getattr(SingleVerbs, KINDS[kind].verb)).parameters)
    fields = set(KINDS[kind].fields)

    spoken = dict.fromkeys(TARGET_FIELDS, "target") | {TRADE_DAY_FIELD: "traded_on"}
    wanted = {spoken.get(name, name) for name in fields}
    if KINDS[kind].is_ordering:  # what names an order repeats its contract, market, side and security, in one argument
        sided = {"order"} if KINDS[kind].tells_of_order else {"market", "side", "security"}
        wanted = fields - {*SIDED_FIELDS, *TARGET_FIELDS} | sided
    optional = set(ORDER_FIELDS) if KINDS[kind].has_amount and "price" not in fields else set()
    named = "account_no" if KINDS[kind].names_account else "order" if KINDS[kind].tells_of_order else "contract_no"
    counts = kind in LAW and LAW[kind].counts_serial
    always = {"self", named, "serial" if counts else "partner_ref", "valid_until_ns"}
    assert named in given
    assert wanted - optional <= given
    assert given - always - {"amount_fen", "charge_fen", "proceeds_fen"} <= wanted


@every_kind
def test_the_ranges_it_asks_are_of_numbers_that_have_room_for_them(kind: RecordKind) -> None:
    row = KINDS[kind]
    for name, (least, most) in row.ranges.items():
        room = np.iinfo(RECORD[name])
        assert room.min <= 0 <= least <= most <= room.max
    own = set(row.fields) - {*SIDED_FIELDS, *TARGET_FIELDS} if row.is_ordering else set()
    assert set(row.ranges) == own


def test_market_and_side_are_one_byte_above_zero() -> None:
    bytes_of = {(market, side): market_and_side(market, side) for market in Market if market for side in Side}

    assert bytes_of[Market.XSHE, Side.SELL] == 0x22
    assert {byte: (Market(byte >> MARKET_SHIFT), Side(byte & SIDE_MASK)) for byte in MARKETS_AND_SIDES} == {
        byte: both for both, byte in bytes_of.items()
    }
    assert all(0 < byte < 2**7 for byte in MARKETS_AND_SIDES)


def test_what_is_no_kind_is_none_in_every_table() -> None:
    others = [code for code in range(256) if code not in set(RecordKind)]

    assert not kind_tables.IS_KIND[others].any()
    assert not kind_tables.MAY_SEND.reshape(-1, 256)[:, others].any()


def test_no_other_file_names_a_kind() -> None:
    name = re.compile(r"\b(?:RecordKind\.\w+|RELEASE|FILL_BUY|FILL_SELL|DEPOSIT|WITHDRAWAL|CLEAR_[A-Z]+)\b")
    code = re.compile(r'"""[\s\S]*?"""|#.*')
    found = {
        str(file): named
        for file in python_files()
        if not str(file).startswith(MAY_NAME_KINDS)
        and (named := name.findall(code.sub("", (ROOT / file).read_text("utf-8"))))
    }

    assert found == {}


def test_no_view_asks_for_a_kind_by_its_number() -> None:
    for file in (ROOT / "ledger" / "database" / "migrations").glob("*.sql"):
        assert not re.search(r"CASE (\w+\.)?kind\b|\bkind (=|IN|IS DISTINCT FROM|<>) *\(?\d", file.read_text("utf-8"))
