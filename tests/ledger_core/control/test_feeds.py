"""Feeds: what each event tells which broker, in which position; what a broker may say to it."""

import hashlib
from collections.abc import Callable

import msgspec
import pytest

from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.acts.parties import ResumeBrokerAct
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.limits import FEED_ENTRIES_KEPT_MAX, FEED_PAGE_ENTRIES_MAX, SIGNED_FOR_KEPT_MAX
from protocol.messages.codec import decode_content
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, OpenAccounts, ReplaceCard, SignContracts
from protocol.messages.day.steps import CompleteSet, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.feeds import (
    NO_ENTRY,
    ContractChanged,
    DateOpened,
    FeedContent,
    FeedEntry,
    ObligationTold,
    Receipt,
    SetCompared,
    SignedOff,
    Stopped,
)
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, FeedKind
from tests.customers import account, contract
from tests.ledger_core.control import refused as people
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    WEDNESDAY,
    Desk,
    account_of,
    fill_buy,
    fill_sell,
    freeze,
    release,
    same_after_all,
    whole_state,
)
from tests.ledger_core.lines.words import agree, event, refund, send_whole
from tests.people import signed

ACCEPTED, AGAIN, UNKNOWN = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.FEED_ENTRY_UNKNOWN
ACTIVE, SUSPENDED, LOST = ContractStatus.ACTIVE, ContractStatus.SUSPENDED, ContractStatus.LOSS_REPORTED


def entries(book: Book, party: int = BROKER, first: int = 1) -> list[FeedEntry]:
    """All entries of a party that are in memory, page by page."""
    found: list[FeedEntry] = []
    while (page := book.feeds.page(party, first)) is not None and page.entries:
        assert [entry.position for entry in page.entries] == list(range(first, first + len(page.entries)))
        found += page.entries
        first += len(page.entries)
    return found


def said(desk: Desk, party: int = BROKER) -> list[tuple[FeedKind, int, int, FeedContent]]:
    """Kind, trade date, contract and content of each."""
    return [
        (FeedKind(entry.kind), entry.trade_date, entry.contract_no, decode_content(entry.content))
        for entry in entries(desk.book, party)
    ]


def test_a_contract_is_told_to_its_broker_alone_with_both_statuses_and_who_said_it() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.control(ChangeContract(ann, ContractEvent.SUSPEND), SEAT)
    desk.done(ChangeAccount(account_of(ann), AccountEvent.REPORT_LOSS))
    desk.control(ChangeContract(ann, ContractEvent.RESUME), SEAT)  # told as lost before and after: nothing to tell
    desk.done(ChangeAccount(account_of(ann), AccountEvent.LIFT_LOSS))

    changed = FeedKind.CONTRACT_CHANGED
    assert said(desk) == [
        (changed, MONDAY, ann, ContractChanged(1, 0, ACTIVE, True)),
        (changed, MONDAY, ann, ContractChanged(1, ACTIVE, SUSPENDED, False)),
        (changed, MONDAY, ann, ContractChanged(1, SUSPENDED, LOST, True)),
        (changed, MONDAY, ann, ContractChanged(1, LOST, ACTIVE, True)),
    ]
    assert said(desk, OTHER_BROKER) == []
    same_after_all(desk)


def test_contracts_signed_together_that_are_alike_are_one_entry() -> None:
    desk = Desk()
    desk.done(OpenAccounts([account(10 + place, 0) for place in range(5)]))
    rows = range(SPARE_ACCOUNTS, SPARE_ACCOUNTS + 5)
    parties = (BROKER, BROKER, OTHER_BROKER, BROKER, BROKER)
    states = (ACTIVE, ACTIVE, ACTIVE, ACTIVE, SUSPENDED)
    terms = [contract(row, party, status) for row, party, status in zip(rows, parties, states, strict=True)]
    first = desk.told(SignContracts(terms)).remaining_fen

    assert [(no, content) for _, _, no, content in said(desk)] == [
        (first, ContractChanged(2, 0, ACTIVE, True)),
        (contract_no_from_index(first // 100 + 3), ContractChanged(1, 0, ACTIVE, True)),
        (contract_no_from_index(first // 100 + 4), ContractChanged(1, 0, SUSPENDED, True)),
    ]
    assert [content for *_, content in said(desk, OTHER_BROKER)] == [ContractChanged(1, 0, ACTIVE, True)]
    same_after_all(desk)


def test_a_card_that_is_replaced_tells_of_both_contracts_and_of_the_end_of_the_old_one() -> None:
    desk = Desk()
    ann = desk.open(0)
    order = desk.ask(SEAT, fill_sell(ann, 10))
    assert order[0].code == ACCEPTED
    other = desk.open_account(0, holder=SPARE_ACCOUNTS)
    new = desk.told(ReplaceCard(ann, other)).remaining_fen
    desk.roll(TUESDAY)
    desk.settle(MONDAY)  # the sale is unpaid: the old contract goes on

    contents = [(no, content) for kind, _, no, content in said(desk) if kind == FeedKind.CONTRACT_CHANGED]
    assert contents[1:] == [
        (ann, ContractChanged(1, ACTIVE, ContractStatus.RUNS_OFF, True)),
        (new, ContractChanged(1, 0, ACTIVE, True)),
    ]
    same_after_all(desk)


def test_the_sign_off_tells_what_was_accepted_of_all_seats_of_a_party_on_the_date() -> None:
    desk = Desk()
    ann, foreign = desk.open(10_000), desk.open(10_000, party=OTHER_BROKER)
    order = desk.freeze(ann, 1_000)
    desk.ask(SECOND_SEAT, *[freeze(ann, 100)] * 12, freeze(ann, 10**9))  # the last one is refused
    desk.ask(SEAT, release(order, ann, 300), fill_buy(order, ann, 200), fill_sell(ann, 70), freeze(ann, 1))
    desk.ask(OTHER_SEAT, freeze(foreign, 5), fill_sell(foreign, 9))  # the sale awaits clearing: not accepted
    desk.done(SignOff(MONDAY))
    desk.roll(TUESDAY)
    desk.done(SignOff(TUESDAY))

    counts = [(kind, date, content) for kind, date, _, content in said(desk) if isinstance(content, SignedOff)]
    amounts = [sum_from_fen(each) for each in (2_201, 300, 200, 70)]
    assert counts == [
        (FeedKind.SIGNED_OFF, MONDAY, SignedOff([14, 1, 1, 1], amounts)),
        (FeedKind.SIGNED_OFF, TUESDAY, SignedOff([0] * 4, [sum_from_fen(0)] * 4)),
    ]
    other = [content for *_, content in said(desk, OTHER_BROKER) if isinstance(content, SignedOff)]
    assert other[0] == SignedOff([1, 0, 0, 0], [sum_from_fen(each) for each in (5, 0, 0, 0)])
    same_after_all(desk)


def test_sums_pass_64_bits() -> None:
    desk = Desk()
    desk.book.feeds.count(SEAT, 0, 3, 2**63)
    desk.book.feeds.count(SEAT, 0, 1, 2**63)

    assert desk.book.feeds.accepted_of([SEAT, SECOND_SEAT]) == ([4, 0, 0, 0], [2**64, 0, 0, 0])
    again = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert again.feeds.accepted == desk.book.feeds.accepted


def test_a_date_that_opens_is_told_to_each_broker() -> None:
    desk = Desk()
    desk.roll(TUESDAY)

    for party in (BROKER, OTHER_BROKER):
        assert said(desk, party) == [(FeedKind.DATE_OPENED, TUESDAY, 0, DateOpened(MONDAY))]
    assert said(desk, 1) == []


def compared(desk: Desk, refund_fen: int = 700) -> int:
    """The broker of the first seat has one customer, and sends a set that pays it; it is compared. The customer."""
    ann = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(ann), refund(1, ann, refund_fen))
    desk.done(Reconcile(MONDAY, BROKER, 0))
    return ann


def published(desk: Desk, refund_fen: int = 700) -> int:
    """And published."""
    ann = compared(desk, refund_fen)
    agree(desk)
    desk.done(Publish(MONDAY, BROKER))
    return ann


def test_what_comparing_found_and_what_is_owed_are_told_and_signed_for() -> None:
    desk = Desk()
    published(desk)

    told = [(kind, date, content) for kind, date, _, content in said(desk)][-2:]
    assert told == [
        (FeedKind.SET_COMPARED, MONDAY, SetCompared(1, [0, 0, 0, 0], True)),
        (FeedKind.OBLIGATION, MONDAY, ObligationTold(1, 0, sum_from_fen(700), 0, False, False, *[0] * 6)),
    ]
    position = int(desk.book.feeds.positions[BROKER])
    page = desk.book.feeds.page(BROKER, position - 1)
    assert page is not None
    after_first = hashlib.sha256(page.digest_before + msgspec.msgpack.encode(page.entries[0])).digest()
    after_second = hashlib.sha256(after_first + msgspec.msgpack.encode(page.entries[1])).digest()

    assert desk.control(Receipt(MONDAY, position - 1, after_second), SEAT) == UNKNOWN
    assert desk.control(Receipt(TUESDAY, position, after_second), SEAT) == UNKNOWN
    assert desk.control(Receipt(MONDAY, position, after_second), OTHER_SEAT) == UNKNOWN
    assert desk.control(Receipt(MONDAY, position - 1, after_first), SEAT) == ACCEPTED
    assert desk.control(Receipt(MONDAY, position, after_second), SECOND_SEAT) == ACCEPTED
    assert desk.control(Receipt(MONDAY, position, after_second), SEAT) == AGAIN
    same_after_all(desk)


def test_a_set_that_differs_is_told_by_class_and_the_next_comparison_takes_its_place() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    number = send_whole(desk)  # nothing of the contract that was opened
    desk.done(Reconcile(MONDAY, BROKER, 0))
    first = int(desk.book.feeds.positions[BROKER]), desk.book.feeds.digests[BROKER]
    assert said(desk)[-1][3] == SetCompared(1, [0, 1, 0, 0], False)
    assert desk.control(WithdrawSet(MONDAY, number), SEAT) == ACCEPTED
    send_whole(desk, event(ann))
    desk.done(Reconcile(MONDAY, BROKER, 0))

    assert said(desk)[-1][3] == SetCompared(2, [0, 0, 0, 0], True)
    assert desk.control(Receipt(MONDAY, *first), SEAT) == UNKNOWN
    same_after_all(desk)


def test_a_book_from_arrays_numbers_on_and_has_nothing_in_memory() -> None:
    desk = Desk()
    desk.open(0)
    again = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    assert again.feeds.page(BROKER, 1) is None
    page = again.feeds.page(BROKER, 2)
    assert page is not None
    assert (page.next_position, page.digest_before, page.entries) == (2, NO_ENTRY, [])


def test_memory_is_bounded_and_pages_follow_each_other() -> None:
    desk = Desk()
    feeds = desk.book.feeds
    for _ in range(FEED_ENTRIES_KEPT_MAX + 3):
        feeds.tell(BROKER, FeedKind.DATE_OPENED, TUESDAY, 0, DateOpened(MONDAY))

    assert feeds.page(BROKER, 3) is None
    page = feeds.page(BROKER, 4)
    assert page is not None
    assert (page.first, len(page.entries)) == (4, FEED_PAGE_ENTRIES_MAX)
    assert len(entries(desk.book, first=4)) == FEED_ENTRIES_KEPT_MAX
    assert feeds.page(BROKER, FEED_ENTRIES_KEPT_MAX + 9) == msgspec.structs.replace(
        page, first=FEED_ENTRIES_KEPT_MAX + 9, digest_before=NO_ENTRY, entries=[]
    )


@pytest.mark.parametrize("kind", [FeedKind.SET_COMPARED, FeedKind.OBLIGATION])
def test_the_oldest_of_too_many_entries_that_are_signed_for_goes(kind: FeedKind) -> None:
    feeds = Desk().book.feeds
    for place in range(SIGNED_FOR_KEPT_MAX + 1):
        feeds.tell_to_sign(BROKER, kind, place, SetCompared(1, [0] * 4, True))
    feeds.tell_to_sign(OTHER_BROKER, kind, 0, SetCompared(1, [0] * 4, True))

    dates = [key.trade_date for key in feeds.signed_for if key.party == BROKER]
    assert dates == list(range(1, SIGNED_FOR_KEPT_MAX + 1))


def test_a_stop_and_its_end_are_told_to_the_broker_alone() -> None:
    desk = Desk()
    office = people.staffed(desk)
    desk.done(people.stop(office, people.DEE, people.EVE))
    desk.done(signed(ResumeBrokerAct(**office.by(people.DEE), party=BROKER), people.DEE, people.EVE))

    assert said(desk) == [
        (FeedKind.STOPPED, MONDAY, 0, Stopped(True)),
        (FeedKind.STOPPED, MONDAY, 0, Stopped(False)),
    ]
    assert said(desk, OTHER_BROKER) == []
    same_after_all(desk)


def test_what_is_refused_tells_nothing() -> None:
    desk = Desk()
    compared(desk)
    before = int(desk.book.feeds.positions[BROKER])
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(Publish(MONDAY, BROKER)) == ReplyCode.BOOKS_NOT_AGREED

    assert int(desk.book.feeds.positions[BROKER]) == before
    assert desk.book.feeds.news == []
    assert desk.control(SignOff(WEDNESDAY)) == ReplyCode.STEP_NOT_DUE


def _forget(book: Book) -> None:
    book.feeds.signed_for.popitem()


def _lose_a_position(book: Book) -> None:
    book.feeds.positions[BROKER] -= 1


def _tell_another_history(book: Book) -> None:
    book.feeds.digests[BROKER] = bytes(32)


def _count_one_more(book: Book) -> None:
    book.feeds.count(SEAT, 0, 1, 1)


def _receive_unsaid(book: Book) -> None:
    next(iter(book.feeds.signed_for.values())).received_s = 9


@pytest.mark.parametrize("change", [_forget, _lose_a_position, _tell_another_history, _count_one_more, _receive_unsaid])
def test_nothing_of_the_feeds_changes_unseen(change: Callable[[Book], None]) -> None:
    desk = Desk()
    ann = published(desk)
    desk.roll(TUESDAY)
    desk.freeze(ann, 5)
    before = whole_state(desk.book)
    assert before == whole_state(desk.replayed())
    change(desk.book)
    assert whole_state(desk.book) != before
