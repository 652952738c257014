"""The day desk takes back what a withdrawn set has booked, over the core itself: killed anywhere, it ends the same."""

from typing import Any, cast

import pytest
import trio

from config.cli.day.correcting import as_act
from gateway.day.correcting import withdrawal_to_sign
from gateway.day.desk import DayDesk
from gateway.day.lane_seen import StepRefused
from ledger.core.book_answers import BookAnswers
from ledger.core.lines.answers import clearing_set
from protocol.acts.corrections import WithdrawSetAct
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import RevertsAnswer, RevertsQuery
from protocol.messages.queries import SetAnswer
from protocol.records import RecordArray
from protocol.vocabulary import BANK_PARTY, LaneState
from tests.bank_seats import SAVINGS_SEAT
from tests.gateway.day.test_correcting import Block, DeskSeat
from tests.ledger_core.corrections.people import DEE, EVE, staffed
from tests.ledger_core.corrections.words import compared, signed_off
from tests.ledger_core.desk import MONDAY, OTHER_BROKER, Desk, account_of, codes, deposit, record, same_after_all
from tests.ledger_core.lines.words import event, proceeds, sell
from tests.people import signed


class Killed(Exception):
    """The process is gone."""


class LimitedSeat(DeskSeat):
    """The day desk's seat, of a desk that is killed in front of its block number `blocks` + 1; and what happens in
    front of every block.
    """

    def __init__(self, desk: Desk, blocks: int = 1_000, ann: int = 0) -> None:
        super().__init__(desk)
        self._left, self._ann = blocks, ann

    async def reverts(self, trade_date: int, party: int, first: int = 0) -> RevertsAnswer:
        query = RevertsQuery(trade_date, party, first)
        return cast("RevertsAnswer", BookAnswers(self._desk.book).answer(BANK_PARTY, query))

    async def clearing_set(self, trade_date: int, party: int) -> SetAnswer:
        return clearing_set(self._desk.book, party, trade_date)

    async def submit_block(self, records: RecordArray) -> Block:
        if not self._left:
            raise Killed
        self._left -= 1
        if self._ann:
            assert codes(self._desk.ask(SAVINGS_SEAT, deposit(self._ann, 1))) == [ReplyCode.ACCEPTED]
        return await super().submit_block(records)


def withdrawn() -> tuple[Desk, list[int]]:
    """Broker 3, without fills: proceeds of 3.50, 3.51 and 3.52 are booked for three contracts of 1.00 each; Ann takes
    her 1.00 away; and two people withdraw the set.
    """
    desk = Desk()
    office, contracts = staffed(desk), [desk.open(100, OTHER_BROKER) for _ in range(3)]
    signed_off(desk)
    lines = [sell(place + 1, no, 350 + place) for place, no in enumerate(contracts)]
    compared(desk, OTHER_BROKER, *(event(no) for no in contracts), *lines)
    booked = [proceeds(no, 350 + place) for place, no in enumerate(contracts)]
    assert {each.code for one in booked for each in desk.ask(4, one)} == {ReplyCode.ACCEPTED}
    assert codes(desk.ask(SAVINGS_SEAT, record(6, account_of(contracts[0]), 100))) == [ReplyCode.ACCEPTED]
    fields = withdrawal_to_sign(clearing_set(desk.book, OTHER_BROKER, MONDAY), OTHER_BROKER)
    assert as_act(fields) == f"yzt act write withdraw_set FILE party=3 set_number=1 trade_date={MONDAY}"
    assert fields.pop("act") == "withdraw_set"
    act = WithdrawSetAct(**office.by(DEE), **fields)  # type: ignore[arg-type]
    assert desk.control(signed(act, DEE, EVE)) == ReplyCode.ACCEPTED
    return desk, contracts


def take_back(of: DeskSeat) -> LaneState:
    async def taken() -> LaneState:
        seat: Any = of
        desk = DayDesk(seat, lambda line: None)
        return (await desk.take_back(MONDAY, OTHER_BROKER)).state

    return trio.run(taken)


@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_a_desk_that_is_killed_between_two_reversals_ends_the_same(
    blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.core.corrections.answers.QUERY_REVERTS_MAX", 1)
    desk, contracts = withdrawn()
    with pytest.raises(Killed):
        take_back(LimitedSeat(desk, blocks))
    assert clearing_set(desk.book, OTHER_BROKER, MONDAY).state == LaneState.REVERTING
    assert [desk.money(no)[3] for no in contracts[: blocks + 1]] == [*[0] * blocks, 350 + blocks]

    assert take_back(LimitedSeat(desk)) == LaneState.FINISHED

    assert [desk.money(no) for no in contracts] == [(0, 0, 0, 0), (100, 0, 0, 0), (100, 0, 0, 0)]
    assert take_back(LimitedSeat(desk)) == LaneState.FINISHED
    same_after_all(desk)


def test_an_amount_that_changes_meanwhile_is_asked_for_again() -> None:
    """Bob's balance is no part of what is named, so a deposit in front of every block changes nothing."""
    desk, contracts = withdrawn()

    assert take_back(LimitedSeat(desk, ann=contracts[1])) == LaneState.FINISHED
    assert desk.money(contracts[1]) == (101, 0, 0, 0)


def test_what_the_bank_refuses_is_told() -> None:
    desk, _ = withdrawn()

    class Wrong(LimitedSeat):
        async def reverts(self, trade_date: int, party: int, first: int = 0) -> RevertsAnswer:
            answer = await super().reverts(trade_date, party, first)
            return RevertsAnswer(answer.as_of_sequence, trade_date, 0, 99, answer.left, answer.contracts)

    with pytest.raises(StepRefused, match="taking back of broker 3 on 20260105: ACT_NEEDED"):
        take_back(Wrong(desk))
