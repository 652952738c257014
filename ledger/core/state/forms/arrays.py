"""The book as named arrays and back, for snapshots.

Belongs here: what of the book must be kept and under which name. Never here: files (snapshot), what can be derived
from the rest: buying power, account number runs, the page table, roles of parties, owners and roles of seats, the slot
of a trade day.
"""

import msgspec
import numpy as np

from ledger.core.control.parties import add_party
from ledger.core.state.book import ACCOUNT_COLUMNS, CONTRACT_COLUMNS, PARTY_SHIFT, Book, BookSize
from ledger.core.state.columns import NamedArrays, long_zeros
from ledger.core.state.customers.moved import Tries
from ledger.core.state.customers.pushes import Pushes
from ledger.core.state.customers.restraints import Restraint, Restraints
from ledger.core.state.day.clearing import CLEARED_COLUMNS, ClearedContracts, Clearing, Lane
from ledger.core.state.day.clearing_accounts import ClearingAccounts
from ledger.core.state.day.due_times import DueTimes
from ledger.core.state.day.gated import Gated
from ledger.core.state.day.obligations import Obligations
from ledger.core.state.feeds import Feeds, SeatAccepted, SignedFor
from ledger.core.state.frame_index import FrameIndex
from ledger.core.state.general_ledger import GeneralLedger
from ledger.core.state.orders.words import WORDS
from ledger.core.state.people.outlets import Outlets
from ledger.core.state.people.permits import Permits
from ledger.core.state.people.persons import Persons
from ledger.core.state.requests import CLEARING_COLUMNS, MOVED_COLUMN, RequestTable
from ledger.core.state.unsettled import Unsettled
from protocol.errors import InvariantBroken
from protocol.limits import DIGEST_BYTES, REQUEST_PAGE_RECORDS
from protocol.messages.control import PartyEntry
from protocol.messages.fields import fen_from_sum

_SEAT_COLUMNS = ("session_version", "next_number", "previous_next_number", "seat_serial")
_PARTY_COLUMNS = ("registered_on", "stopped", "tolerance_contract_fen", "tolerance_date_fen")
_REQUEST_COLUMNS = ("contract", "amount_fen", "drawn_fen", "released_fen")
_UNPAID_COLUMNS = ("unpaid_bought_fen", "unpaid_sold_fen")
_SLOT_COLUMNS = ("bought_fen", "sold_fen")
_SCALARS = (
    *("sequence", "ordered_at_ns", "trade_date", "previous_date", "phase", "roll_sequence", "marked_sequence"),
    *("accounts_count", "contracts_count"),
)
_parties = msgspec.msgpack.Decoder(list[PartyEntry])
_restraints = msgspec.msgpack.Decoder(list[Restraint])
_lanes = msgspec.msgpack.Decoder(list[Lane])
_signed_for = msgspec.msgpack.Decoder(list[SignedFor])
_tries = msgspec.msgpack.Decoder(list[Tries])
_accepted = msgspec.msgpack.Decoder(list[SeatAccepted])


def to_arrays(book: Book) -> NamedArrays:
    """Name → array. Account and request columns are views of the book: write them before the next row."""
    used, contracts, slots = slice(book.accounts_count), slice(book.contracts_count), slice(book.requests.slots_used)
    parties = msgspec.msgpack.encode([book.parties[party] for party in sorted(book.parties)])
    scalars = [getattr(book, name) for name in _SCALARS]
    ledger_keys, ledger_balances = book.general_ledger.to_arrays()
    arrays: NamedArrays = {
        "scalars": np.array(scalars, np.int64),
        "size": np.array([book.size.contracts_max, book.size.requests_max, book.size.accounts_max], np.int64),
        "parties": np.frombuffer(parties, np.int8),
        "page_owners": book.requests.page_owners[: book.requests.pages_used],
        "carried_keys": book.requests.carried_keys,
        "seat_slots": book.requests.seat_slots,
        "unsettled_dates": book.unsettled.dates,
        "dates_before": book.unsettled.dates_before,
        "agreed": book.unsettled.agreed,
        "marked_digest": np.frombuffer(book.marked_digest, np.int8),
        "unpaid_keys": book.unsettled.keys,
        "restraints": np.frombuffer(msgspec.msgpack.encode(book.restraints.ordered()), np.int8),
        "restraints_given": np.array([book.restraints.given], np.int64),
        "outlets": book.outlets.to_array(),
        "bank_id": np.frombuffer(book.bank_id, np.int8),
        "ledger_keys": ledger_keys,
        "ledger_balances": ledger_balances,
        "due_times": np.frombuffer(book.due_times.encoded(), np.int8),
        "obligations": np.frombuffer(book.obligations.encoded(), np.int8),
        "clearing_accounts": np.frombuffer(book.clearing_accounts.encoded(), np.int8),
        "market_rates": np.frombuffer(book.clearing_accounts.encoded_rates(), np.int8),
        "feed_positions": book.feeds.positions,
        "feed_digests": np.frombuffer(
            b"".join(book.feeds.digests[party] for party in sorted(book.feeds.digests)), np.int8
        ),
        "feed_signed_for": np.frombuffer(msgspec.msgpack.encode(book.feeds.sorted_signed_for()), np.int8),
        "feed_accepted": np.frombuffer(msgspec.msgpack.encode(book.feeds.sorted_accepted()), np.int8),
        "frames": book.frames.to_array(),
        "previous_frames": book.previous_frames.to_array(),
    }
    arrays.update({name: getattr(book, name)[used] for name in ACCOUNT_COLUMNS} | book.savings.to_arrays(used))
    arrays.update({name: getattr(book, name)[contracts] for name in CONTRACT_COLUMNS})
    arrays["permits"], arrays["permit_lists"] = book.permits.to_arrays()
    arrays["persons"], arrays["person_keys"], arrays["acts"] = book.persons.to_arrays()
    arrays.update({name: getattr(book, name) for name in (*_SEAT_COLUMNS, *_PARTY_COLUMNS)})
    arrays.update({f"request_{name}": getattr(book.requests, name)[slots] for name in _REQUEST_COLUMNS})
    if book.requests.orders.are_kept:
        arrays.update({f"order_{name}": getattr(book.requests.orders, name)[slots] for name in WORDS})
    arrays.update({name: getattr(book.unsettled, name) for name in _UNPAID_COLUMNS})
    arrays.update(_clearing_arrays(book, slots, contracts))
    if book.gated.lanes:
        arrays.update(book.gated.to_arrays())
    arrays.update(_moved_arrays(book, slots, used))
    arrays.update(book.orders.to_arrays(book.contracts_count))
    if book.pushes.given:
        arrays["pushes"] = np.frombuffer(book.pushes.encoded(), np.int8)
        arrays["push_tries"], arrays["push_counts"] = book.pushes.tries_array(), book.pushes.counts_array()
    for slot in book.unsettled.used_slots():
        arrays.update({f"{name}_of_{slot}": getattr(book.unsettled, name)[slot][used] for name in _SLOT_COLUMNS})
    return arrays


def _moved_arrays(book: Book, slots: slice, used: slice) -> NamedArrays:
    """Modes always, for a change may wait; the rest once something was moved."""
    moved = book.moved
    arrays: NamedArrays = {"modes": moved.mode, "next_modes": moved.next_mode}
    if not moved.is_used:
        return arrays
    arrays["moved_dates"] = np.array(sorted(moved.drawn_on), np.int64)
    arrays["moved_tries"] = np.frombuffer(msgspec.msgpack.encode(moved.sorted_tries()), np.int8)
    arrays["moved_remaining_fen"], arrays["moved_drawn_fen"] = moved.remaining_fen[used], moved.drawn_fen[used]
    arrays[f"request_{MOVED_COLUMN}"] = getattr(book.requests, MOVED_COLUMN)[slots]
    arrays.update({f"moved_drawn_on_{date}": column[used] for date, column in moved.drawn_on.items()})
    return arrays


def _clearing_arrays(book: Book, slots: slice, contracts: slice) -> NamedArrays:
    clearing = book.clearing
    if not clearing.inner_given and not clearing.lanes:
        return {}
    arrays: NamedArrays = {
        "lanes": np.frombuffer(msgspec.msgpack.encode(clearing.sorted_lanes()), np.int8),
        "inner_given": np.array([clearing.inner_given, clearing.comparisons], np.int64),
        "cleared_dates": np.array(sorted(clearing.by_contract), np.int64),
        "listed_sets": clearing.listed_sets,
        "listed_keys": clearing.listed_keys,
    }
    arrays.update({f"request_{name}": getattr(book.requests, name)[slots] for name in CLEARING_COLUMNS})
    for date, columns in clearing.by_contract.items():
        arrays.update({f"{name}_cleared_{date}": getattr(columns, name)[contracts] for name in CLEARED_COLUMNS})
    return arrays


def from_arrays(arrays: NamedArrays) -> Book:
    """The book that `to_arrays` described. Raises InvariantBroken when an array is missing or does not fit."""
    try:
        return _from_arrays(arrays)
    except (KeyError, ValueError, IndexError, msgspec.DecodeError) as error:
        raise InvariantBroken(f"the arrays are no book: {error}") from error


def _from_arrays(arrays: NamedArrays) -> Book:
    size = BookSize(*arrays["size"].tolist())
    book = Book.empty(size)
    for name, value in zip(_SCALARS, arrays["scalars"].tolist(), strict=True):
        setattr(book, name, value)
    used, contracts = slice(book.accounts_count), slice(book.contracts_count)
    for entry in _parties.decode(arrays["parties"].tobytes()):
        add_party(book, entry)
    book.marked_digest = arrays["marked_digest"].tobytes()
    for name in ACCOUNT_COLUMNS:
        getattr(book, name)[used] = arrays[name]
    for name in CONTRACT_COLUMNS:
        getattr(book, name)[contracts] = arrays[name]
    for name in (*_SEAT_COLUMNS, *_PARTY_COLUMNS):
        getattr(book, name)[:] = arrays[name]
    book.power_fen[used] = book.derived_power_fen(used)
    book.contracts_of.take_in(book.contract_facts, PARTY_SHIFT, book.contracts_count)  # else an order waits for it
    book.tighten_bound()
    book.accounts_by_number.add(book.bank_account_no[used], np.arange(book.accounts_count))
    for index, numbers in zip(book.contracts_by_securities_no, book.securities_no[contracts].T, strict=True):
        index.add(numbers[numbers != 0], np.flatnonzero(numbers))
    (given,) = arrays["restraints_given"].tolist()
    book.restraints = Restraints.from_list(given, _restraints.decode(arrays["restraints"].tobytes()))
    book.outlets = Outlets.from_array(arrays["outlets"])
    book.bank_id = arrays["bank_id"].tobytes()
    book.permits = Permits.from_arrays(arrays["permits"], arrays["permit_lists"])
    book.persons = Persons.from_arrays(arrays["persons"], arrays["person_keys"], arrays["acts"])
    keys, balances = (arrays[name].astype(np.int64) for name in ("ledger_keys", "ledger_balances"))
    book.general_ledger = GeneralLedger.from_arrays(keys, balances)
    book.unsettled = _unsettled(book, arrays)
    book.savings.take(arrays, used)
    book.due_times = DueTimes.decoded(arrays["due_times"].tobytes())
    book.obligations = Obligations.decoded(arrays["obligations"].tobytes())
    of_brokers = (arrays[name].tobytes() for name in ("clearing_accounts", "market_rates"))
    book.clearing_accounts = ClearingAccounts.decoded(*of_brokers)
    book.frames = FrameIndex.from_array(arrays["frames"].astype(np.int64))
    book.previous_frames = FrameIndex.from_array(arrays["previous_frames"].astype(np.int64))
    book.requests = _requests(size.requests_max, arrays)
    book.feeds = _feeds(arrays)
    if "lanes" in arrays:
        book.clearing = _clearing(book, arrays)
    if "gated_heads" in arrays:
        book.gated = Gated.from_arrays(arrays)
    _take_moved(book, arrays)
    book.orders.take(arrays, size.contracts_max)
    if "pushes" in arrays:
        tries, counts = (arrays[name].astype(np.int64) for name in ("push_tries", "push_counts"))
        book.pushes = Pushes.from_arrays(arrays["pushes"], tries, counts)
    return book


def _feeds(arrays: NamedArrays) -> Feeds:
    """Without their entries, which are no part of the state."""
    feeds = Feeds()
    feeds.positions[:] = arrays["feed_positions"]
    told_of, digests = np.flatnonzero(feeds.positions).tolist(), arrays["feed_digests"].tobytes()
    for place, party in enumerate(told_of):
        feeds.digests[party] = digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
    if len(digests) != len(told_of) * DIGEST_BYTES:
        raise ValueError("as many digests as parties that were told something")
    for told in _signed_for.decode(arrays["feed_signed_for"].tobytes()):
        feeds.signed_for[told.key] = told
    for seat, counts, sums in (
        (each.seat, each.counts, each.amounts) for each in _accepted.decode(arrays["feed_accepted"].tobytes())
    ):
        feeds.accepted[seat] = (counts, [fen_from_sum(each) for each in sums])
    return feeds


def _clearing(book: Book, arrays: NamedArrays) -> Clearing:
    given, comparisons = arrays["inner_given"].tolist()
    clearing = Clearing(inner_given=given, comparisons=comparisons)
    for lane in _lanes.decode(arrays["lanes"].tobytes()):
        clearing.put(lane)
    clearing.listed_sets = arrays["listed_sets"].astype(np.int64)
    clearing.listed_keys = arrays["listed_keys"].astype(np.int64)
    for date in arrays["cleared_dates"].tolist():
        columns = clearing.by_contract[date] = ClearedContracts.empty(book.size.contracts_max)
        for name in CLEARED_COLUMNS:
            getattr(columns, name)[: book.contracts_count] = arrays[f"{name}_cleared_{date}"]
    for name in CLEARING_COLUMNS:
        getattr(book.requests, name)[: book.requests.slots_used] = arrays[f"request_{name}"]
    return clearing


def _take_moved(book: Book, arrays: NamedArrays) -> None:
    """Fill `book.moved`, and what of it stands with the requests."""
    moved, used = book.moved, slice(book.accounts_count)
    moved.mode[:], moved.next_mode[:] = arrays["modes"], arrays["next_modes"]
    moved.is_used = "moved_dates" in arrays
    if not moved.is_used:
        return
    moved.remaining_fen[used], moved.drawn_fen[used] = arrays["moved_remaining_fen"], arrays["moved_drawn_fen"]
    moved.tries = {each.key: each for each in _tries.decode(arrays["moved_tries"].tobytes())}
    getattr(book.requests, MOVED_COLUMN)[: book.requests.slots_used] = arrays[f"request_{MOVED_COLUMN}"]
    for date in arrays["moved_dates"].tolist():
        column = moved.drawn_on[date] = long_zeros(moved.accounts)
        column[used] = arrays[f"moved_drawn_on_{date}"]


def _unsettled(book: Book, arrays: NamedArrays) -> Unsettled:
    dates = arrays["unsettled_dates"].tolist()
    unsettled = Unsettled.empty(book.size.accounts_max, len(dates) - 1)
    for slot, (trade_date, before) in enumerate(zip(dates, arrays["dates_before"].tolist(), strict=True)):
        if not trade_date:
            continue
        unsettled.take_slot(slot, trade_date, before)
        for name in _SLOT_COLUMNS:
            getattr(unsettled, name)[slot][: book.accounts_count] = arrays[f"{name}_of_{slot}"]
    unsettled.agreed[:] = arrays["agreed"]
    if book.trade_date:
        unsettled.open_slot = dates.index(book.trade_date)
    unsettled.keys = arrays["unpaid_keys"].astype(np.int64)
    for name in _UNPAID_COLUMNS:
        setattr(unsettled, name, arrays[name].astype(np.int64))
    return unsettled


def _requests(slots_max: int, arrays: NamedArrays) -> RequestTable:
    requests = RequestTable.empty(slots_max, arrays["carried_keys"].astype(np.int64))
    owners = arrays["page_owners"].astype(np.int64)
    first = requests.first_page_slot
    requests.page_owners[: len(owners)] = owners
    requests.page_slot[owners] = first + np.arange(len(owners)) * REQUEST_PAGE_RECORDS
    requests.pages_used = len(owners)
    requests.seat_slots = arrays["seat_slots"].astype(np.int64)
    for name in _REQUEST_COLUMNS:
        getattr(requests, name)[: requests.slots_used] = arrays[f"request_{name}"]
    if f"order_{WORDS[0]}" in arrays:
        requests.keep_orders()
        for name in WORDS:
            getattr(requests.orders, name)[: requests.slots_used] = arrays[f"order_{name}"]
    return requests
