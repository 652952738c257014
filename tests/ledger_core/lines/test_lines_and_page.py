"""Every refusal of a line, and drawn blocks of lines: the columns say what the page says line by line."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.control.customers.standing import own_contract
from protocol.codes import ReplyCode
from protocol.kinds import KINDS, LINE_KINDS, unused_bits
from protocol.limits import AMOUNT_FEN_MAX, LINE_AMOUNT_SUM_FEN_MAX, LISTED_LINES_MAX
from protocol.messages.day.steps import SignOff
from protocol.records import STATE_LISTED, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Fate, RecordKind
from rules.day.clearing import LINES, Line, SetSoFar, decide_line
from tests.ledger_core.desk import MONDAY, OTHER_BROKER, SEAT, Desk, Frame, codes, joined, same_after_all
from tests.ledger_core.lines.words import (
    FEES,
    announce,
    buy,
    dividend,
    event,
    order,
    refund,
    sell,
    send,
)

MALFORMED, OUT_OF_RANGE = ReplyCode.REQUEST_MALFORMED, ReplyCode.AMOUNT_OUT_OF_RANGE
ORDER = (MONDAY, SEAT, 1)


def changed(line: RecordArray, **fields: int) -> RecordArray:
    other = line.copy()
    for name, value in fields.items():
        other[name] = value
    return other


class Refused(NamedTuple):
    """A line that is refused, and for what."""

    name: str
    line: RecordArray
    code: ReplyCode


def _refused(contract_no: int, foreign_no: int) -> list[Refused]:
    fine = {
        RecordKind.CLEAR_ORDER: order(ORDER, contract_no, 5),
        RecordKind.CLEAR_BUY: buy(ORDER, contract_no, 5),
        RecordKind.CLEAR_SELL: sell(1, contract_no, 5),
        RecordKind.CLEAR_DIVIDEND: dividend(1, contract_no, 5, 1),
        RecordKind.CLEAR_REFUND: refund(1, contract_no, 5),
        RecordKind.CLEAR_CONTRACT: event(contract_no),
    }
    of_order, of_buy = fine[RecordKind.CLEAR_ORDER], fine[RecordKind.CLEAR_BUY]
    found = [
        Refused("no fate", changed(of_order, fate=0), MALFORMED),
        Refused("no such fate", changed(of_order, fate=max(Fate) + 1), MALFORMED),
        Refused("no such event", changed(fine[RecordKind.CLEAR_CONTRACT], event=3), MALFORMED),
        Refused("a fate below nothing", changed(of_order, fate=-1), MALFORMED),
        Refused("an amount in a contract event", changed(fine[RecordKind.CLEAR_CONTRACT], amount_fen=1), MALFORMED),
        Refused("a partner_ref in a contract event", changed(fine[RecordKind.CLEAR_CONTRACT], reference=1), MALFORMED),
        Refused("another party's contract", changed(of_buy, contract_no=foreign_no), ReplyCode.CONTRACT_UNKNOWN),
        Refused("no contract", changed(of_buy, contract_no=1), ReplyCode.CONTRACT_UNKNOWN),
        Refused("tax above gross", dividend(1, contract_no, 5, 6), OUT_OF_RANGE),
        Refused("another day", changed(of_buy, trade_day=trade_day(MONDAY) + 1), ReplyCode.SET_NOT_OPEN),
        Refused("no day", changed(of_buy, trade_day=0), ReplyCode.SET_NOT_OPEN),
        Refused("no seat", changed(of_buy, order_seat=0), OUT_OF_RANGE),
        Refused("no number", changed(of_order, order_number=0), OUT_OF_RANGE),
        Refused("a number that no seat has", changed(of_order, order_number=2**40), OUT_OF_RANGE),
        Refused("no date", changed(of_buy, order_date=0), OUT_OF_RANGE),
        Refused("a date too far", changed(of_buy, order_date=2**31 - 1), OUT_OF_RANGE),
    ]
    for kind, line in fine.items():
        fields = KINDS[kind].fields
        for name in ("amount_fen", "release_fen", "commission_fen", "tax_fen"):
            if name in fields:
                found.append(Refused(f"{kind.name} {name} below 0", changed(line, **{name: -1}), OUT_OF_RANGE))
                over = changed(line, **{name: AMOUNT_FEN_MAX + 1})
                found.append(Refused(f"{kind.name} {name} above all", over, OUT_OF_RANGE))
        found += [
            Refused(f"{kind.name} {name} below 0", changed(line, **{name: -1}), OUT_OF_RANGE)
            for name in (*FEES, "quantity", "reference")
            if name in fields
        ]
        if KINDS[kind].has_reference:
            found.append(Refused(f"{kind.name} without reference", changed(line, reference=0), OUT_OF_RANGE))
    return found


@pytest.mark.parametrize("place", range(len(_refused(1, 1))))
def test_each_refusal_of_a_line_leaves_nothing(place: int) -> None:
    desk = Desk()
    contract_no, foreign_no = desk.open(0), desk.open(0, OTHER_BROKER)
    desk.done(SignOff(MONDAY))
    announce(desk)
    name, line, code = _refused(contract_no, foreign_no)[place]

    assert codes(send(desk, line, refund(7, contract_no, 1))) == [code, ReplyCode.ACCEPTED], name
    assert codes(send(desk, event(contract_no), line)) == [ReplyCode.ACCEPTED, code], name
    assert sum(desk.book.clearing.lane(MONDAY, 2).arrived.counts) == 2
    same_after_all(desk)


def test_a_bit_of_a_field_that_the_kind_does_not_use_is_malformed() -> None:
    desk = Desk()
    contract_no = desk.open(0)
    desk.done(SignOff(MONDAY))
    announce(desk)
    for kind in LINE_KINDS:
        for word, bits in enumerate(unused_bits(KINDS[kind])):
            if not bits:
                continue
            line = refund(1, contract_no, 0)
            line.view("<i8")[:] = 0
            line["kind"], line["contract_no"], line["event"] = kind, contract_no, 1 if LINES[kind].told_max else 0
            line.view("<i8")[word] |= bits & -bits
            assert codes(send(desk, line)) == [MALFORMED], (kind, word)


def test_sums_of_one_contract_have_a_limit_which_one_line_more_passes() -> None:
    """The second line would pass it, the third is within: so they went one by one."""
    desk = Desk()
    contract_no = desk.open(0)
    desk.done(SignOff(MONDAY))
    announce(desk)
    lines = [refund(1, contract_no, LINE_AMOUNT_SUM_FEN_MAX - 5), refund(2, contract_no, 6), refund(2, contract_no, 5)]

    assert codes(send(desk, *lines)) == [ReplyCode.ACCEPTED, ReplyCode.LIMIT_EXCEEDED, ReplyCode.ACCEPTED]
    assert codes(send(desk, refund(3, contract_no, 1), sell(3, contract_no, 1))) == [
        ReplyCode.LIMIT_EXCEEDED,
        ReplyCode.ACCEPTED,
    ]
    same_after_all(desk)


def test_so_many_orders_that_are_not_there_and_no_more() -> None:
    desk = Desk()
    contract_no = desk.open(0)
    desk.done(SignOff(MONDAY))
    announce(desk)
    lines = np.repeat(buy(ORDER, contract_no, 1), LISTED_LINES_MAX)
    lines["order_number"] = np.arange(1, len(lines) + 1)
    for start in range(0, len(lines), 8_192):
        answers = desk.send(Frame(SEAT, lines[start : start + 8_192]))
        assert {answer.state for answer in answers} == {STATE_LISTED}

    one_more = buy((MONDAY, SEAT, LISTED_LINES_MAX + 1), contract_no, 1)
    told = send(desk, one_more, order(ORDER, contract_no, 1), refund(1, contract_no, 1))

    assert codes(told) == [ReplyCode.LINES_LISTED_FULL, ReplyCode.ACCEPTED, ReplyCode.ACCEPTED]

    # Above the limit of its contract too: the lower code is told.
    one_more["amount_fen"] = LINE_AMOUNT_SUM_FEN_MAX

    assert codes(send(desk, one_more)) == [ReplyCode.LINES_LISTED_FULL]


class ByPage:
    """The page's own opinion of a set of one desk."""

    def __init__(self, desk: Desk, freezes: dict[int, int]) -> None:
        self.desk, self.freezes, self.so_far = desk, freezes, SetSoFar()

    def decide(self, lines: RecordArray) -> list[tuple[int, int]]:
        """(code, state) of each."""
        return [decide_line(self._line(line), self.so_far)[:2] for line in lines]

    def _line(self, line: np.void) -> Line:
        kind = RecordKind(int(line["kind"]))
        fields = KINDS[kind].fields
        index = own_contract(self.desk.book, 2, int(line["contract_no"]))
        second = {"release_fen", "commission_fen", "tax_fen"}.intersection(fields)
        number = int(line["order_number"]) if KINDS[kind].names_order else 0
        is_own = number in self.freezes and self.freezes[number] == int(line["contract_no"])
        return Line(
            kind=kind,
            unused_bits=0,
            may_send=True,
            known=index >= 0,
            set_is_open=int(line["trade_day"]) == trade_day(MONDAY),
            contract=index,
            told=int(line["event"]) if LINES[kind].told_max else 0,
            quantity=0,
            amount_fen=int(line["amount_fen"]),
            second_fen=int(line["release_fen"]) if second else 0,
            fees_fen=tuple(int(line[name]) if name in fields else 0 for name in FEES),  # type: ignore[arg-type]
            order_key=number,
            is_held=is_own,
            reference=int(line["reference"]) if KINDS[kind].has_reference else 0,
        )


AMOUNTS = st.one_of(st.integers(-1, 50), st.sampled_from([2**38, 2**39, 2**40, 2**40 + 1]))
DRAWN = st.tuples(
    st.sampled_from(LINE_KINDS),
    st.integers(0, 3),  # contract, the last of another broker
    AMOUNTS,
    st.one_of(st.just(0), AMOUNTS),
    st.integers(0, 9),  # number of an order, or reference
    st.integers(0, 3),  # fate or event
    st.integers(0, 12).map(lambda drawn: drawn == 0),  # of another day
)


@settings(max_examples=120, deadline=None)
@given(blocks=st.lists(st.lists(DRAWN, min_size=1, max_size=24), min_size=1, max_size=4))
def test_columns_and_page_agree_and_replay_gives_the_same_book(blocks: list[list[tuple[int, ...]]]) -> None:
    desk = Desk()
    contracts = [*(desk.open(1_000) for _ in range(3)), desk.open(0, OTHER_BROKER)]
    freezes = {desk.freeze(contract_no, 30)[2]: contract_no for contract_no in contracts[:3]}
    desk.done(SignOff(MONDAY))
    announce(desk)
    page = ByPage(desk, freezes)

    for drawn in blocks:
        lines = joined(*(_drawn_line(contracts, *fields) for fields in drawn))  # type: ignore[arg-type]
        told = [(int(answer.code), answer.state) for answer in send(desk, lines)]
        assert told == page.decide(lines)

    so_far, lane = page.so_far, desk.book.clearing.lane(MONDAY, 2)
    assert lane.last_reference == so_far.last_reference
    assert len(desk.book.clearing.listed(lane.inner, False)) == so_far.listed_orders
    assert len(desk.book.clearing.listed(lane.inner, True)) == so_far.listed_buys
    cleared = desk.book.clearing.by_contract[MONDAY]
    for contract, brought in so_far.brought.items():
        columns = (cleared.buys_fen, cleared.proceeds_fen, cleared.credits_fen, cleared.excess_fen)
        assert tuple(int(column[contract]) for column in columns) == brought
    same_after_all(desk)


def _drawn_line(
    contracts: list[int], kind: int, who: int, amount_fen: int, second_fen: int, number: int, told: int, strays: bool
) -> RecordArray:
    contract_no, on = contracts[who], 20260102 if strays else MONDAY
    match kind:
        case RecordKind.CLEAR_ORDER:
            return order((MONDAY, SEAT, number), contract_no, amount_fen, second_fen, max(told, 1), on)
        case RecordKind.CLEAR_BUY:
            return buy((MONDAY, SEAT, number), contract_no, amount_fen, second_fen, told, on=on)
        case RecordKind.CLEAR_SELL:
            return sell(number, contract_no, amount_fen, second_fen, told, on=on)
        case RecordKind.CLEAR_DIVIDEND:
            return dividend(number, contract_no, amount_fen, second_fen, on)
        case RecordKind.CLEAR_REFUND:
            return refund(number, contract_no, amount_fen, on)
        case _:
            return event(contract_no, 1 + told % 2, on)
