"""Feeds in the ledger: news behind the outcomes of their row, pages from memory, and older ones once they are read."""

from ledger.order_path.decided import Decided
from ledger.order_path.feed_pages import PageLookup
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.base import Message
from protocol.messages.codec import decode_answer, decode_link, encode
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.feeds import NO_ENTRY, FeedPage, FeedQuery, chained
from protocol.messages.gateway_link import FeedTold, SeatHead, SeatHeadQuery
from protocol.vocabulary import BANK_PARTY, ContractEvent, FeedKind, FrameKind
from tests.frames import frames_in
from tests.ledger.memory import MemoryLedger, control_of
from tests.ledger.world import BROKER, DATE, SEAT, SECOND_SEAT, control, header, query, signed

CONTRACT = contract_no_from_index(0)


def ask_of_gateway(kind: FrameKind, message: Message, number: int = 0) -> Frame:
    return signed(header(kind, SEAT, number, party=BANK_PARTY), encode(message))


def told(frame: Frame) -> FeedTold:
    message = decode_link(frame.body)
    assert isinstance(message, FeedTold)
    return message


def page_of(frame: Frame) -> FeedPage:
    page = decode_answer(frame.body)
    assert isinstance(page, FeedPage)
    return page


def test_news_leave_behind_the_outcomes_of_their_row_and_name_it() -> None:
    ledger = MemoryLedger()
    ledger.put(control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.SUSPEND)))
    decided = ledger.decide_next()
    assert decided is not None
    assert decided.row is not None

    outcomes, news = frames_in(b"".join(decided.parts()))

    assert (outcomes.header.kind, news.header.kind) == (FrameKind.OUTCOMES, FrameKind.FEED_NEWS)
    message = told(news)
    assert (message.party, message.sequence, message.digest) == (BROKER, decided.row.sequence, decided.row.digest)
    (entry,) = message.page.entries
    assert (entry.position, entry.sequence, message.page.next_position) == (2, decided.row.sequence, 3)


def test_a_refusal_and_a_row_of_orders_are_no_news() -> None:
    ledger = MemoryLedger()
    before = len(ledger.news)
    ledger.ask(control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.RESUME)))
    ledger.ask(control_of(SECOND_SEAT, 1, b"\xc1"))
    assert len(ledger.news) == before


def test_a_partner_and_the_gateway_are_told_the_same_page() -> None:
    ledger = MemoryLedger()
    ledger.ask(control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.SUSPEND)))

    (answer,) = ledger.ask(query(SEAT, 9, FeedQuery(1)))
    (given,) = ledger.ask(ask_of_gateway(FrameKind.FEED_ASK, FeedQuery(1), 4))

    page = page_of(answer)
    assert [entry.kind for entry in page.entries] == [FeedKind.CONTRACT_CHANGED] * 2
    assert given.header.first_number == 4
    row = ledger.rows[-1]
    assert told(given) == FeedTold(BROKER, row.sequence, row.digest, page)
    (end,) = ledger.ask(query(SEAT, 9, FeedQuery(3)))
    assert page_of(end) == FeedPage(3, 3, NO_ENTRY, [])


def test_a_seat_of_the_bank_reads_an_empty_feed() -> None:
    ledger = MemoryLedger()
    (answer,) = ledger.ask(query(1, 9, FeedQuery(1), BANK_PARTY))
    assert page_of(answer) == FeedPage(1, 1, NO_ENTRY, [])


def test_a_logon_is_told_what_the_next_entry_will_have() -> None:
    ledger = MemoryLedger()
    (answer,) = ledger.ask(ask_of_gateway(FrameKind.SEAT_HEAD_QUERY, SeatHeadQuery()))
    head = decode_link(answer.body)
    assert isinstance(head, SeatHead)
    assert head.next_position == 2


def without_memory() -> tuple[MemoryLedger, FeedPage]:
    """A ledger whose book came from a snapshot: what is told of before is in the read model alone. That page."""
    ledger = MemoryLedger()
    ledger.ask(control(1, OpenTradeDate(DATE + 1)))
    feeds = ledger.decider.book.feeds
    page = feeds.page(BROKER, 1)
    assert page is not None
    feeds.kept.clear()
    return ledger, page


def waits(ledger: MemoryLedger) -> Decided:
    ledger.put(query(SEAT, 9, FeedQuery(1)))
    decided = ledger.decide_next()
    assert decided is not None
    assert (decided.answers, decided.wanted) == ([], [PageLookup(SEAT, BROKER, 1)])
    return decided


def test_what_is_in_memory_no_more_is_read_first() -> None:
    ledger, page = without_memory()
    waits(ledger)
    ledger.decider.feed_pages.take_read(PageLookup(SEAT, BROKER, 1), page)
    (answer,) = ledger.ask()

    assert page_of(answer) == page
    assert page.entries[1].content
    assert chained(page.digest_before, page.entries[0]) != NO_ENTRY


def test_what_the_read_model_has_not_yet_is_told_as_to_come() -> None:
    ledger, page = without_memory()
    waits(ledger)
    ledger.decider.feed_pages.take_read(PageLookup(SEAT, BROKER, 1), None)
    (answer,) = ledger.ask()
    assert page_of(answer) == FeedPage(1, page.next_position, NO_ENTRY, [])


def test_what_was_read_for_another_page_is_not_told() -> None:
    ledger, page = without_memory()
    waits(ledger)
    ledger.decider.feed_pages.take_read(PageLookup(SEAT, BROKER, 2), page)
    decided = ledger.decide_next()
    assert decided is not None
    assert decided.wanted == [PageLookup(SEAT, BROKER, 1)]
