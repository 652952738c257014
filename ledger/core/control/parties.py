"""Parties and their seats: who is registered, modes and schemes of brokers.

Belongs here: judging and the effect, side by side. Never here: keys (keys), people (persons), what a role may send
(roles).
"""

from msgspec.structs import replace

from ledger.core.control.orders import schemes
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.control import (
    ChangeMode,
    PartyEntry,
    RegisterChannelSeat,
    RegisterParty,
    RegisterSeat,
    SeatEntry,
    SetScheme,
)
from protocol.vocabulary import Mode, Role, SeatRole
from rules.day.states import is_market_closed
from rules.orders.schemes import mode_code

OfParties = RegisterParty | RegisterSeat | RegisterChannelSeat | ChangeMode | SetScheme


def judge(book: Book, message: OfParties) -> ReplyCode:
    """What a partner, a seat, a mode or a scheme earns."""
    match message:
        case RegisterParty():
            return ReplyCode.PARTY_EXISTS if message.party in book.parties else ReplyCode.ACCEPTED
        case RegisterSeat():
            return _judge_seat(book, message)
        case RegisterChannelSeat():
            return _judge_channel_seat(book, message)
        case ChangeMode():
            return _judge_mode(book, message)
        case SetScheme():
            return schemes.judge_scheme(book, message)


def apply(book: Book, message: OfParties) -> None:
    """The effect of an accepted one."""
    match message:
        case RegisterParty():
            _register_party(book, message)
        case RegisterSeat(seat, party, seat_role):
            add_seat(book, party, SeatEntry(seat, seat_role))
        case RegisterChannelSeat():
            _register_channel_seat(book, message)
        case ChangeMode(party, mode):
            book.change_mode(party, mode)
        case SetScheme():
            schemes.set_scheme(book, message)


def _judge_seat(book: Book, message: RegisterSeat) -> ReplyCode:
    """A seat of the bank or of a broker: a channel's names a broker besides."""
    if book.role[message.party] not in (Role.BANK, Role.BROKER):
        return ReplyCode.PARTY_UNKNOWN
    return ReplyCode.SEAT_EXISTS if book.seat_owner[message.seat] else ReplyCode.ACCEPTED


def _judge_mode(book: Book, message: ChangeMode) -> ReplyCode:
    """Brokers alone have one."""
    if book.role[message.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    return mode_code(Mode(message.mode), book.orders.schemes.named_of(message.party))


def _judge_channel_seat(book: Book, message: RegisterChannelSeat) -> ReplyCode:
    """What a seat of a channel earns, which is for customers of one broker."""
    if book.role[message.party] != Role.CHANNEL or book.role[message.broker] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    if book.seat_owner[message.seat]:
        return ReplyCode.SEAT_EXISTS
    owners = {int(book.seat_owner[seat]) for seat in book.orders.channels.seats_of(message.channel)}
    return ReplyCode.ACCEPTED if owners <= {message.party} else ReplyCode.CHANNEL_TAKEN


def _register_channel_seat(book: Book, message: RegisterChannelSeat) -> None:
    """A new seat of a channel's party."""
    add_seat(book, message.party, SeatEntry(message.seat, SeatRole.CHANNEL))
    channels = book.orders.channels
    channels.channel[message.seat], channels.broker[message.seat] = message.channel, message.broker


def _register_party(book: Book, message: RegisterParty) -> None:
    """A new partner, which has lanes from the open date on, or the next one once that is signed off."""
    party = message.party
    add_party(
        book, PartyEntry(party, message.role, message.suite, message.name, message.proceeds_at_fill, keys=[], seats=[])
    )
    book.registered_on[party] = book.trade_date + is_market_closed(book.phase)


def add_seat(book: Book, party: int, told: SeatEntry) -> None:
    """Enter a seat of a party into the tables."""
    entry = book.parties[party]
    book.parties[party] = replace(entry, seats=[*entry.seats, told])
    book.seat_owner[told.seat], book.seat_role[told.seat] = party, told.role


def add_party(book: Book, entry: PartyEntry) -> None:
    """Enter a party with its seats into the tables."""
    book.parties[entry.party] = entry
    book.role[entry.party] = entry.role
    book.proceeds_at_fill[entry.party] = entry.proceeds_at_fill
    for one in entry.seats:
        book.seat_owner[one.seat], book.seat_role[one.seat] = entry.party, one.role
