"""Parties and their seats: who is registered.

Belongs here: judging and the effect, side by side. Never here: keys (keys), people (persons), what a role may send
(roles).
"""

from msgspec.structs import replace

from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode, PartyEntry, RegisterParty, RegisterSeat, SeatEntry
from protocol.vocabulary import Mode, Role
from rules.day.states import is_market_closed
from rules.orders.schemes import mode_code


def judge_party(book: Book, message: RegisterParty) -> ReplyCode:
    """What a new partner earns."""
    return ReplyCode.PARTY_EXISTS if message.party in book.parties else ReplyCode.ACCEPTED


def judge_seat_or_mode(book: Book, message: RegisterSeat | ChangeMode) -> ReplyCode:
    """What a new seat earns, or another mode, which brokers alone have."""
    if isinstance(message, ChangeMode):
        if book.role[message.party] != Role.BROKER:
            return ReplyCode.PARTY_UNKNOWN
        return mode_code(Mode(message.mode), book.orders.schemes.named_of(message.party))
    if message.party not in book.parties:
        return ReplyCode.PARTY_UNKNOWN
    return ReplyCode.SEAT_EXISTS if book.seat_owner[message.seat] else ReplyCode.ACCEPTED


def register_party(book: Book, message: RegisterParty) -> None:
    """A new partner, which has lanes from the open date on, or the next one once that is signed off."""
    party = message.party
    add_party(
        book, PartyEntry(party, message.role, message.suite, message.name, message.proceeds_at_fill, keys=[], seats=[])
    )
    book.registered_on[party] = book.trade_date + is_market_closed(book.phase)


def register_seat(book: Book, message: RegisterSeat) -> None:
    """A new seat of a party."""
    seat, party, seat_role = message.seat, message.party, message.seat_role
    entry = book.parties[party]
    book.parties[party] = replace(entry, seats=[*entry.seats, SeatEntry(seat, seat_role)])
    book.seat_owner[seat], book.seat_role[seat] = party, seat_role


def add_party(book: Book, entry: PartyEntry) -> None:
    """Enter a party with its seats into the tables."""
    book.parties[entry.party] = entry
    book.role[entry.party] = entry.role
    book.proceeds_at_fill[entry.party] = entry.proceeds_at_fill
    for one in entry.seats:
        book.seat_owner[one.seat], book.seat_role[one.seat] = entry.party, one.role
