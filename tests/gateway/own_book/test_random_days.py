"""Business days by chance, as the gateway hears of them: its own book has at every mark what the ledger has.

Belongs here: how rows arrive. Never here: what happens on the days (tests.ledger_core.days).
One seed again: `pytest tests/gateway/own_book/test_random_days.py -k "[17]"`; `-m chaos` for those of `make chaos`.
"""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from frontend_sim.practice.naive_ledger import outcomes_frame
from gateway.own_book.book import OwnBook
from gateway.own_book.book_file import BookBase
from gateway.own_book.book_intake import BookIntake
from ledger.core import engine
from ledger.core.rows.row import Row
from protocol.frame import Frame, make_unsigned_frame
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.header import PREFIX, unpack_header
from protocol.limits import HEADER_BYTES, OUTCOME_BYTES, PREFIX_BYTES, RECORD_BYTES
from protocol.messages.gateway_link import BookFeed
from tests.ledger_core.days.bank import Marked
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random

FEW, MANY = range(2), range(2, 60)


def fed(row: Row) -> BookFeed:
    """A row of the past."""
    parts = (row.headers, row.control, row.records, row.outcomes) if row.headers else (b"",) * 4
    return BookFeed(row.sequence, row.trade_date, *parts)


def live(row: Row) -> Iterator[tuple[Frame, Frame]]:
    """Each request frame of a row, with its answer."""
    begin = told = 0
    bodies = row.records or row.control
    for place, prefix in enumerate(np.frombuffer(row.headers, PREFIX)):
        size = int(prefix["record_count"]) * RECORD_BYTES if row.records else int(prefix["body_bytes"])
        outcomes = row.outcomes[told : told + int(prefix["record_count"]) * OUTCOME_BYTES]
        header = unpack_header(row.headers[place * PREFIX_BYTES :][:HEADER_BYTES])
        yield (
            make_unsigned_frame(header, bodies[begin : begin + size]),
            outcomes_frame(header, outcomes, row.sequence, 1),
        )
        begin, told = begin + size, told + len(outcomes)


def arrive(history: list[Row], marks: dict[int, Marked], chance: random.Random, links: int) -> tuple[BookIntake, int]:
    """Rows come live as they are decided, over so many links, one behind the other; what was missed is fed beside what
    is live. Marks that come to a complete book are compared: how many.
    """
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    rows = {row.sequence: row for row in history}
    last = max(rows)
    ends = [*sorted(chance.sample(range(2, last), links - 1)), last]
    heard, compared = 1, 0
    for end in ends:
        known = intake.prepare_registration()
        begins = heard if chance.random() < 0.5 else min(end, heard + chance.randrange(4))
        intake.begin(begins)
        feed = [fed(rows[sequence]) for sequence in range(known + 1, begins + 1)]
        now = [rows[sequence] for sequence in range(begins + 1, end + 1)]
        loses = end < last and chance.random() < 0.5  # the link, before all is fed
        kept = chance.randrange(len(feed) + 1) if loses else len(feed)
        compared += _one_link(marks, intake, chance, feed[:kept], now)
        heard = end
    return intake, compared


def _one_link(
    marks: dict[int, Marked], intake: BookIntake, chance: random.Random, feed: list[BookFeed], now: list[Row]
) -> int:
    compared = 0
    while feed or now:
        if feed and (not now or chance.random() < 0.5):
            intake.take_feed(feed.pop(0))
            continue
        row = now.pop(0)
        for request, answer in live(row):
            intake.take_live(request, answer, row.sequence)
        if chance.random() < 0.3:
            intake.flush()
        marked = marks.get(row.sequence)
        if marked is not None and intake.marked.totals.complete:
            must_agree(intake, marked)
            compared += 1
    return compared


def must_agree(intake: BookIntake, marked: Marked) -> None:
    """What the gateway has as of a mark: all totals, and of a deep one every contract and its account."""
    assert intake.marked.totals.parties == marked.totals
    if not intake.marked.figures:
        return
    balances, frozen, bought, sold = intake.marked.figures
    for contract_no, (account_no, figures) in marked.figures.items():
        index = contract_no // CONTRACT_NUMBER_STEP
        of_contract = [int(each[index]) if index < len(each) else 0 for each in (frozen, bought, sold)]
        assert (int(balances[account_no // CONTRACT_NUMBER_STEP]), *of_contract) == figures


def both_books(seed: int) -> None:
    chance = random.Random(seed)
    house = at_random(drawn(chance, with_short=bool(seed % 2)), chance)

    always, compared = arrive(house.desk.rows, house.marks, chance, 1)
    assert compared == len(house.marks) >= 3
    again, _ = arrive(house.desk.rows, house.marks, chance, 5)

    for intake in (always, again):
        assert intake.complete
        assert intake.totals().parties == engine.totals(house.desk.book)


@pytest.mark.parametrize("seed", FEW)
def test_the_own_book_has_at_every_mark_what_the_ledger_has(seed: int) -> None:
    both_books(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_own_book_over_many_more_days(seed: int) -> None:
    both_books(seed)
