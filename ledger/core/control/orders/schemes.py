"""Schemes of brokers: what naming one earns and does, and what the roll does with one that waits.

Belongs here: judging and the effect, side by side. Never here: which scheme fits which broker (rules.orders.schemes).
"""

from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.control import SetScheme
from protocol.vocabulary import LaneState, Mode, Role, Scheme
from rules.orders.schemes import may_change, scheme_code


def judge_scheme(book: Book, message: SetScheme) -> ReplyCode:
    """What another scheme earns, which brokers alone have."""
    party = message.party
    if book.role[party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    modes = {Mode(int(mode[party])) for mode in (book.moved.mode, book.moved.next_mode)}
    return scheme_code(Scheme(message.scheme), modes, bool(book.proceeds_at_fill[party]))


def set_scheme(book: Book, message: SetScheme) -> None:
    """A broker has this scheme from the first roll on at which nothing of it is left; where nothing is, at once."""
    book.orders.schemes.coming[message.party] = message.scheme
    _change(book, message.party)


def change_at_roll(book: Book) -> None:
    """The schemes that wait hold from now on, of brokers of which nothing is left."""
    for party in book.orders.schemes.waiting():
        _change(book, party)


def _change(book: Book, party: int) -> None:
    schemes = book.orders.schemes
    if may_change(_is_contract_left(book, party), bool(book.pushes.open_of.get(party)), _is_lane_left(book, party)):
        schemes.now[party] = schemes.coming[party]


def _is_contract_left(book: Book, party: int) -> bool:
    contracts = book.own_contracts(party, 0, book.contracts_count)
    if not book.have_ended(contracts).all():
        return True
    unsettled = set(book.unsettled.dates.tolist())
    return not unsettled.isdisjoint(book.ended_on[contracts].tolist())


def _is_lane_left(book: Book, party: int) -> bool:
    lanes = (lane for lane in book.clearing.lanes.values() if lane.party == party)
    return any(lane.state < LaneState.SETTLED for lane in lanes)
