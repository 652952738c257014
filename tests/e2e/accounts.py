"""What must be true of an installation when all is quiet again: every answer stands once, all books are alike.

Belongs here: asking every source and comparing. Never here: load, killing.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import trio

from frontend_sim.auditor.control_table import AUDITOR, GATEWAY, LEDGER, SQL, compare, lines_of, printed_differences
from frontend_sim.auditor.money_watch import FROM_GATEWAY, FROM_LEDGER, totals_as_of
from frontend_sim.auditor.observations import ControlKind, Seen
from frontend_sim.auditor.register import Totals
from frontend_sim.auditor.sql_totals import totals_by_sql
from frontend_sim.market.desks import SAVINGS_SEAT, TELLER_SEAT
from frontend_sim.market.market_day import Customer, informed_auditor, savers
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind, Way
from tests.e2e.house import PATIENCE_SECONDS, House

ASKED_PER_SEAT = 200
Key = tuple[int, int, int]
"""Trade date, seat and number of a request."""

ALL_ROWS = """
SELECT trade_date, seat, number, code FROM orders
UNION ALL SELECT trade_date, seat, number, code FROM movements
"""


async def must_be_in_order(house: House, seen: Sequence[Seen]) -> None:
    """Everything that is claimed of a system at rest, given all that its parties saw. Raises AssertionError."""
    sequence = max(one.sequence for one in seen)
    async with Seat.open(await trio.to_thread.run_sync(house.bank)) as bank:
        assert bank.recovered == []
        auditor = informed_auditor(house.brokers, house.customers)
        auditor.judge(seen)
        by_source = {
            LEDGER: await totals_as_of(bank, FROM_LEDGER, sequence, PATIENCE_SECONDS),
            GATEWAY: await totals_as_of(bank, FROM_GATEWAY, sequence, PATIENCE_SECONDS),
            AUDITOR: auditor.totals(),
            SQL: await totals_by_sql(house.server, sequence, PATIENCE_SECONDS),
        }
    for seat_no in (SAVINGS_SEAT, TELLER_SEAT):
        async with Seat.open(await trio.to_thread.run_sync(house.desk, seat_no)) as desk:
            assert desk.recovered == []
            await _must_be_answered_again(desk, answers(one for one in seen if one.seat == seat_no))
    differences = compare(lines_of(by_source))
    assert not differences, printed_differences(differences)
    assert auditor.mismatches == []
    assert added(by_source[LEDGER]) == conserved(house.customers, seen)
    await _must_stand_once(house, seen)


async def _must_stand_once(house: House, seen: Sequence[Seen]) -> None:
    """What was acknowledged is what the read model has: no request more, none less, none twice, the same codes."""
    text = await trio.to_thread.run_sync(house.sql, ALL_ROWS)
    rows = [tuple(map(int, line.split("|"))) for line in text.splitlines()]
    stored = {(date, seat, number): code for date, seat, number, code in rows}
    assert len(stored) == len(rows), "a number stands twice in the read model"
    acknowledged = answers(seen)
    lost = sorted(acknowledged.keys() - stored.keys())
    unasked = sorted(stored.keys() - acknowledged.keys())
    assert (lost[:5], unasked[:5]) == ([], []), f"{len(lost)} answers lost, {len(unasked)} rows nobody was told of"
    assert stored == acknowledged
    for broker in house.brokers:
        for seat_no in broker.seats:
            await _must_have_no_gaps(
                house, seat_no, {key: acknowledged[key] for key in acknowledged if key[1] == seat_no}
            )


async def _must_have_no_gaps(house: House, seat_no: int, acknowledged: Mapping[Key, int]) -> None:
    """The numbers of a seat count from 1 on every date, its outbox is empty, and it goes on with the next number."""
    numbers: dict[int, list[int]] = {}
    for date, _, number in sorted(acknowledged):
        numbers.setdefault(date, []).append(number)
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))
    async with Seat.open(await trio.to_thread.run_sync(house.seat, seat_no)) as seat:
        assert seat.recovered == []
        assert seat.next_number == len(numbers[seat.trade_date]) + 1
        await _must_be_answered_again(seat, acknowledged)


async def _must_be_answered_again(seat: Seat, acknowledged: Mapping[Key, int]) -> None:
    """Asked again, the bank says of a number what it said before."""
    keys = random.Random(len(acknowledged)).sample(sorted(acknowledged), min(ASKED_PER_SEAT, len(acknowledged)))
    for date, _, number in keys:
        answer = await seat.outcome_of(date, number)
        assert (answer.seen, answer.code) == (True, acknowledged[date, _, number]), f"number {number}"
    assert not (await seat.outcome_of(seat.trade_date, seat.next_number)).seen


def answers(seen: Iterable[Seen]) -> dict[Key, int]:
    """The code of every money request by its key. Raises AssertionError when one key was answered to two requests."""
    money = [one for one in seen if one.kind not in set(ControlKind)]
    found = {(one.trade_date, one.seat, one.number): one.code for one in money}
    assert len(found) == len(money), "one number was given to two requests"
    return found


def conserved(customers: Sequence[Customer], seen: Iterable[Seen]) -> Totals:
    """What all accounts together must have, from the opening balances and the accepted amounts alone."""
    moved: Counter[int] = Counter()
    released_at_fill_fen = 0
    for one in seen:
        if one.code == ReplyCode.ACCEPTED:
            is_told = (one.kind, one.way) == (RecordKind.WITHDRAWAL, Way.FORCED_CARD)  # how much of it was posted
            moved[one.kind] += one.remaining_fen if is_told else one.amount_fen
            released_at_fill_fen += one.release_fen if one.kind == RecordKind.FILL_BUY else 0
    opening_fen = sum(account.balance_fen for account in [*savers(), *(customer.account for customer in customers)])
    bought_fen = moved[RecordKind.FILL_BUY]
    return Totals(
        balance_fen=opening_fen + moved[RecordKind.DEPOSIT] - moved[RecordKind.WITHDRAWAL],
        frozen_fen=moved[RecordKind.FREEZE] - moved[RecordKind.RELEASE] - bought_fen - released_at_fill_fen,
        bought_unsettled_fen=bought_fen,
        sold_unsettled_fen=moved[RecordKind.FILL_SELL],
    )


def added(by_party: Mapping[int, Totals]) -> Totals:
    """All parties together."""
    return Totals(*(sum(column) for column in zip(*by_party.values(), strict=True)))
