"""The lane agrees with the law on arbitrary blocks; replay agrees with the decider; the cut of blocks is free."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from ledger.core import engine, lane
from ledger.core.blocks.named_twice import accounts_named_twice
from ledger.core.blocks.proof import Proof
from ledger.core.decide import decide_in_order
from ledger.core.frames import Frames, check_next, give_out_pages
from ledger.core.invariants import check_book
from ledger.core.resolve import resolve
from ledger.core.rows.runs import apply_run, runs
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_nos_from_indices
from protocol.header import PrefixArray
from protocol.kinds import KINDS
from protocol.limits import COLUMN_FEN_MAX
from protocol.records import OUTCOME, OutcomeArray, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind, SeatRole, Way
from rules.entries import TAKEN
from rules.kinds import LAW
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    NOW_NS,
    SEAT,
    SPARE_ACCOUNTS,
    THURSDAY,
    Desk,
    Frame,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    release,
)
from tests.ledger_core.stories import Blocks, blocks, bulk_movements, bulk_records, frames_of, fresh_desk

SLOWLY = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def both_ways(book: Book, prefixes: PrefixArray, records: RecordArray) -> tuple[OutcomeArray, OutcomeArray]:
    """Outcomes of the lane and of the law over the same block; the book stays as it is, its scratch too."""
    frames = Frames.of(prefixes)
    check_next(book, frames, len(records), 0)
    give_out_pages(book, frames, records)
    block = resolve(book, frames, records)
    by_lane = lane.decide_by_lane(book, block, NOW_NS)
    by_law = np.zeros(len(records), OUTCOME)
    decide_in_order(book, block, np.arange(len(records)), NOW_NS, by_law)
    assert not book.scratch_fen.any()
    assert not book.scratch_mark.any()
    assert not book.scratch_bucket_fen.any()
    return by_lane, by_law


def assert_same_books(one: Book, other: Book) -> None:
    first, second = to_arrays(one), to_arrays(other)
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    assert engine.state_slice_count(one) == engine.state_slice_count(other)
    for k in range(engine.state_slice_count(one)):
        assert engine.state_slice_digest(one, k) == engine.state_slice_digest(other, k)


def send_checked(desk: Desk, frames: list[Frame]) -> bytes:
    """Send one block and check that lane, law and engine said the same, and that the books are right."""
    by_lane, by_law = both_ways(desk.book, desk.prefixes(*frames), joined(*(frame.records for frame in frames)))
    np.testing.assert_array_equal(by_lane, by_law)
    desk.send(*frames)
    assert desk.rows[-1].outcomes == by_law.tobytes()
    check_book(desk.book)
    return desk.rows[-1].outcomes


@SLOWLY
@given(drawn=blocks)
def test_lane_and_law_agree_and_replay_gives_the_same_book(drawn: Blocks) -> None:
    desk, one_by_one, together = fresh_desk(), fresh_desk().book, fresh_desk().book

    for block in drawn:
        send_checked(desk, frames_of(block))
    for row in desk.rows[1:]:
        engine.apply_row(one_by_one, row)
    for run in runs(desk.rows[1:]):
        apply_run(together, run)

    assert_same_books(desk.book, one_by_one)
    assert_same_books(desk.book, together)


@SLOWLY
@given(drawn=blocks)
def test_the_cut_of_blocks_changes_no_outcome(drawn: Blocks) -> None:
    whole, cut = fresh_desk(), fresh_desk()
    frames = [frame for block in drawn for frame in frames_of(block)]

    whole.send(*frames)
    for frame in frames:
        for place in range(len(frame.records)):
            cut.send(Frame(frame.seat, frame.records[place : place + 1], frame.valid_until_ns))

    assert b"".join(row.outcomes for row in cut.rows[1:]) == whole.rows[1].outcomes
    np.testing.assert_array_equal(cut.book.balance_fen, whole.book.balance_fen)
    np.testing.assert_array_equal(cut.book.power_fen, whole.book.power_fen)


@pytest.mark.parametrize("seed", range(6))
def test_large_blocks_of_hot_accounts(seed: int) -> None:
    desk, records = fresh_desk(), None

    for part in range(3):
        first_number = int(desk.book.next_number[SEAT])
        records = bulk_records(100 * seed + part, 7_000, first_number, records)
        send_checked(desk, [Frame(SEAT, records[:4_000]), Frame(SEAT, records[4_000:])])


@pytest.mark.parametrize("seed", range(4))
def test_large_blocks_of_orders_by_contract_and_movements_by_account(seed: int) -> None:
    """Both change what covers the other: the accounts are few, and most of them are in both."""
    desk = fresh_desk()
    codes: set[int] = set()

    for part in range(3):
        orders = bulk_records(100 * seed + part, 1_500, int(desk.book.next_number[SEAT]))
        movements = bulk_movements(100 * seed + part, 1_500)
        frames = [
            Frame(seat, records[start : start + 500])
            for start in range(0, 1_500, 500)
            for seat, records in ((SEAT, orders), (SAVINGS_SEAT, movements))
        ]
        told = np.frombuffer(send_checked(desk, frames), OUTCOME)["code"].reshape(3, 2, 500)
        codes |= set(told[:, 1].ravel().tolist())

    assert_same_books(desk.book, from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()}))
    assert codes >= {
        *(ReplyCode.ACCEPTED, ReplyCode.ACCOUNT_UNKNOWN, ReplyCode.ACCOUNT_LOSS_REPORTED),
        *(ReplyCode.INSUFFICIENT_FUNDS, ReplyCode.FUNDS_FROZEN),
    }


def test_the_bulk_reaches_the_outcomes_that_matter() -> None:
    """The generator above would prove little if most of its records were refused for one reason."""
    desk = fresh_desk()
    records = bulk_records(1, 7_000, int(desk.book.next_number[SEAT]))

    codes = np.frombuffer(send_checked(desk, [Frame(SEAT, records)]), OUTCOME)["code"]

    seen = {ReplyCode(code) for code in np.unique(codes).tolist()}
    assert (codes == 0).mean() > 0.2
    assert seen >= {
        ReplyCode.FREEZE_UNKNOWN,
        ReplyCode.FREEZE_CLOSED,
        ReplyCode.AMOUNT_OVER_REMAINING,
        ReplyCode.LISTED,
        ReplyCode.FUNDS_FROZEN,
        ReplyCode.INSUFFICIENT_FUNDS,
    }


@pytest.mark.parametrize("near_limit", [False, True], ids=["far from limits", "limits matter"])
def test_the_two_lanes_about_limits_agree(near_limit: bool) -> None:
    """The bound on what accounts own only spares work: with it or without, outcomes are the same."""
    desk = fresh_desk()
    if not near_limit:
        rich = desk.book.balance_fen[SPARE_ACCOUNTS + 2 : desk.book.accounts_count : 5]
        rich -= COLUMN_FEN_MAX - 5_000
        outlet = int(desk.book.outlet[0])
        desk.book.general_ledger.post(TAKEN[Way.CASH], outlet, len(rich) * (COLUMN_FEN_MAX - 5_000))
    book = from_arrays(to_arrays(desk.book))
    desk.book = book

    records = bulk_records(9, 3_000, int(book.next_number[SEAT]))

    assert (book.owned_fen_bound > COLUMN_FEN_MAX // 2) == near_limit
    send_checked(desk, [Frame(SEAT, records)])


def test_a_freeze_released_in_its_own_block() -> None:
    desk = Desk()
    contract_no = desk.open(100)
    number = int(desk.book.next_number[SEAT])
    own = (desk.book.trade_date, SEAT, number)
    later = (desk.book.trade_date, SEAT, number + 12)
    padding = [freeze(contract_no, 1)] * 10

    answers = desk.ask(
        SEAT, freeze(contract_no, 90), release(own, contract_no, 90), *padding, release(later, contract_no, 1)
    )

    assert answers[0] == (ReplyCode.ACCEPTED, 1, 90)
    assert answers[1] == (ReplyCode.ACCEPTED, 2, 0)
    assert [answer.code for answer in answers[2:12]] == [ReplyCode.ACCEPTED] * 10
    assert answers[12].code == ReplyCode.FREEZE_UNKNOWN  # a record cannot name itself


def test_credits_of_a_block_count_for_debits_behind_them_only() -> None:
    desk = Desk()
    contract_no = desk.open(0)
    others = joined(*[freeze(contract_no, 1)] * 10)

    before = desk.send(Frame(SEAT, others), Frame(SAVINGS_SEAT, deposit(contract_no, 10)))
    after = desk.send(Frame(SAVINGS_SEAT, deposit(contract_no, 10)), Frame(SEAT, others))

    assert {answer.code for answer in before[:10]} == {ReplyCode.INSUFFICIENT_FUNDS}
    assert {answer.code for answer in after} == {ReplyCode.ACCEPTED}
    assert desk.money(contract_no) == (20, 10, 0, 0)


def test_a_lone_debit_beside_a_credit_is_not_refused_at_once() -> None:
    """Twelve accounts without money, each with one deposit and one freeze of it in the block."""
    desk = Desk()
    contracts = [desk.open(0) for _ in range(12)]
    deposits = joined(*(deposit(no, 10) for no in contracts))
    freezes = joined(*(freeze(no, 10) for no in contracts))

    answers = send_checked(desk, [Frame(SAVINGS_SEAT, deposits), Frame(SEAT, freezes)])

    assert not np.frombuffer(answers, OUTCOME)["code"].any()


def test_a_freeze_that_is_named_twice_is_found() -> None:
    """An account with plenty of money is hot only because two releases name one freeze."""
    desk = Desk()
    contract_no = desk.open(100_000)
    orders = [desk.freeze(contract_no, 100) for _ in range(10)]

    answers = desk.ask(SEAT, *(release(order, contract_no, 60) for order in [*orders, orders[4]]))

    assert [answer.remaining_fen for answer in answers] == [40] * 10 + [0]
    assert answers[10].code == ReplyCode.AMOUNT_OVER_REMAINING


def test_slots_that_share_a_bucket_are_told_apart() -> None:
    """Slots 5, 5 + 2¹⁸ and 5 + 2¹⁹ meet in one bucket; only the one that is named twice counts."""
    step = 1 << 18
    slots = np.array([5, 5 + step, 5 + step, 5 + 2 * step, 6])
    rows = np.array([10, 11, 11, 12, 13])

    assert accounts_named_twice(slots, rows, np.ones(5, np.bool_)).tolist() == [11]
    assert accounts_named_twice(slots[::-1], rows[::-1], np.ones(5, np.bool_)).tolist() == [11]
    assert accounts_named_twice(slots, rows, np.array([True, True, False, True, True])).tolist() == []
    assert accounts_named_twice(np.array([7, 7]), np.array([3, 3]), np.ones(2, np.bool_)).tolist() == [3]


def test_a_lone_debit_that_is_not_covered_is_refused_without_the_law() -> None:
    """Twenty accounts, one debit each, every second one too large: nobody is hot."""
    desk = Desk()
    contracts = [desk.open(100) for _ in range(20)]
    records = joined(*(freeze(no, 100 + place % 2) for place, no in enumerate(contracts)))
    frames = Frames.of(desk.prefixes(Frame(SEAT, records)))
    give_out_pages(desk.book, frames, records)
    proof = Proof(desk.book, resolve(desk.book, frames, records), np.ones(20, np.bool_))
    code = np.zeros(20, np.int16)

    proof.judge_debits(code, np.zeros(20, np.int64))

    assert code.tolist() == [0, ReplyCode.INSUFFICIENT_FUNDS] * 10
    assert not len(proof.hot_positions())


@pytest.mark.parametrize("kind", [*(kind for kind in LAW if SeatRole.DAY_DESK not in KINDS[kind].senders), 0, 99])
def test_blocks_of_one_kind(kind: int) -> None:
    """A block of one kind takes shortcuts of its own."""
    desk = fresh_desk()
    records = bulk_records(3, 40, int(desk.book.next_number[SEAT]))
    records["kind"] = kind
    if kind not in (RecordKind.RELEASE, RecordKind.FILL_BUY):
        records["target_date"] = records["target_seat"] = records["target_number"] = 0
    else:  # open freezes of the history, each several times
        place = np.arange(len(records)) % 4
        records["target_number"] = np.array([1, 3, 4, 5])[place]
        records["contract_no"] = contract_nos_from_indices(np.array([0, 1, 2, 2])[place])
        records["target_date"], records["target_seat"] = THURSDAY, SEAT
    records["trade_day"] = trade_day(THURSDAY) if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL) else 0
    if kind != RecordKind.FILL_BUY:
        records["release_fen"] = 0
    moves = kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)
    if moves:
        records = bulk_movements(3, 40)
        records["kind"] = kind

    told = send_checked(desk, [Frame(SAVINGS_SEAT if moves else SEAT, records)])

    assert (np.frombuffer(told, OUTCOME)["code"] == 0).any() == (kind in set(RecordKind))


@pytest.mark.parametrize("column", ["frozen", "bought", "sold", "balance"])
def test_every_column_stops_at_its_limit(column: str) -> None:
    """The column stands 55 below its limit, everything else allows more: five times 10 fit, the sixth does not."""
    desk = Desk()
    contract_no = desk.open(0 if column in ("sold", "balance") else COLUMN_FEN_MAX)
    orders = [desk.freeze(contract_no, 10) for _ in range(12)] if column == "bought" else []
    book, near, row = desk.book, COLUMN_FEN_MAX - 55, SPARE_ACCOUNTS
    book.sold_fen[row] = near if column == "sold" else 1_000
    book.bought_fen[row] = near if column == "bought" else 0
    book.frozen_fen[row] = near if column == "frozen" else book.frozen_fen[row]
    book.balance_fen[row] = near if column == "balance" else book.balance_fen[row]
    book.power_fen[row : row + 1] = book.derived_power_fen(slice(row, row + 1))
    book.tighten_bound()
    asked = {
        "frozen": [freeze(contract_no, 10)] * 12,
        "bought": [fill_buy(order, contract_no, 10) for order in orders],
        "sold": [fill_sell(contract_no, 10)] * 12,
        "balance": [deposit(contract_no, 10)] * 12,
    }[column]
    frame = Frame(SAVINGS_SEAT if column == "balance" else SEAT, joined(*asked))

    by_lane, by_law = both_ways(book, desk.prefixes(frame), frame.records)

    assert by_law["code"].tolist() == [ReplyCode.ACCEPTED] * 5 + [ReplyCode.LIMIT_EXCEEDED] * 7
    np.testing.assert_array_equal(by_lane, by_law)
