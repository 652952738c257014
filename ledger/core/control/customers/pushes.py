"""Contracts that brokers push, or customers sign at the counter: what each message about them earns, and what it does.

Belongs here: judging in ranked order and the effect, side by side for each message; what bars a push. Never here: who
may send it (roles), the table of states and what is counted (rules.pushes), signing itself (accounts).

What a broker is told by the outcome of its push depends on nothing but its own pushes: not on whether the account is
there, whose it is, or who has the securities account.
"""

from typing import NamedTuple

import numpy as np

from ledger.core.control.customers import accounts
from ledger.core.control.customers.open_business import SHANGHAI, designate, is_kept_by_items
from ledger.core.control.customers.standing import own_contract, own_status
from ledger.core.control.stops import begins_none
from ledger.core.state.book import MARKETS, Book
from ledger.core.state.customers.pushes import Push
from ledger.core.state.number_index import packed
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import account_no_from_index, contract_no_from_index, index_from_contract_no
from protocol.limits import HOLDER_BYTES, PUSHES_FUTILE_MAX
from protocol.messages.customers.accounts import (
    ChangeContract,
    ContractTerms,
    ReplaceCard,
    SecuritiesAccount,
    SignContracts,
)
from protocol.messages.customers.pushes import ConfirmPush, Identify, OpenPush, PushContract, PushFacts, PushMessage
from protocol.vocabulary import (
    BANK_PARTY,
    AccountStatus,
    CardAnswer,
    ContractEvent,
    ContractStatus,
    Market,
    PushEvent,
    PushState,
    Scheme,
)
from rules.contracts import MAY_REPLACE_CARD
from rules.orders.schemes import sends
from rules.pushes import (
    FUTILE,
    PUSH_STATES,
    code_of_what_is_in_the_way,
    event_unconfirmed,
    is_confirmed,
    may_try,
    next_push_state,
    status_signed,
)


class Standing(NamedTuple):
    """What would come of a push now, were it confirmed or left so."""

    code: ReplyCode  # what bars it
    ends: list[int]  # numbers of contracts that end for the new one, ascending
    runs_off: int  # number of the one that goes on under the new one's number, 0 for none


def is_malformed(message: PushMessage) -> bool:
    """Whether nobody can mean it so: two securities accounts on one market, half a digest."""
    if isinstance(message, PushContract):
        return len({each.market for each in message.securities_accounts}) < len(message.securities_accounts)
    return isinstance(message, Identify) and len(message.holder) not in (0, HOLDER_BYTES)


def judge_push(book: Book, party: int, seat: int, message: PushMessage) -> ReplyCode:
    """What a message about pushes earns that its sender's role may send."""
    match message:
        case PushContract():
            return _judge_contract(book, party, seat, message)
        case Identify(number, _):
            push = book.pushes.entries.get(number)
            if push is None:
                return ReplyCode.PUSH_UNKNOWN
            waits = push.state == PushState.WAITING
            return ReplyCode.ACCEPTED if waits else ReplyCode.STATUS_FORBIDS
        case ConfirmPush():
            return _judge_confirmation(book, message)


def apply_push(book: Book, party: int, seat: int, message: PushMessage) -> int:
    """The effect of an accepted one. Returns the number of the push, or of the contract that came about, else 0."""
    match message:
        case PushContract():
            return _take(book, party, seat, message)
        case Identify():
            _identify(book, message)
            return 0
        case ConfirmPush():
            return _confirm(book, message)


def push_facts(book: Book, party: int, numbers: list[int]) -> list[PushFacts]:
    """What `party` is told of pushes, in the order asked: those of others read as unknown."""
    found = (book.pushes.entries.get(number) for number in numbers)
    return [
        PushFacts(number, int(ReplyCode.PUSH_UNKNOWN), 0, 0)
        if push is None or not is_told(book, party, push)
        else PushFacts(number, push.code, push.state, push.contract_no)
        for number, push in zip(numbers, found, strict=True)
    ]


def is_told(book: Book, party: int, push: Push) -> bool:
    """Whether `party` is told of a push: its broker, and of those from the counter the bank."""
    return push.party == party or (party == BANK_PARTY and is_from_counter(book, push))


def is_from_counter(book: Book, push: Push) -> bool:
    """Whether a teller's act has made it: a broker of scheme A pushes none, and while one waits no scheme changes."""
    return book.orders.schemes.of(push.party) == Scheme.A


def what_bars(book: Book, push: Push) -> ReplyCode:
    """The first in rank of what bars a push of an account that is there, were it confirmed now."""
    return _standing(book, push, True).code


def open_pushes(book: Book, count: int) -> list[OpenPush]:
    """At most `count` pushes whose turn it is to be decided, with what there is to know of each."""
    return [_open_push(book, push) for push in book.pushes.in_turn(count)]


def _open_push(book: Book, push: Push) -> OpenPush:
    asked = _asked(push)
    account = _account_of(book, push)
    code, ends, runs_off = ReplyCode.ACCEPTED, list[int](), 0
    if push.state == PushState.IDENTIFIED:
        code, ends, runs_off = _standing(book, push, True)
        if code == ReplyCode.ACCEPTED and not may_try(book.pushes.tries_of(push), _futile(book, push)):
            code = ReplyCode.PUSHES_FUTILE
    return OpenPush(
        push.number,
        push.party,
        push.state,
        int(code),
        account_no_from_index(account) if account >= 0 else 0,
        ends,
        runs_off,
        push.trade_date,
        asked.serial,
        asked.bank_account_no,
        asked.securities_accounts,
        asked.replaces,
        asked.person_key_id,
        asked.sealed_person,
        asked.password_key_id,
        asked.sealed_password,
    )


def _judge_contract(book: Book, party: int, seat: int, message: PushContract) -> ReplyCode:
    if message.replaces and own_contract(book, party, message.replaces) < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    if not sends(book.orders.schemes.of(party), message):
        return ReplyCode.SCHEME_FORBIDS
    if begins_none(book, party):
        return ReplyCode.BROKER_STOPPED
    if message.serial <= int(book.seat_serial[seat]):
        return ReplyCode.SERIAL_USED
    if book.pushes.is_full(party):
        return ReplyCode.PUSHES_FULL
    is_futile = book.pushes.futile.get(party, 0) >= PUSHES_FUTILE_MAX
    return ReplyCode.PUSHES_FUTILE if is_futile else ReplyCode.ACCEPTED


def _take(book: Book, party: int, seat: int, message: PushContract) -> int:
    book.seat_serial[seat] = message.serial
    number, account_no = book.pushes.given + 1, message.bank_account_no
    push = Push(number, party, int(PushState.WAITING), account_no, trade_date=book.trade_date, asked=message)
    book.pushes.add(push, book.sequence)
    return push.number


def _identify(book: Book, message: Identify) -> None:
    push = book.pushes.entries[message.push]
    if not message.holder:
        _move(book, push, PushEvent.NOT_READ)
        return
    account = _account_of(book, push)
    is_holder = account >= 0 and book.holder[account].tobytes() == message.holder
    if not is_holder or not may_try(book.pushes.tries_of(push), _futile(book, push)):
        _move(book, push, PushEvent.NOT_FOUND)
        return
    code = _standing(book, push, True).code
    if code == ReplyCode.ACCEPTED:
        _move(book, push, PushEvent.IDENTIFY)
    else:
        push.code = int(code)
        _move(book, push, PushEvent.BAR)


def _judge_confirmation(book: Book, message: ConfirmPush) -> ReplyCode:
    push = book.pushes.entries.get(message.push)
    if push is None:
        return ReplyCode.PUSH_UNKNOWN
    if push.state != PushState.IDENTIFIED:
        return ReplyCode.STATUS_FORBIDS
    confirmed = _is_confirmed(book, push, message)
    if not confirmed and is_from_counter(book, push):
        return ReplyCode.ACCEPTED  # that nothing comes about is booked
    stands = _standing(book, push, confirmed)
    if stands.code != ReplyCode.ACCEPTED:
        return ReplyCode.ACCEPTED  # that it is impossible is booked, and nothing that it names comes about
    account_no = account_no_from_index(_account_of(book, push))
    named = (message.party, message.account_no, message.ends, message.runs_off)
    fits = named == (push.party, account_no, stands.ends, stands.runs_off)
    return ReplyCode.ACCEPTED if fits else ReplyCode.PUSH_DIFFERS


def _confirm(book: Book, message: ConfirmPush) -> int:
    push = book.pushes.entries[message.push]
    confirmed = _is_confirmed(book, push, message)
    if not confirmed and is_from_counter(book, push):
        _move(book, push, event_unconfirmed(CardAnswer(message.answer)))
        return 0
    stands = _standing(book, push, confirmed)
    if stands.code != ReplyCode.ACCEPTED:
        push.code = int(stands.code)
        _move(book, push, PushEvent.BAR, message.answer)
        return 0
    asked = _asked(push)
    replaced = index_from_contract_no(asked.replaces) if asked.replaces else -1
    if replaced >= 0 and _stays(book, asked, _account_of(book, push), replaced):
        push.contract_no = asked.replaces  # the customer is known as who he is now; nothing else comes about
        _move(book, push, PushEvent.CONFIRM, message.answer)
        return 0
    status = status_signed(confirmed, own_status(book, replaced) if replaced >= 0 else None)
    goes_on = _designation_that_goes_on(book, asked, replaced)
    for contract_no in stands.ends:
        accounts.change_contract(book, ChangeContract(contract_no, ContractEvent.TERMINATE))
    if stands.runs_off:
        push.contract_no = accounts.replace_card(book, ReplaceCard(stands.runs_off, message.account_no))
    else:
        terms = ContractTerms(message.account_no, push.party, asked.securities_accounts, int(status))
        push.contract_no = accounts.sign_contracts(book, SignContracts([terms]))
        if goes_on:
            designate(book, index_from_contract_no(push.contract_no), goes_on)
    _move(book, push, PushEvent.CONFIRM if confirmed else PushEvent.LEAVE_UNCONFIRMED, message.answer)
    return push.contract_no


def _designation_that_goes_on(book: Book, asked: PushContract, replaced: int) -> int:
    """Since when the broker is designated, where the contract to be replaced has the same account in Shanghai; 0 where
    the designation is a new one, or there is none."""
    if replaced < 0:
        return 0
    is_same = _numbers(asked.securities_accounts)[SHANGHAI] == int(book.securities_no[replaced, SHANGHAI])
    return int(book.designated_on[replaced]) if is_same else 0


def _move(book: Book, push: Push, event: PushEvent, answer: int = CardAnswer.NOT_ASKED) -> None:
    """The push's next state, and what is counted of it."""
    before = PushState(push.state)
    state = next_push_state(before, event)
    if state is None:
        raise MisuseError(f"{event.name} of a push that is {before.name} was not refused")
    push.state = int(PUSH_STATES[before, event])
    if state in FUTILE or answer == CardAnswer.WRONG:
        book.pushes.count_futile(push, event == PushEvent.NOT_FOUND or answer == CardAnswer.WRONG)
    if not push.is_open:
        book.pushes.decided(push)


def _standing(book: Book, push: Push, confirmed: bool) -> Standing:
    """What would come of an identified push: the first in rank of what bars it, or what gives way to it."""
    account, asked = _account_of(book, push), _asked(push)
    replaced = index_from_contract_no(asked.replaces) if asked.replaces else -1
    in_the_way = dict.fromkeys(_holding(book, asked.securities_accounts), ReplyCode.SECURITIES_ACCOUNT_TAKEN)
    current = book.last_contract(account)
    if current >= 0 and own_status(book, current) != ContractStatus.TERMINATED:
        in_the_way[current] = ReplyCode.ACCOUNT_HAS_CONTRACT
    codes = [_code_of_account(book, account)]
    if begins_none(book, push.party):
        codes.append(ReplyCode.BROKER_STOPPED)
    runs_off = replaced >= 0 and int(book.account_of_contract[replaced]) != account
    stays = replaced >= 0 and _stays(book, asked, account, replaced)
    if replaced >= 0:
        in_the_way.pop(replaced, None)
        codes.append(_code_of_replaced(book, asked, account, replaced, confirmed))
    for index, code in in_the_way.items():
        codes.append(code_of_what_is_in_the_way(own_status(book, index), confirmed, code))
        if is_kept_by_items(book, index):
            codes.append(ReplyCode.ITEMS_OPEN)
    if book.contracts_count == book.size.contracts_max and not stays:
        codes.append(ReplyCode.MASTER_DATA_FULL)
    ends = sorted([*in_the_way, *([replaced] if replaced >= 0 and not (runs_off or stays) else [])])
    code = min((code for code in codes if code != ReplyCode.ACCEPTED), default=ReplyCode.ACCEPTED)
    numbers = [contract_no_from_index(index) for index in ends]
    return Standing(code, numbers, asked.replaces if runs_off else 0)


def _code_of_account(book: Book, account: int) -> ReplyCode:
    status = book.account_status(account)
    if status == AccountStatus.CLOSED:
        return ReplyCode.ACCOUNT_CLOSED
    return ReplyCode.ACCOUNT_LOSS_REPORTED if status == AccountStatus.LOSS_REPORTED else ReplyCode.ACCEPTED


def _code_of_replaced(book: Book, asked: PushContract, account: int, replaced: int, confirmed: bool) -> ReplyCode:
    """What the contract to be replaced earns: it gives way to a confirmed push alone. On the same account it ends, with
    nothing open, or stays where nothing of it is other; on one that is lost it runs off."""
    old = int(book.account_of_contract[replaced])
    if not confirmed:
        return ReplyCode.ACCOUNT_HAS_CONTRACT
    if own_status(book, replaced) not in MAY_REPLACE_CARD:
        return ReplyCode.STATUS_FORBIDS
    if old == account:
        must_wait = not _stays(book, asked, account, replaced) and is_kept_by_items(book, replaced)
        return ReplyCode.ITEMS_OPEN if must_wait else ReplyCode.ACCEPTED
    if (book.holder[account] != book.holder[old]).any():
        return ReplyCode.HOLDER_DIFFERS
    if book.account_status(old) != AccountStatus.LOSS_REPORTED:
        return ReplyCode.STATUS_FORBIDS
    return ReplyCode.ACCEPTED if _has_same(book, asked, replaced) else ReplyCode.PUSH_DIFFERS


def _stays(book: Book, asked: PushContract, account: int, replaced: int) -> bool:
    """Whether a push says the contract that it replaces once more: of a customer whose name or document is another."""
    return int(book.account_of_contract[replaced]) == account and _has_same(book, asked, replaced)


def _has_same(book: Book, asked: PushContract, replaced: int) -> bool:
    return bool((_numbers(asked.securities_accounts) == book.securities_no[replaced]).all())


def _holding(book: Book, securities_accounts: list[SecuritiesAccount]) -> list[int]:
    """Indices of contracts that have not ended and have one of these securities accounts."""
    found: list[int] = []
    for market, number in enumerate(_numbers(securities_accounts)):
        if number:
            index = int(book.contracts_by_securities_no[market].find(np.array([number]))[0])
            if index >= 0 and own_status(book, index) != ContractStatus.TERMINATED:
                found.append(index)
    return found


def _numbers(securities_accounts: list[SecuritiesAccount]) -> list[int]:
    """Packed, one for each of MARKETS, 0 for none."""
    numbers = [0] * len(MARKETS)
    for each in securities_accounts:
        numbers[MARKETS.index(Market(each.market))] = packed(each.number)
    return numbers


def _is_confirmed(book: Book, push: Push, message: ConfirmPush) -> bool:
    return is_confirmed(CardAnswer(message.answer), book.pushes.tries_of(push), _futile(book, push))


def _asked(push: Push) -> PushContract:
    if push.asked is None:
        raise MisuseError(f"push {push.number} is decided, and what it asked is not kept")
    return push.asked


def _futile(book: Book, push: Push) -> int:
    return book.pushes.futile.get(push.party, 0)


def _account_of(book: Book, push: Push) -> int:
    """Index of the account with the bank's own number that the push names, −1 where there is none."""
    return int(book.accounts_by_number.find(np.array([push.bank_account_no]))[0])
