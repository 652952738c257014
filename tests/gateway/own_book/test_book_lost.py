"""An exception that nobody foresaw in the gateway's own book: answers go out, the book begins anew, bounded.

Belongs here: real links to a fake ledger. Never here: how rows are counted (test_book_intake).
"""

import pytest
import trio
import trio.lowlevel

from gateway.__main__ import first
from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.own_book.book import OwnBook
from gateway.own_book.book_intake import STARTS_OVER_MAX, BookUnusable
from gateway.own_book.told import Frames
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.messages.queries import TotalsQuery
from protocol.records import OutcomeArray, RecordArray
from protocol.session.partner_events import OutcomesReceived, Terminated
from protocol.vocabulary import BANK_PARTY, BANK_SEAT
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, freezes


async def complete_again(gateway: Gateway, links_made: int) -> None:
    """Returns when the book holds every row over a later link than the first `links_made`."""
    with trio.fail_after(5):
        while gateway.ledger.links_made <= links_made or not gateway.intake.complete:
            await trio.lowlevel.checkpoint()


def breaking_once(patch: pytest.MonkeyPatch) -> None:
    """The next pass over gathered records breaks in its middle."""
    add, left = OwnBook.add, [1]

    def adding(book: OwnBook, records: RecordArray, outcomes: OutcomeArray, frames: Frames) -> None:
        add(book, records, outcomes, frames)
        if left.pop() if left else 0:
            raise IndexError("after the book was changed")

    patch.setattr(OwnBook, "add", adding)


async def test_a_live_outcome_that_breaks_the_book_is_told_and_the_feed_makes_the_book_again(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.own_book.book_intake.GATHER_FRAMES_MAX", 1)
    breaking_once(monkeypatch)
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100), 1)

    assert await broker.hear(OutcomesReceived)
    await complete_again(gateway, 1)

    await broker.send(freezes(20), 2)
    assert await broker.hear(OutcomesReceived)
    assert gateway.intake.book.frozen_fen[0] == 120
    assert (gateway.intake.times_lost, gateway.ledger.links_lost) == (1, 1)


async def test_a_question_that_breaks_the_book_ends_its_link_and_the_feed_makes_the_book_again(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, broker = await connect(BANK_PARTY, BANK_SEAT), await connect()
    await bank.log_on()
    await broker.log_on()
    breaking_once(monkeypatch)
    await broker.send(freezes(100), 1)
    assert await broker.hear(OutcomesReceived)

    await bank.ask(8, TotalsQuery(2))

    assert (await bank.hear(Terminated)).code == ReplyCode.STOPPING
    await complete_again(gateway, 1)
    assert gateway.intake.book.frozen_fen[0] == 100
    assert gateway.intake.times_lost == 1


async def test_a_feed_that_breaks_the_book_each_time_ends_the_process_after_a_few(
    settings: GatewaySettings, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise KeyError("at this row")

    monkeypatch.setattr(OwnBook, "open_accounts", broken)
    monkeypatch.setattr("gateway.links.ledger_link.BACKOFF_FIRST_S", 0.001)
    gateway = Gateway(settings, SystemClock())
    with pytest.raises(ExceptionGroup) as caught:
        with trio.fail_after(10):
            await gateway.run()
    assert isinstance(first(caught.value), BookUnusable)
    assert gateway.intake.times_lost == STARTS_OVER_MAX + 1
