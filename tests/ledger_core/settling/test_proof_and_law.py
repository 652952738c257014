"""The proofs of CLOSE, SETTLE and CREDIT say what the law says, in blocks of all three between orders and movements."""

import random
from collections import Counter

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.engine import TINY_BLOCK_RECORDS
from ledger.core.invariants import check_book
from ledger.core.state.book import FACT_MASK, STATE_SHIFT
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.limits import COLUMN_FEN_MAX
from protocol.records import OUTCOME, RECORD, STATE_CREDITED, STATE_SET_OFF, RecordArray
from protocol.vocabulary import AccountStatus, LaneState, RecordKind
from rules.contracts import ENDED
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections import words
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Frame,
    fill_buy,
    fill_sell,
    joined,
    same_after_all,
    whole_state,
)
from tests.ledger_core.lines.words import buy, event, order, sell
from tests.ledger_core.settling.drawn import PARTIES, Bank
from tests.ledger_core.settling.test_settled_days import respent
from tests.ledger_core.settling.words import (
    PAID,
    begin,
    credit,
    credited,
    discharge,
    owed,
    published,
    set_off,
    settlement,
)
from tests.ledger_core.test_lane_and_law import both_ways, send_checked

KINDS = (RecordKind.CLOSE, RecordKind.SETTLE, RecordKind.CREDIT)
PASSES_MAX, PASSES_PAID = 12, 3
Seen = Counter[tuple[int, int, int]]
"""How often by kind, code and state."""


def sent(bank: Bank, on: int, seen: Seen) -> None:
    """One block, which lane, law and engine decide alike."""
    frames = bank.block(on)
    told = np.frombuffer(send_checked(bank.desk, frames), OUTCOME)
    kinds = joined(*(frame.records for frame in frames))["kind"].tolist()
    seen.update(zip(kinds, told["code"].tolist(), told["state"].tolist(), strict=True))


def settled(bank: Bank, on: int, seen: Seen) -> None:
    """Blocks until both lanes of a date are settled."""
    for _ in range(PASSES_MAX):
        bank.begin(on)
        sent(bank, on, seen)
        states = [bank.desk.book.clearing.lane(on, party).state for party in PARTIES]
        if min(states) >= LaneState.SETTLED:
            return


def history(seed: int, seen: Seen) -> Desk:
    """Two dates: the first is settled while it is owed, the second with what the first has left."""
    bank = Bank(random.Random(seed))
    desk, chance = bank.desk, bank.chance
    bank.replace_some(MONDAY)
    bank.publish({party: bank.trade(party, MONDAY) for party in PARTIES}, MONDAY)
    if chance.random() < 0.5:
        bank.restrain_some()
    settled(bank, MONDAY, seen)
    desk.roll(TUESDAY)
    bank.replace_some(TUESDAY)
    lines = {party: bank.trade(party, TUESDAY) for party in PARTIES}
    bank.publish(lines, TUESDAY)
    desk.roll(WEDNESDAY)
    bank.restrain_some()
    for party in PARTIES:
        if chance.random() < 0.5:
            bank.pay(party, MONDAY)
    settled(bank, TUESDAY, seen)
    for party in PARTIES:
        for on in (MONDAY, TUESDAY):
            bank.pay(party, on)
    for _ in range(PASSES_PAID):
        sent(bank, TUESDAY, seen)
    return desk


@pytest.mark.parametrize("first", range(0, 24, 3))
def test_proof_and_law_agree_and_replay_gives_the_same_book(first: int) -> None:
    for seed in range(first, first + 3):
        same_after_all(history(seed, Counter()))


def test_the_histories_reach_what_matters() -> None:
    """They would prove little if most of their records were refused for one reason."""
    seen: Seen = Counter()

    for seed in range(100, 108):
        history(seed, seen)

    accepted = {kind: sum(count for (of, code, _), count in seen.items() if of == kind and code == 0) for kind in KINDS}
    assert min(accepted.values()) > 40
    refused = {(kind, code) for kind, code, _ in seen if kind in KINDS}
    codes = (ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS, ReplyCode.AMOUNT_OUT_OF_RANGE)
    assert refused >= {(kind, code) for kind in KINDS for code in codes}
    assert refused >= {(RecordKind.CLOSE, code) for code in (ReplyCode.FREEZE_UNKNOWN, ReplyCode.FREEZE_CLOSED)}
    told = {state for kind, code, state in seen if (kind, code) == (RecordKind.SETTLE, ReplyCode.ACCEPTED)}
    assert told >= {STATE_SET_OFF, STATE_CREDITED}


def alike(desk: Desk, *records: RecordArray) -> list[Answer]:
    """What lane and law say of records of the day desk, in a block that is large enough for the proof; nothing acts."""
    frame = Frame(DAY_SEAT, joined(*records, *[np.zeros(1, RECORD)] * TINY_BLOCK_RECORDS))
    by_lane, by_law = both_ways(desk.book, desk.prefixes(frame), frame.records)
    np.testing.assert_array_equal(by_lane, by_law)
    told = by_law[: len(records)][["code", "state", "remaining_fen"]].tolist()
    return [Answer(ReplyCode(code), state, fen) for code, state, fen in told]


def sold_on_monday(owes: bool) -> tuple[Desk, int]:
    """A customer has 10.00 and sells for 30.00, which its broker owes, and buys for 20.00; where the broker owes
    nothing another one has bought for 100.00. Monday is to be settled.
    """
    desk = Desk()
    ann, bob = desk.open(1_000), desk.open(20_000)
    assert desk.ask(SEAT, fill_sell(ann, 3_000))[0].code == ReplyCode.ACCEPTED
    lines = [event(ann), event(bob), sell(1, ann, 3_000)]
    for who, fen in ((ann, 2_000), *(() if owes else ((bob, 10_000),))):
        target = desk.freeze(who, fen)
        assert desk.ask(SEAT, fill_buy(target, who, fen))[0].code == ReplyCode.ACCEPTED
        lines += [order(target, who, fen), buy(target, who, fen)]
    published(desk, *lines)
    begin(desk)
    return desk, ann


def put(desk: Desk, contract_no: int, *, balance_fen: int) -> None:
    """So much is on the account of a contract, whatever came to it."""
    desk.book.balance_fen[desk.account(contract_no) // CONTRACT_NUMBER_STEP] = balance_fen


def test_no_balance_is_settled_or_credited_above_its_limit() -> None:
    desk, ann = sold_on_monday(owes=False)
    right = settlement(ann, 2_000, 3_000)
    put(desk, ann, balance_fen=COLUMN_FEN_MAX - 999)
    assert alike(desk, right) == [Answer(ReplyCode.LIMIT_EXCEEDED, 0, 0)]
    put(desk, ann, balance_fen=COLUMN_FEN_MAX - 1_000)
    assert alike(desk, right) == [credited(3_000)]

    desk, ann = sold_on_monday(owes=True)
    assert desk.ask(DAY_SEAT, right) == [set_off(1_000)]
    discharge(desk)
    put(desk, ann, balance_fen=COLUMN_FEN_MAX - 1_999)
    assert alike(desk, credit(ann, 2_000)) == [Answer(ReplyCode.LIMIT_EXCEEDED, 0, 0)]
    put(desk, ann, balance_fen=COLUMN_FEN_MAX - 2_000)
    assert alike(desk, credit(ann, 2_000)) == [PAID]


@pytest.mark.parametrize("owes", [True, False])
def test_nothing_is_debited_that_is_not_there(owes: bool) -> None:
    """What was left of a date without due times pays for nothing: a balance that would fall below 0, or below what is
    moved, is not debited.
    """
    desk, ann = sold_on_monday(owes)
    row = desk.account(ann) // CONTRACT_NUMBER_STEP
    right = settlement(ann, 2_000, 3_000)
    assert alike(desk, right) == [set_off(1_000) if owes else credited(3_000)]
    put(desk, ann, balance_fen=-1_001)
    desk.book.frozen_fen[row] = -1_001  # so that the set-off stays
    assert alike(desk, right) == [Answer(ReplyCode.SETTLEMENT_DIFFERS, 0, 0)]
    put(desk, ann, balance_fen=1_000)
    desk.book.frozen_fen[row] = 0
    desk.book.moved.remaining_fen[row] = 1 if owes else 2_001
    assert alike(desk, right) == [Answer(ReplyCode.SETTLEMENT_DIFFERS, 0, 0)]


@pytest.mark.parametrize("column", ["made_good_buys_fen", "made_good_proceeds_fen"])
def test_what_the_set_says_otherwise_is_not_settled(column: str) -> None:
    desk, ann = sold_on_monday(owes=True)
    getattr(desk.book.clearing.by_contract[MONDAY], column)[ann // CONTRACT_NUMBER_STEP] = 1

    assert alike(desk, settlement(ann, 2_000, 3_000)) == [Answer(ReplyCode.SETTLEMENT_DIFFERS, 0, 0)]


@pytest.mark.parametrize("owes", [True, False])
def test_what_a_closed_account_was_owed_is_owed_to_whom_it_belonged(owes: bool) -> None:
    """Contract and account are ended under the customer's sale, which no act does."""
    desk, ann = sold_on_monday(owes)
    book, index = desk.book, ann // CONTRACT_NUMBER_STEP
    row, slot = int(book.account_of_contract[index]), book.unsettled.slot_of(MONDAY)
    book.unsettled.bought_fen[slot][row] = book.unsettled.sold_fen[slot][row] = 0
    cleared = book.clearing.by_contract[MONDAY]
    cleared.moved_sold_fen[index], cleared.made_good_buys_fen[index] = 3_000, 2_000
    book.contract_facts[index] += (ENDED - (book.contract_facts[index] >> STATE_SHIFT & FACT_MASK)) << STATE_SHIFT
    book.account_flags[row] += (AccountStatus.CLOSED - (book.account_flags[row] >> STATE_SHIFT)) << STATE_SHIFT

    assert alike(desk, settlement(ann, 0, 3_000)) == [set_off(0) if owes else owed(3_000)]


def test_a_settlement_and_a_credit_of_one_customer_meet_in_a_block() -> None:
    """Whichever comes first takes Monday's 100.00: once."""
    for first, answers in ((True, [credited(10_000), ReplyCode.STEP_NOT_DUE]), (False, [credited(0), PAID])):
        desk, dan = respent()
        discharge(desk)
        begin(desk, TUESDAY)
        both = [settlement(dan, 6_000, on=TUESDAY), credit(dan, 10_000)]
        follower = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

        told = words.sent(desk, words.IN_ORDER, *(both if first else reversed(both)))

        told = told if first else told[::-1]
        assert told[0] == answers[0]
        assert told[1].code == ReplyCode.STEP_NOT_DUE if first else told[1] == PAID
        assert desk.money(dan) == (4_500, 0, 4_500, 0)
        check_book(desk.book)
        engine.apply_row(follower, desk.rows[-1])
        assert whole_state(follower) == whole_state(desk.book)
