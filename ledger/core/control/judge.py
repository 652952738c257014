"""Control messages: who is who, which contracts exist and in what state, restraints, the trade date.

Belongs here: judging a control message in ranked order, and its effect. Never here: money records (decide), which keys
may come and go (keys), session rules, how a number is consumed (engine).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from ledger.core.control.keys import judge_key, judge_key_end
from ledger.core.roles import may_send_control
from ledger.core.state.book import CHECK_SHIFT, FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.messages.control import (
    ChangeContract,
    ContractTerms,
    ControlMessage,
    EndKey,
    EndSettlement,
    Genesis,
    OpenContracts,
    OpenTradeDate,
    PartyEntry,
    PartyKey,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SeatEntry,
    SetRestraint,
)
from protocol.party_keys import with_key, without_key
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import (
    BANK_PARTY,
    CONTRACT_NUMBER_STEP,
    ContractEvent,
    Role,
    contract_no_from_index,
    contract_nos_from_indices,
    index_from_contract_no,
    role_fits_party,
)
from rules.calendar import is_too_far
from rules.contracts import MAY_OPEN_AS, next_state, opening_state, status_told


class Sender(NamedTuple):
    """Who sent a control message: a seat of a party, with the key that signed it."""

    party: int
    seat: int
    key_id: int


def judge(book: Book, sender: Sender, message: ControlMessage | None, decided_at_ns: int) -> ReplyCode:
    """What a control message of `sender` earns; None stands for a body that is no control message.

    `decided_at_ns`: the time by which keys have expired or not.
    """
    party = sender.party
    if message is None or _is_malformed(message):
        return ReplyCode.REQUEST_MALFORMED
    if not may_send_control(int(book.seat_role[sender.seat]), message):
        return ReplyCode.ROLE_FORBIDS
    match message:
        case RegisterParty():
            return _judge_party(book, message)
        case RegisterKey():
            return judge_key(book, message, decided_at_ns)
        case EndKey():
            return judge_key_end(book, message, sender.key_id)
        case RegisterSeat():
            return _judge_seat(book, message)
        case OpenContracts():
            return _judge_contracts(book, message)
        case ChangeContract():
            return _judge_event(book, party, message)
        case SetRestraint():
            known = own_contract(book, party, message.contract_no) >= 0
            return ReplyCode.ACCEPTED if known else ReplyCode.CONTRACT_UNKNOWN
        case OpenTradeDate():
            return _judge_date(book, message)
        case EndSettlement():
            in_turn = message.trade_date == book.unsettled.date_in_turn()
            return ReplyCode.ACCEPTED if in_turn else ReplyCode.DATE_NOT_IN_TURN
        case Genesis():
            return ReplyCode.ROLE_FORBIDS


def own_contract(book: Book, party: int, contract_no: int) -> int:
    """The index of a contract that exists and that `party` may touch, else -1."""
    index = index_from_contract_no(contract_no)
    if not 0 <= index < book.contracts_count:
        return -1
    owner = int(book.contract_facts[index]) >> PARTY_SHIFT
    return index if party in (owner, BANK_PARTY) else -1


def status_of(book: Book, index: int) -> int:
    """ContractStatus told of the contract at `index`."""
    return status_told(_state_of(book, index))


def _state_of(book: Book, index: int) -> int:
    return (int(book.contract_facts[index]) >> STATE_SHIFT) & FACT_MASK


def _is_malformed(message: ControlMessage) -> bool:
    if isinstance(message, RegisterParty):
        return message.role != Role.BROKER  # the bank is in the genesis row; there is no second one
    if isinstance(message, RegisterSeat):
        return not role_fits_party(message.seat_role, message.party)
    return isinstance(message, OpenTradeDate) and not is_trade_date(message.trade_date)


def _judge_party(book: Book, message: RegisterParty) -> ReplyCode:
    if message.party in book.parties:
        return ReplyCode.PARTY_EXISTS
    return ReplyCode.ACCEPTED


def _judge_seat(book: Book, message: RegisterSeat) -> ReplyCode:
    if message.party not in book.parties:
        return ReplyCode.PARTY_UNKNOWN
    if book.seat_owner[message.seat]:
        return ReplyCode.SEAT_EXISTS
    return ReplyCode.ACCEPTED


def _judge_contracts(book: Book, message: OpenContracts) -> ReplyCode:
    terms = message.terms
    if any(book.role[party] != Role.BROKER for party in {term.party for term in terms}):
        return ReplyCode.PARTY_UNKNOWN
    if message.first_contract_no != contract_no_from_index(book.contracts_count):
        return ReplyCode.CONTRACT_NUMBER_NOT_NEXT
    if book.account_numbers.any_taken(_account_nos(terms)):
        return ReplyCode.ACCOUNT_HAS_CONTRACT
    if not {term.status for term in terms} <= MAY_OPEN_AS:
        return ReplyCode.STATUS_FORBIDS
    if book.contracts_count + len(terms) > book.size.contracts_max:
        return ReplyCode.MASTER_DATA_FULL
    return ReplyCode.ACCEPTED


def _judge_event(book: Book, party: int, message: ChangeContract) -> ReplyCode:
    index = own_contract(book, party, message.contract_no)
    if index < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    if next_state(_state_of(book, index), message.event) is None:
        return ReplyCode.STATUS_FORBIDS
    if message.event == ContractEvent.TERMINATE and _has_open_items(book, int(book.account_row[index])):
        return ReplyCode.ITEMS_OPEN
    return ReplyCode.ACCEPTED


def _judge_date(book: Book, message: OpenTradeDate) -> ReplyCode:
    later = message.trade_date > book.trade_date
    if not later:
        return ReplyCode.TRADE_DATE_NOT_LATER
    if is_too_far(book.trade_date, message.trade_date):
        return ReplyCode.TRADE_DATE_TOO_FAR
    if book.unsettled.is_full():
        return ReplyCode.DATES_UNSETTLED
    return ReplyCode.ACCEPTED


def _has_open_items(book: Book, row: int) -> bool:
    return bool(book.frozen_fen[row] or book.bought_fen[row] or book.sold_fen[row])


def _account_nos(terms: Sequence[ContractTerms]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter((term.account_no for term in terms), np.int64, len(terms))


def apply_control(book: Book, message: ControlMessage, decided_at_ns: int) -> None:
    """The effect of an accepted control message. Raises MisuseError for a Genesis: it has its own row."""
    match message:
        case RegisterParty(party, role, suite, name, proceeds_at_fill):
            add_party(book, PartyEntry(party, role, suite, name, proceeds_at_fill, [], []))
        case RegisterKey(party, key_id, public_key, not_before_ns, not_after_ns, seat):
            key = PartyKey(key_id, public_key, not_before_ns, not_after_ns, seat)
            book.parties[party] = with_key(book.parties[party], key, decided_at_ns)
        case EndKey(party, key_id):
            book.parties[party] = without_key(book.parties[party], key_id)
        case RegisterSeat(seat, party, seat_role):
            entry = book.parties[party]
            book.parties[party] = replace(entry, seats=[*entry.seats, SeatEntry(seat, seat_role)])
            book.seat_owner[seat], book.seat_role[seat] = party, seat_role
        case OpenContracts():
            _open_contracts(book, message)
        case ChangeContract(contract_no, event):
            index = index_from_contract_no(contract_no)
            state = next_state(_state_of(book, index), event)
            if state is None:
                raise MisuseError("an event that the contract's state does not allow was not refused")
            kept = int(book.contract_facts[index]) & ~(FACT_MASK << STATE_SHIFT)
            book.contract_facts[index] = kept | state << STATE_SHIFT
        case SetRestraint(contract_no, restrained_fen):
            row = int(book.account_row[index_from_contract_no(contract_no)])
            book.power_fen[row] += int(book.restrained_fen[row]) - restrained_fen
            book.restrained_fen[row] = restrained_fen
        case OpenTradeDate(trade_date):
            book.roll(trade_date)
        case EndSettlement(trade_date):
            book.settle(trade_date)
        case Genesis():
            raise MisuseError("a genesis inside the journal")


def add_party(book: Book, entry: PartyEntry) -> None:
    """Enter a party with its seats into the tables."""
    book.parties[entry.party] = entry
    book.role[entry.party] = entry.role
    book.proceeds_at_fill[entry.party] = entry.proceeds_at_fill
    for one in entry.seats:
        book.seat_owner[one.seat], book.seat_role[one.seat] = entry.party, one.role


def _open_contracts(book: Book, message: OpenContracts) -> None:
    terms = message.terms
    first, count = book.contracts_count, len(terms)
    here = slice(first, first + count)
    indices = np.arange(first, first + count, dtype=np.int64)
    party = np.fromiter((term.party for term in terms), np.int64, count)
    state = np.fromiter((opening_state(term.status) for term in terms), np.int64, count)
    check_digits = contract_nos_from_indices(indices) - indices * CONTRACT_NUMBER_STEP
    facts = party << PARTY_SHIFT | state << STATE_SHIFT | check_digits << CHECK_SHIFT
    book.contract_facts[here] = facts | indices
    book.account_no[here] = _account_nos(terms)
    book.account_numbers.add(_account_nos(terms))
    book.balance_fen[here] = np.fromiter((term.balance_fen for term in terms), np.int64, count)
    book.power_fen[here] = book.balance_fen[here]
    book.owned_fen_bound = max(book.owned_fen_bound, int(book.balance_fen[here].max()))
    book.contracts_count += count
