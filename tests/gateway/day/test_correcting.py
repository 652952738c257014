"""The day desk's corrections over the core itself: what waits is found, sent as it was told, and signed for."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
import trio

from gateway.day.correcting import Corrected, correct, decisions_to_sign, fields_to_sign, waiting
from ledger.core.book_answers import BookAnswers
from ledger.core.lines.answers import clearing_set, set_differences
from protocol.acts.corrections import CorrectAct, DecideAct
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import CorrectionAnswer, CorrectionQuery
from protocol.records import OUTCOME, OutcomeArray, RecordArray
from protocol.vocabulary import BANK_PARTY
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import DEE, EVE, staffed
from tests.ledger_core.corrections.words import compared, signed_off
from tests.ledger_core.desk import BROKER, MONDAY, Desk
from tests.ledger_core.lines.words import buy, event, order, sell
from tests.people import Office, signed


@dataclass
class Block:
    """What a block of records was told."""

    outcomes: OutcomeArray


class DeskSeat:
    """The day desk's seat, without a line between it and the core."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def correction(
        self, trade_date: int, party: int, contract_no: int = 0, first: int = 0, rejected_fen: int = 0
    ) -> CorrectionAnswer:
        query = CorrectionQuery(trade_date, party, first, contract_no, rejected_fen)
        return cast("CorrectionAnswer", BookAnswers(self._desk.book).answer(BANK_PARTY, query))

    async def submit_block(self, records: RecordArray) -> Block:
        self._desk.ask(DAY_SEAT, records)
        return Block(np.frombuffer(self._desk.rows[-1].outcomes, OUTCOME))


def story() -> tuple[Desk, Office, Seat, list[int]]:
    """Ann has an excess of 3.00 and an open order of 12.00, Bob 7.00 of buys without a freeze and 5.00 there."""
    desk = Desk()
    office, ann, bob = staffed(desk), desk.open(5_000), desk.open(500)
    target = desk.freeze(ann, 1_200)
    signed_off(desk)
    lines = (order(target, ann, 1_200), buy(target, ann, 1_000), sell(1, ann, 200, 500))
    compared(desk, BROKER, event(ann), event(bob), *lines, buy((MONDAY, 11, 99), bob, 700))
    return desk, office, cast("Seat", DeskSeat(desk)), [ann, bob]


async def _all(seat: Seat) -> list[CorrectionAnswer]:
    return [answer async for answer in waiting(seat, MONDAY, BROKER)]


def test_what_waits_is_found_and_sent_and_what_needs_two_people_is_signed() -> None:
    desk, office, seat, contracts = story()
    first, second = trio.run(_all, seat)
    assert [first.contract_no, second.contract_no] == contracts
    assert (first.needs_act, len(first.closings), second.needs_act) == (False, 1, True)

    told = trio.run(correct, seat, [first, second])
    assert told == [Corrected(1, ReplyCode.ACCEPTED, 0), Corrected(0, ReplyCode.ACT_NEEDED, 0)]
    fields = fields_to_sign(second, clearing_set(desk.book, BROKER, MONDAY), BROKER, 0, MONDAY)
    assert fields.pop("act") == "correct"
    act = CorrectAct(**office.by(DEE), **fields)  # type: ignore[arg-type]
    number = desk.told(signed(act, DEE, EVE)).remaining_fen

    assert trio.run(correct, seat, [second], number) == [Corrected(0, ReplyCode.ACCEPTED, 1)]
    assert [desk.money(contract_no) for contract_no in contracts] == [(5_000, 0, 1_300, 0), (500, 0, 500, 0)]
    assert trio.run(_all, seat) == []


def test_each_class_that_people_may_decide_is_written_for_them() -> None:
    """The buy without a freeze is one; the sums of Ann and Bob are corrected."""
    desk, office, _, _ = story()
    found = set_differences(desk.book, BROKER, MONDAY, 0).differences

    (fields,) = decisions_to_sign(found, clearing_set(desk.book, BROKER, MONDAY), BROKER)

    assert (fields.pop("act"), fields["difference_class"], fields["count"]) == ("decide", "MISSING_HERE", 1)
    act = DecideAct(**office.by(DEE), **fields)  # type: ignore[arg-type]
    assert desk.control(signed(act, DEE, EVE)) == ReplyCode.ACCEPTED


@pytest.mark.parametrize(("rejected_fen", "rise_fen", "good_fen"), [(0, 500, 200), (300, 400, 300), (700, 0, 700)])
def test_what_two_people_sign_is_bounded_by_what_the_set_has(rejected_fen: int, rise_fen: int, good_fen: int) -> None:
    """Of 7.00 with 5.00 there: 5.00 bought and 2.00 made good; of 4.00 all; of nothing nothing."""
    desk, _, seat, (_, bob) = story()
    answer = trio.run(seat.correction, MONDAY, BROKER, bob, 0, rejected_fen)

    fields = fields_to_sign(answer, clearing_set(desk.book, BROKER, MONDAY), BROKER, rejected_fen, MONDAY)

    assert fields["made_good_max_fen"] == good_fen
    assert fields["rise_max_fen"] == 700 - rejected_fen >= rise_fen
