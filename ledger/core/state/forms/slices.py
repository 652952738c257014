"""The rolling state digest: the state in slices small enough to hash one beside every commit; and all of them in one.

Belongs here: which bytes are in which slice, one digest of all slices. Never here: when either is reckoned and compared
(ledger shells).

Slice 0 holds scalars, seats, the dates of the ring, due times, market rates and how far days are counted; then come
parties with their keys in slices of PARTY_SLICE_PARTIES, accounts in slices of ACCOUNT_SLICE_ITEMS and contracts in
slices of CONTRACT_SLICE_ITEMS; then each slot of the ring that has a date, in slices of RING_SLICE_ITEMS accounts; then
the request table in slices of REQUEST_SLICE_SLOTS, carried freezes first; then what settled dates left unpaid in slices
of UNPAID_SLICE_KEYS, the general ledger in slices of LEDGER_SLICE_BALANCES, the outlets in slices of
OUTLET_SLICE_ITEMS, people in slices of PERSON_SLICE_ITEMS, the names of their keys in slices of KEY_NAME_SLICE_ITEMS,
acts that wait for their record in slices of PERMIT_SLICE_ITEMS, lists of such in slices of PERMIT_LIST_SLICE_ITEMS, the
open restraints in slices of RESTRAINT_SLICE_NUMBERS numbers that were given, what may be signed for in slices of
SIGNED_SLICE_ENTRIES, what was accepted of seats in slices of ACCEPTED_SLICE_SEATS, what is owed by brokers' dates in
slices of OBLIGATION_SLICE_ITEMS and what is kept of brokers' clearing accounts in slices of CLEARING_SLICE_ACCOUNTS.
Once a clearing set was announced there follow what sets say of the request table, in slices of CLEARED_SLICE_SLOTS, and
of the contracts of each date, in slices of CLEARED_SLICE_CONTRACTS, the lanes in slices of LANE_SLICE_LANES and the
orders that are not there in slices of LISTED_SLICE_KEYS. While settled lanes are not closed there follow their heads in
slices of GATED_SLICE_LANES and, lane by lane, what is gated in slices of GATED_SLICE_ENTRIES. Once a contract was
pushed there follow how many were and how many of each broker came to nothing, the pushes that are kept in slices of
PUSH_SLICE_ITEMS, and what was tried in slices of TRIES_SLICE_ITEMS. Once something was moved for an order there follow
what of each account is, in slices of MOVED_SLICE_ACCOUNTS, what of it was drawn on each date, in slices of
RING_SLICE_ITEMS, what of each freeze is, in slices of MOVED_SLICE_SLOTS, and tries to give some back in slices of
REVERSED_SLICE_ITEMS. Once a security was registered there follow signed lists of them, what is kept of each in slices
of SECURITY_SLICE_ITEMS, and versions in slices of VERSION_SLICE_ITEMS. Fee tables and notices of them follow in slices
of FEE_SLICE_ITEMS. Once a trading password was set there follow all of them in slices of PASSWORD_SLICE_CONTRACTS and,
channel by channel, until when who is signed on, in slices of SIGNED_ON_SLICE_CONTRACTS. While words of orders are kept
there follow those of each slot, in slices of ORDER_SLICE_SLOTS. Each feed of orders that has told something is a slice
of its own, and so is each page of the mirror of securities. No slice grows with the book.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence

import msgspec

from ledger.core.state.book import ACCOUNT_COLUMNS, CONTRACT_COLUMNS, Book
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.core.state.forms.slices_of_orders import kinds_of_orders
from ledger.core.state.forms.slices_of_sets import Columns, SliceKind, digest_of, kinds_of_clearing, kinds_of_gated
from ledger.core.state.general_ledger import ALL
from protocol.errors import MisuseError
from protocol.limits import REQUEST_PAGE_RECORDS

PARTY_SLICE_PARTIES = 12  # 86 KiB: all their keys, and the seats of all parties
ACCOUNT_SLICE_ITEMS = 1_024  # 92 KiB
CONTRACT_SLICE_ITEMS = 2_048  # 64 KiB
RING_SLICE_ITEMS = 6_144  # 96 KiB
REQUEST_SLICE_SLOTS = 2_048  # 56 KiB
UNPAID_SLICE_KEYS = 4_096  # 96 KiB
LEDGER_SLICE_BALANCES = 512  # they are gathered one by one: a quarter of a millisecond
OUTLET_SLICE_ITEMS = 256  # 17 KiB with names of usual length, 68 KiB at most
PERSON_SLICE_ITEMS = 48  # 80 KiB with as many keys and acts remembered as may be
KEY_NAME_SLICE_ITEMS = 4_096  # 64 KiB
PERMIT_SLICE_ITEMS = 512  # 60 KiB
PERMIT_LIST_SLICE_ITEMS = 512  # 60 KiB
RESTRAINT_SLICE_NUMBERS = 512  # 64 KiB with texts of usual length, when all of them are open
SIGNED_SLICE_ENTRIES = 512  # 64 KiB, or 160 KiB when all of them were objected to
ACCEPTED_SLICE_SEATS = 512  # 56 KiB
OBLIGATION_SLICE_ITEMS = 256  # 24 KiB, or 80 KiB when all of them were objected to
CLEARING_SLICE_ACCOUNTS = 512  # 56 KiB
PUSH_SLICE_ITEMS = 128  # 50 KiB
TRIES_SLICE_ITEMS = 2_048  # 64 KiB
MOVED_SLICE_ACCOUNTS = 6_144  # 96 KiB
MOVED_SLICE_SLOTS = 8_192  # 64 KiB
REVERSED_SLICE_ITEMS = 512  # 44 KiB when all of them were tried as often as may be
_SLICES_PER_PAGE = REQUEST_PAGE_RECORDS // REQUEST_SLICE_SLOTS
assert MOVED_SLICE_SLOTS == REQUEST_PAGE_RECORDS
assert _SLICES_PER_PAGE * REQUEST_SLICE_SLOTS == REQUEST_PAGE_RECORDS
_SCALARS = struct.Struct("<18q")
_WHOLE = struct.Struct("<iq")  # state layout, how many slices


def state_slice_count(book: Book) -> int:
    """How many slices the state has now; it grows with contracts, pages and dates and shrinks at a roll."""
    return 1 + sum(count for count, _ in _kinds(book))


def state_slice_digest(book: Book, k: int) -> bytes:
    """SHA-256 of slice `k`, 0 ≤ k < `state_slice_count(book)`. Raises MisuseError outside."""
    if k == 0:
        return _common_digest(book)
    place = k - 1
    for count, digest in _kinds(book):
        if 0 <= place < count:
            return digest(book, place)
        place -= count
    raise MisuseError(f"slice {k} of {state_slice_count(book)}")


def state_slices(book: Book) -> Iterator[bytes]:
    """The digest of each slice in turn, reckoned as it is asked for; the book stands still meanwhile."""
    return (state_slice_digest(book, k) for k in range(state_slice_count(book)))


def whole_state_digest(slice_digests: Sequence[bytes]) -> bytes:
    """SHA-256 of the state layout, the number of slices and the digest of each, in their order: the whole state."""
    return hashlib.sha256(_WHOLE.pack(STATE_LAYOUT, len(slice_digests)) + b"".join(slice_digests)).digest()


def _kinds(book: Book) -> list[SliceKind]:
    """The kinds of slices behind the first, in their order: how many there are, and the digest of one."""
    return [
        (-(-len(book.parties) // PARTY_SLICE_PARTIES), _party_digest),
        (-(-book.accounts_count // ACCOUNT_SLICE_ITEMS), _account_digest),
        (-(-book.contracts_count // CONTRACT_SLICE_ITEMS), _contract_digest),
        (book.unsettled.dates_used() * _ring_slices(book), _ring_digest),
        (_slots_told(book) // REQUEST_SLICE_SLOTS, _request_digest),
        (-(-len(book.unsettled.keys) // UNPAID_SLICE_KEYS), _unpaid_digest),
        (-(-len(book.general_ledger.balances_fen) // LEDGER_SLICE_BALANCES), _ledger_digest),
        (-(-len(book.outlets.numbers) // OUTLET_SLICE_ITEMS), _outlet_digest),
        (-(-len(book.persons.numbers) // PERSON_SLICE_ITEMS), _person_digest),
        (-(-len(book.persons.key_names) // KEY_NAME_SLICE_ITEMS), _key_name_digest),
        (-(-len(book.permits.entries) // PERMIT_SLICE_ITEMS), _permit_digest),
        (-(-len(book.permits.lists) // PERMIT_LIST_SLICE_ITEMS), _permit_list_digest),
        (-(-book.restraints.given // RESTRAINT_SLICE_NUMBERS), _restraint_digest),
        (-(-len(book.feeds.signed_for) // SIGNED_SLICE_ENTRIES), _signed_for_digest),
        (-(-len(book.feeds.accepted) // ACCEPTED_SLICE_SEATS), _accepted_digest),
        (-(-len(book.obligations.entries) // OBLIGATION_SLICE_ITEMS), _obligation_digest),
        (-(-len(book.clearing_accounts.entries) // CLEARING_SLICE_ACCOUNTS), _clearing_account_digest),
        *kinds_of_clearing(book),
        *kinds_of_gated(book),
        (1 if book.pushes.given else 0, _push_counts_digest),
        (-(-len(book.pushes.entries) // PUSH_SLICE_ITEMS), _push_digest),
        (-(-len(book.pushes.tries) // TRIES_SLICE_ITEMS), _tries_digest),
        *(_kinds_of_moved(book) if book.moved.is_used else ()),
        *kinds_of_orders(book),
    ]


def _kinds_of_moved(book: Book) -> list[SliceKind]:
    return [
        (-(-book.accounts_count // MOVED_SLICE_ACCOUNTS), _moved_digest),
        (len(book.moved.drawn_on) * _ring_slices(book), _moved_date_digest),
        (_slots_told(book) // MOVED_SLICE_SLOTS, _moved_request_digest),
        (-(-len(book.moved.tries) // REVERSED_SLICE_ITEMS), _reversed_digest),
    ]


def _slots_told(book: Book) -> int:
    """Of the request table: its null page has nothing to tell."""
    return book.requests.slots_used - REQUEST_PAGE_RECORDS


def _ring_slices(book: Book) -> int:
    """Of one date."""
    return -(-book.accounts_count // RING_SLICE_ITEMS)


def _common_digest(book: Book) -> bytes:
    digest = hashlib.sha256(
        _SCALARS.pack(
            book.sequence,
            book.ordered_at_ns,
            book.trade_date,
            book.previous_date,
            book.phase,
            book.roll_sequence,
            book.marked_sequence,
            book.accounts_count,
            book.contracts_count,
            book.requests.pages_used,
            len(book.requests.carried_keys),
            len(book.unsettled.keys),
            book.unsettled.open_slot,
            book.clearing.inner_given,
            book.clearing.comparisons,
            book.persons.sealed,
            book.persons.acts_count,
            book.restraints.given,
        )
    )
    digest.update(book.bank_id)
    digest.update(book.marked_digest)
    digest.update(book.savings.common().data)
    digest.update(book.due_times.encoded())
    digest.update(book.clearing_accounts.encoded_rates())
    digest.update(book.seat_role.data)
    digest.update(book.moved.mode.data)
    digest.update(book.moved.next_mode.data)
    digest.update(book.orders.common())
    for party_column in (book.stopped, book.tolerance_contract_fen, book.tolerance_date_fen):
        digest.update(party_column.data)
    digest.update(book.unsettled.agreed.data)
    digest.update(book.registered_on.data)
    digest.update(book.feeds.positions.data)
    digest.update(b"".join(book.feeds.digests[party] for party in sorted(book.feeds.digests)))
    seats = (book.seat_owner, book.session_version, book.next_number, book.previous_next_number)
    for column in (*seats, book.seat_serial, book.unsettled.dates, book.unsettled.dates_before):
        digest.update(column.data)
    return digest.digest()


def _party_digest(book: Book, k: int) -> bytes:
    parties = sorted(book.parties)[k * PARTY_SLICE_PARTIES : (k + 1) * PARTY_SLICE_PARTIES]
    return hashlib.sha256(msgspec.msgpack.encode([book.parties[party] for party in parties])).digest()


def _account_digest(book: Book, k: int) -> bytes:
    accounts = slice(k * ACCOUNT_SLICE_ITEMS, min((k + 1) * ACCOUNT_SLICE_ITEMS, book.accounts_count))
    columns: Columns = [
        *(getattr(book, name) for name in ACCOUNT_COLUMNS),
        *(book.savings.points, book.savings.due_fen),
    ]
    return digest_of(columns, accounts)


def _contract_digest(book: Book, k: int) -> bytes:
    part = slice(k * CONTRACT_SLICE_ITEMS, min((k + 1) * CONTRACT_SLICE_ITEMS, book.contracts_count))
    return digest_of([getattr(book, name) for name in CONTRACT_COLUMNS], part)


def _ring_digest(book: Book, k: int) -> bytes:
    place, part = divmod(k, _ring_slices(book))
    slot = book.unsettled.used_slots()[place]
    accounts = slice(part * RING_SLICE_ITEMS, min((part + 1) * RING_SLICE_ITEMS, book.accounts_count))
    return digest_of([book.unsettled.bought_fen[slot], book.unsettled.sold_fen[slot]], accounts)


def _request_digest(book: Book, k: int) -> bytes:
    first = (k + _SLICES_PER_PAGE) * REQUEST_SLICE_SLOTS
    requests = book.requests
    columns: Columns = [
        requests.contract,
        requests.amount_fen,
        requests.drawn_fen,
        requests.released_fen,
    ]
    return digest_of(columns, slice(first, first + REQUEST_SLICE_SLOTS))


def _unpaid_digest(book: Book, k: int) -> bytes:
    table = book.unsettled
    part = slice(k * UNPAID_SLICE_KEYS, (k + 1) * UNPAID_SLICE_KEYS)
    return digest_of([table.keys, table.unpaid_bought_fen, table.unpaid_sold_fen], part)


def _ledger_digest(book: Book, k: int) -> bytes:
    part = slice(k * LEDGER_SLICE_BALANCES, (k + 1) * LEDGER_SLICE_BALANCES)
    return digest_of(list(book.general_ledger.to_arrays(part)), ALL)


def _outlet_digest(book: Book, k: int) -> bytes:
    return hashlib.sha256(book.outlets.encoded(k * OUTLET_SLICE_ITEMS, (k + 1) * OUTLET_SLICE_ITEMS)).digest()


def _person_digest(book: Book, k: int) -> bytes:
    return hashlib.sha256(book.persons.encoded(k * PERSON_SLICE_ITEMS, (k + 1) * PERSON_SLICE_ITEMS)).digest()


def _key_name_digest(book: Book, k: int) -> bytes:
    names = book.persons.key_names_from(k * KEY_NAME_SLICE_ITEMS, (k + 1) * KEY_NAME_SLICE_ITEMS)
    return hashlib.sha256(names).digest()


def _permit_digest(book: Book, k: int) -> bytes:
    return hashlib.sha256(book.permits.encoded(k * PERMIT_SLICE_ITEMS, (k + 1) * PERMIT_SLICE_ITEMS)).digest()


def _permit_list_digest(book: Book, k: int) -> bytes:
    lists = book.permits.encoded_lists(k * PERMIT_LIST_SLICE_ITEMS, (k + 1) * PERMIT_LIST_SLICE_ITEMS)
    return hashlib.sha256(lists).digest()


def _restraint_digest(book: Book, k: int) -> bytes:
    first, by_number = 1 + k * RESTRAINT_SLICE_NUMBERS, book.restraints.by_number
    numbers = range(first, first + RESTRAINT_SLICE_NUMBERS)
    return hashlib.sha256(msgspec.msgpack.encode([by_number[each] for each in numbers if each in by_number])).digest()


def _signed_for_digest(book: Book, k: int) -> bytes:
    part = book.feeds.sorted_signed_for()[k * SIGNED_SLICE_ENTRIES : (k + 1) * SIGNED_SLICE_ENTRIES]
    return hashlib.sha256(msgspec.msgpack.encode(part)).digest()


def _accepted_digest(book: Book, k: int) -> bytes:
    part = book.feeds.sorted_accepted()[k * ACCEPTED_SLICE_SEATS : (k + 1) * ACCEPTED_SLICE_SEATS]
    return hashlib.sha256(msgspec.msgpack.encode(part)).digest()


def _obligation_digest(book: Book, k: int) -> bytes:
    part = book.obligations.encoded(k * OBLIGATION_SLICE_ITEMS, (k + 1) * OBLIGATION_SLICE_ITEMS)
    return hashlib.sha256(part).digest()


def _clearing_account_digest(book: Book, k: int) -> bytes:
    part = book.clearing_accounts.encoded(k * CLEARING_SLICE_ACCOUNTS, (k + 1) * CLEARING_SLICE_ACCOUNTS)
    return hashlib.sha256(part).digest()


def _push_counts_digest(book: Book, _k: int) -> bytes:
    return digest_of([book.pushes.counts_array()], ALL)


def _push_digest(book: Book, k: int) -> bytes:
    return hashlib.sha256(book.pushes.encoded(k * PUSH_SLICE_ITEMS, (k + 1) * PUSH_SLICE_ITEMS)).digest()


def _tries_digest(book: Book, k: int) -> bytes:
    return digest_of([book.pushes.tries_array(k * TRIES_SLICE_ITEMS, (k + 1) * TRIES_SLICE_ITEMS)], ALL)


def _moved_digest(book: Book, k: int) -> bytes:
    accounts = slice(k * MOVED_SLICE_ACCOUNTS, min((k + 1) * MOVED_SLICE_ACCOUNTS, book.accounts_count))
    return digest_of([book.moved.remaining_fen, book.moved.drawn_fen], accounts)


def _moved_date_digest(book: Book, k: int) -> bytes:
    place, part = divmod(k, _ring_slices(book))
    date = sorted(book.moved.drawn_on)[place]
    accounts = slice(part * RING_SLICE_ITEMS, min((part + 1) * RING_SLICE_ITEMS, book.accounts_count))
    return hashlib.sha256(date.to_bytes(8, "little") + book.moved.drawn_on[date][accounts].tobytes()).digest()


def _moved_request_digest(book: Book, k: int) -> bytes:
    first = (k + 1) * MOVED_SLICE_SLOTS
    return digest_of([book.requests.moved_fen], slice(first, first + MOVED_SLICE_SLOTS))


def _reversed_digest(book: Book, k: int) -> bytes:
    part = book.moved.sorted_tries()[k * REVERSED_SLICE_ITEMS : (k + 1) * REVERSED_SLICE_ITEMS]
    return hashlib.sha256(msgspec.msgpack.encode(part)).digest()
