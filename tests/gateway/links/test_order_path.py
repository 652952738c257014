"""One request from the partner's stream to the ledger and back, and what can come between.

Belongs here: conversations over real sockets. Never here: figures of the book (test_book), TLS (test_tls).
"""

import time

import pytest
import trio

from gateway.daemon import Gateway
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.codec import decode_answer
from protocol.messages.control import OpenTradeDate, RegisterSeat
from protocol.messages.queries import OutcomeQuery, PartyTotals, TotalsAnswer, TotalsQuery
from protocol.session.partner_events import (
    AnswerReceived,
    NotAppliedReceived,
    OutcomesReceived,
    Terminated,
    TradeDateOpened,
)
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind, SeatRole
from tests.gateway.fake_ledger import DECIDED_AT_NS, FakeLedger, digest_of, unanswerable
from tests.gateway.partner import Connect, freezes
from tests.protocol import keys


async def test_a_freeze_is_forwarded_as_it_came_and_its_outcome_comes_back_signed(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    established = await broker.log_on()
    assert (established.next_number, established.trade_date) == (1, ledger.trade_date)

    request = await broker.send(freezes(100, 2_000_000), 1)
    told = await broker.hear(OutcomesReceived)

    assert told.preamble == (2, DECIDED_AT_NS, digest_of(2), request.body_digest)
    assert told.outcomes["code"].tolist() == [ReplyCode.ACCEPTED, ReplyCode.INSUFFICIENT_FUNDS]
    forwarded = ledger.received[-1]
    assert forwarded.header == request
    assert forwarded.signature != bytes(64)


async def test_a_repeat_gets_the_stored_outcome_and_counts_once(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100), 1)
    first = await broker.hear(OutcomesReceived)

    await broker.send(freezes(100), 1)
    again = await broker.hear(OutcomesReceived)

    assert again.frame == first.frame
    assert gateway.intake.book.frozen_fen[0] == 100


async def test_a_gap_consumes_nothing_and_other_content_is_refused(connect: Connect, gateway: Gateway) -> None:
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100), 3)
    gap = await broker.hear(NotAppliedReceived)
    await broker.send(freezes(100), 1)
    await broker.hear(OutcomesReceived)
    await broker.send(freezes(101), 1)
    duplicate = await broker.hear(NotAppliedReceived)

    assert (gap.message.code, gap.message.next_number) == (ReplyCode.SEQUENCE_GAP, 1)
    assert (duplicate.message.code, duplicate.message.next_number) == (ReplyCode.DUPLICATE_OTHER_CONTENT, 2)


async def test_seats_of_both_suites_are_served_side_by_side(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    ed25519 = await connect()
    p256 = await connect(keys.OTHER_BROKER, keys.OTHER_SEAT)
    await ed25519.log_on()
    await p256.log_on()

    await ed25519.send(freezes(100), 1)
    await p256.send(freezes(200, contract=1), 1)
    await ed25519.hear(OutcomesReceived)
    await p256.hear(OutcomesReceived)

    assert gateway.dispatcher.sessions_established == 2
    assert gateway.intake.book.frozen_fen[:2].tolist() == [100, 200]


async def test_a_new_link_resumes_the_session_and_cuts_the_older_link(connect: Connect, gateway: Gateway) -> None:
    old = await connect()
    await old.log_on()
    await old.send(freezes(100), 1)
    await old.hear(OutcomesReceived)

    new = await connect()
    established = await new.establish()

    assert established.next_number == 2
    assert (await old.hear(Terminated)).code == ReplyCode.SESSION_SUPERSEDED
    assert await old.next_event() is None


async def test_a_newer_session_version_cuts_the_older_session(connect: Connect, gateway: Gateway) -> None:
    old = await connect()
    await old.log_on()
    same = await connect()
    same.session.negotiate(b"n" * 16, time.time_ns())
    await same.flush()
    refused = await same.hear(Terminated)
    assert (refused.code, refused.session_version) == (ReplyCode.SESSION_VERSION_NOT_GROWING, 1)

    new = await connect(version=2)
    await new.log_on()

    assert (await old.hear(Terminated)).code == ReplyCode.SESSION_SUPERSEDED


async def test_queries_go_to_the_ledger_and_totals_of_the_book_are_the_gateways_own(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    bank = await connect(BANK_PARTY, BANK_SEAT)
    await bank.log_on()
    await bank.ask(7, OutcomeQuery(ledger.trade_date, 1))
    assert (await bank.hear(AnswerReceived)).correlation_id == 7
    forwarded = len(ledger.received)

    await bank.ask(8, TotalsQuery(2))
    totals = decode_answer((await bank.hear(AnswerReceived)).body)

    sums = [PartyTotals.of(party, *amounts, 0, 0, 0) for party, *amounts in ((1, 0), (2, 1_000), (3, 500))]
    assert totals == TotalsAnswer(1, True, sums)
    assert len(ledger.received) == forwarded


async def test_a_question_that_the_ledger_cannot_answer_ends_the_askers_link_alone(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    """The ledger says so by an ANSWER without a message."""
    bank, broker = await connect(BANK_PARTY, BANK_SEAT), await connect()
    await bank.log_on()
    await broker.log_on()
    ledger.answers = False
    forwarded = len(ledger.received)
    await bank.ask(8, TotalsQuery(1))
    await ledger.until(lambda: len(ledger.received) > forwarded)

    await ledger.say(unanswerable(ledger.received[-1]))

    assert (await bank.hear(Terminated)).code == ReplyCode.STOPPING
    ledger.answers = True
    await broker.send(freezes(100), 1)
    assert await broker.hear(OutcomesReceived)


async def test_an_answer_that_breaks_what_passes_it_on_ends_the_askers_link_alone(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the book, and the asker repeats its request on its next link."""
    other, broker = await connect(BANK_PARTY, BANK_SEAT), await connect()
    await other.log_on()
    await broker.log_on()

    def broken(_elapsed_ns: int) -> None:
        raise ZeroDivisionError("while counting")

    monkeypatch.setattr(gateway.statistics, "answered_after", broken)
    await broker.send(freezes(100), 1)
    assert await broker.next_event() is None

    monkeypatch.undo()
    assert (gateway.statistics.link_faults, gateway.ledger.links_lost) == (1, 0)
    assert gateway.intake.book.frozen_fen[0] == 100
    await other.ask(8, TotalsQuery(2))
    assert await other.hear(AnswerReceived)
    again = await connect()
    assert (await again.establish()).next_number == 2


async def test_a_seat_that_the_ledger_registered_may_log_on_at_once(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    bank = await connect(BANK_PARTY, BANK_SEAT)
    await bank.log_on()
    stranger = await connect(seat=13)
    stranger.session.negotiate(b"n" * 16, time.time_ns())
    await stranger.flush()
    with pytest.raises(PeerViolation, match="TERMINATE SIGNATURE_INVALID is not about this link"):
        await stranger.next_event()

    await bank.control(RegisterSeat(13, keys.BROKER, SeatRole.BROKER), 3)
    await bank.hear(OutcomesReceived)

    broker = await connect(seat=13)
    assert (await broker.log_on()).next_number == 1


async def test_a_lost_ledger_is_found_again_and_unanswered_frames_are_sent_again_in_order(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    broker = await connect()
    await broker.log_on()
    ledger.answers = False
    await broker.send(freezes(100), 1)  # decided, and its answer is lost
    await ledger.until(lambda: len(ledger.rows) == 2)
    ledger.decides = False
    await broker.send(freezes(200), 2)  # arrives, and is never decided on this link
    await ledger.until(lambda: ledger.received[-1].header.first_number == 2)

    ledger.go_away()
    while gateway.ledger.registered:
        await trio.lowlevel.checkpoint()
    await broker.send(freezes(300), 3)  # taken while no ledger is there
    ledger.answers = ledger.decides = True
    await nursery.start(ledger.serve)
    told = [await broker.hear(OutcomesReceived) for _ in range(3)]

    assert [frame.header.first_number for frame in ledger.received] == [1, 2, 3]
    assert [event.preamble.sequence for event in told] == [2, 3, 4]
    assert ledger.registrations[1].book_from_sequence == 1
    assert gateway.intake.complete
    assert gateway.intake.book.frozen_fen[0] == 600
    assert (gateway.ledger.links_made, gateway.ledger.links_lost) == (2, 1)


async def test_the_outcome_for_a_dead_link_goes_to_the_book(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    await broker.send(freezes(100), 1)
    await ledger.until(lambda: ledger.received[-1].header.kind == FrameKind.RECORDS)
    await broker.stream.aclose()
    while gateway.dispatcher.links:
        await gateway.dispatcher.progress.wait()

    await ledger.decide_on()
    while gateway.ledger.in_flight.request_frames:
        await gateway.dispatcher.progress.wait()

    assert gateway.intake.book.frozen_fen[0] == 100


async def test_what_is_unknown_stays_unknown_until_the_journal_answers(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    await broker.send(freezes(100), 1)
    await ledger.until(lambda: ledger.received[-1].header.kind == FrameKind.RECORDS)
    with trio.move_on_after(0.05) as silence:
        await broker.next_event()
    assert silence.cancelled_caught

    await ledger.drop_link()
    await ledger.until(lambda: len(ledger.registrations) == 2 and len(ledger.received) == 1)
    await ledger.decide_on()

    assert (await broker.hear(OutcomesReceived)).outcomes["code"].tolist() == [ReplyCode.ACCEPTED]


async def test_past_the_bound_of_unanswered_records_a_request_is_told_busy(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.links.in_flight.IN_FLIGHT_RECORDS_MAX", 2)
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    await broker.send(freezes(1, 2), 1)
    await broker.send(freezes(3), 3)
    busy = await broker.hear(NotAppliedReceived)
    assert (busy.message.code, busy.message.next_number) == (ReplyCode.BUSY, 3)
    assert busy.message.retry_after_ns == 20_000_000

    await ledger.decide_on()
    await broker.hear(OutcomesReceived)
    await broker.send(freezes(3), 3)
    await broker.hear(OutcomesReceived)

    assert gateway.intake.book.frozen_fen[0] == 6


async def test_a_ledger_that_is_stopped_is_noticed_and_requests_wait_for_its_return(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.links.ledger_link.BEAT_S", 0.01)
    await ledger.drop_link()  # the next link beats quickly
    await ledger.until(lambda: ledger.beats_heard > 10)
    assert (gateway.ledger.links_lost, gateway.ledger.registered) == (1, True)
    broker = await connect()
    await broker.log_on()

    ledger.beats = ledger.decides = False
    await broker.send(freezes(100), 1)
    while gateway.ledger.links_lost == 1:  # noqa: ASYNC110 - time passes without anybody who could set an event
        await trio.sleep(0.01)
    ledger.beats = ledger.decides = True

    assert (await broker.hear(OutcomesReceived)).outcomes["code"].tolist() == [ReplyCode.ACCEPTED]
    assert len(ledger.rows) == 2


async def test_idle_partners_hear_of_a_roll_at_once_and_when_it_came_while_the_ledger_was_away(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    bank = await connect(BANK_PARTY, BANK_SEAT)
    await bank.log_on()
    broker = await connect()
    await broker.log_on()
    await bank.control(OpenTradeDate(ledger.trade_date + 1), 3)
    assert await broker.hear(TradeDateOpened) == TradeDateOpened(ledger.trade_date + 1, 1)

    ledger.trade_date += 2
    ledger.go_away()
    while gateway.ledger.registered:
        await trio.lowlevel.checkpoint()
    await nursery.start(ledger.serve)
    assert await broker.hear(TradeDateOpened) == TradeDateOpened(ledger.trade_date, 1)


async def test_a_session_whose_maker_is_gone_supersedes_the_older_one_all_the_same(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    """It is in force at the ledger: whoever speaks in the older one is told which."""
    old = await connect()
    await old.log_on()
    ledger.decides = False
    new = await connect(version=5)
    new.session.negotiate(b"n" * 16, time.time_ns())
    await new.flush()
    await ledger.until(lambda: ledger.received[-1].header.session_version == 5)
    await new.stream.aclose()
    while len(gateway.dispatcher.links) > 1:
        await gateway.dispatcher.progress.wait()
    await ledger.decide_on()

    told = await old.hear(Terminated)
    assert (told.code, told.session_version) == (ReplyCode.SESSION_SUPERSEDED, 5)
