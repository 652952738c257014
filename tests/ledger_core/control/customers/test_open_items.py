"""What is open of a contract: the list behind ITEMS_OPEN, as its broker and as the bank is told it.

Belongs here: what the answer says. Never here: what is refused for it (test_accounts), the wire (tests/protocol).
"""

import numpy as np
import pytest

from ledger.core.book_answers import BookAnswers
from ledger.core.control.customers import open_items as listing
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.limits import QUERY_OPEN_FREEZES_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.customers.accounts import ChangeBroker, ChangeContract, ReplaceCard
from protocol.messages.customers.open_items import OpenDate, OpenFreeze, OpenItemsAnswer, OpenItemsQuery, OpenRestraint
from protocol.messages.day.steps import SignOff
from protocol.vocabulary import BANK_PARTY, ContractEvent, RestraintKind
from tests.customers import contract, restraint
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    Target,
    account_of,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    release,
)
from tests.ledger_core.lines.words import buy, dividend, order, send_whole

TERMINATE = ContractEvent.TERMINATE


def told(desk: Desk, number: int, party: int = BROKER, first: int = 0) -> OpenItemsAnswer:
    """What `party` is told of a contract or account."""
    answer = BookAnswers(desk.book).answer(party, OpenItemsQuery(number, first))
    assert isinstance(answer, OpenItemsAnswer)
    assert answer.number == number
    return answer


def sums_fen(answer: OpenItemsAnswer) -> tuple[int, int, int]:
    return answer.frozen_fen, answer.bought_unsettled_fen, answer.sold_unsettled_fen


def test_a_refused_end_is_told_what_is_open_until_nothing_is() -> None:
    """10.00 on the account; 4.00 and 2.00 frozen; of the first 2.50 are bought and 0.50 released, so 1.00 remains;
    1.20 is sold."""
    desk = Desk()
    number = desk.open(1_000)
    first, second = desk.freeze(number, 400), desk.freeze(number, 200)
    desk.ask(SEAT, fill_buy(first, number, 250, 50))
    desk.ask(SEAT, fill_sell(number, 120))
    assert desk.control(ChangeContract(number, TERMINATE)) == ReplyCode.ITEMS_OPEN

    answer = told(desk, number)

    assert (answer.code, sums_fen(answer), answer.next_place) == (ReplyCode.ACCEPTED, (300, 250, 120), 0)
    assert answer.freezes == [OpenFreeze(*first, 100), OpenFreeze(*second, 200)]
    assert answer.dates == [OpenDate(MONDAY, 250, 120, 0, 0, 0, False)]
    desk.ask(SEAT, release(first, number, 100), release(second, number, 200))
    assert (told(desk, number).freezes, sums_fen(told(desk, number))) == ([], (0, 250, 120))


def test_the_former_broker_is_told_nothing_of_the_next_ones_orders() -> None:
    desk = Desk()
    first = desk.open(1_000)
    desk.ask(SEAT, release(desk.freeze(first, 400), first, 400))
    assert told(desk, first).is_empty
    second = desk.told(ChangeBroker(first, contract(SPARE_ACCOUNTS, OTHER_BROKER))).remaining_fen
    target = desk.freeze(second, 300, OTHER_SEAT)

    after = told(desk, first)

    assert (after.code, after.is_empty) == (ReplyCode.ACCEPTED, True)
    assert told(desk, second, OTHER_BROKER).freezes == [OpenFreeze(*target, 300)]
    assert told(desk, first, BANK_PARTY).is_empty


def test_anothers_contract_reads_as_one_that_is_not_there() -> None:
    desk = Desk()
    number = desk.open(1_000)
    desk.freeze(number, 400)
    desk.done(restraint(account_of(number), 700))

    for asked in (number, account_of(number), 10**15, 7):
        answer = told(desk, asked, OTHER_BROKER)
        assert (answer.code, answer.is_empty) == (ReplyCode.CONTRACT_UNKNOWN, True)
    assert told(desk, account_of(number)).code == ReplyCode.CONTRACT_UNKNOWN  # an account is no business of its broker


def test_a_restraint_is_named_to_the_bank_alone() -> None:
    desk = Desk()
    number = desk.open(1_000)
    target = desk.freeze(number, 400)
    desk.done(restraint(account_of(number), 700))

    assert told(desk, number).restraints == []
    for asked in (number, account_of(number)):
        answer = told(desk, asked, BANK_PARTY)
        assert answer.freezes == [OpenFreeze(*target, 400)]
        assert answer.restraints == [OpenRestraint(1, RestraintKind.JUDICIAL, 700)]


def test_an_account_without_a_contract_has_what_restrains_it() -> None:
    desk = Desk()
    account_no = account_no_from_index(0)
    assert told(desk, account_no, BANK_PARTY).is_empty
    desk.done(restraint(account_no, 700))
    assert told(desk, account_no, BANK_PARTY).restraints == [OpenRestraint(1, RestraintKind.JUDICIAL, 700)]
    assert told(desk, account_no_from_index(63), BANK_PARTY).code == ReplyCode.CONTRACT_UNKNOWN


def test_dates_are_told_one_by_one_and_what_their_settlement_left() -> None:
    desk = Desk()
    number, other = desk.open(1_000), desk.open(1_000)
    desk.ask(SEAT, fill_sell(number, 70), fill_sell(other, 1))
    target = desk.freeze(number, 100)
    desk.roll(TUESDAY)
    desk.ask(SEAT, fill_sell(number, 30, TUESDAY))
    desk.settle(MONDAY)

    answer = told(desk, number)

    assert answer.freezes == [OpenFreeze(*target, 100)]  # carried, and named by its own date
    monday, tuesday = OpenDate(MONDAY, 0, 70, 0, 0, 0, True), OpenDate(TUESDAY, 0, 30, 0, 0, 0, False)
    assert (sums_fen(answer), answer.dates) == ((100, 0, 100), [monday, tuesday])
    assert told(desk, other).dates == [OpenDate(MONDAY, 0, 1, 0, 0, 0, True)]


def test_what_a_clearing_set_says_keeps_a_contract_and_is_told() -> None:
    """Nothing is frozen or bought by our books; the set says a dividend of 5.00 less 1.00."""
    desk = Desk()
    number, other = desk.open(1_000), desk.open(1_000)
    desk.done(SignOff(MONDAY))
    send_whole(desk, dividend(1, number, 500, 100))

    assert desk.control(ChangeContract(number, TERMINATE)) == ReplyCode.ITEMS_OPEN
    assert told(desk, number).dates == [OpenDate(MONDAY, 0, 0, 0, 0, 400, False)]
    assert told(desk, other).is_empty


def test_cleared_buys_stand_beside_what_is_bought() -> None:
    desk = Desk()
    number = desk.open(1_000)
    target = desk.freeze(number, 400)
    desk.ask(SEAT, fill_buy(target, number, 305, 95))
    desk.done(SignOff(MONDAY))
    send_whole(desk, order(target, number, 400, 95), buy(target, number, 300, 5))

    assert told(desk, number).dates == [OpenDate(MONDAY, 305, 0, 305, 0, 0, False)]


def test_many_freezes_come_page_by_page() -> None:
    """One more than a page has, and one of another contract between them."""
    desk = Desk()
    number, other = desk.open(10**6), desk.open(10**6)
    desk.ask(SEAT, joined(*[freeze(number, 2)] * QUERY_OPEN_FREEZES_MAX), freeze(other, 3), freeze(number, 5))

    page = told(desk, number)

    assert [each.number for each in page.freezes] == list(range(1, QUERY_OPEN_FREEZES_MAX + 1))
    last = told(desk, number, first=page.next_place)
    assert [(each.number, each.remaining_fen) for each in last.freezes] == [(QUERY_OPEN_FREEZES_MAX + 2, 5)]
    assert (last.next_place, page.frozen_fen, last.frozen_fen) == (0, 2_053, 2_053)
    assert told(desk, number, first=2**40).freezes == []


def test_an_answer_looks_at_so_many_freezes_and_says_where_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    number = desk.open(1_000)
    target = desk.freeze(number, 400)
    monkeypatch.setattr(listing, "FREEZES_LOOKED_AT_MAX", REQUEST_PAGE_RECORDS)

    page = told(desk, number)

    assert (page.freezes, page.next_place) == ([], REQUEST_PAGE_RECORDS)
    assert told(desk, number, first=page.next_place).freezes == [OpenFreeze(*target, 400)]


def test_a_contract_that_runs_off_tells_its_own() -> None:
    desk = Desk()
    number = desk.open(1_000)
    target = desk.freeze(number, 400)
    holder_of_it = SPARE_ACCOUNTS
    second = desk.told(ReplaceCard(number, desk.open_account(500, holder_of_it))).remaining_fen

    assert told(desk, number).freezes == [OpenFreeze(*target, 400)]
    assert told(desk, second).is_empty


def test_what_is_told_is_what_is_refused() -> None:
    """Random orders of three contracts: one may change its broker exactly while nothing is told of it."""
    desk, chance = Desk(), np.random.default_rng(7)
    numbers = [desk.open(10_000) for _ in range(3)]
    targets: list[tuple[Target, int, int]] = []
    for _step in range(60):
        number = numbers[int(chance.integers(3))]
        if targets and chance.random() < 0.6:
            target, of, fen = targets.pop(int(chance.integers(len(targets))))
            desk.ask(SEAT, release(target, of, fen))
        else:
            fen = int(chance.integers(1, 50))
            targets.append((desk.freeze(number, fen), number, fen))
        for each in numbers:
            answer = told(desk, each)
            expected = sorted((target, fen) for target, of, fen in targets if of == each)
            assert [(one.trade_date, one.seat, one.number, one.remaining_fen) for one in answer.freezes] == [
                (*target, fen) for target, fen in expected
            ]
            assert answer.is_empty == (not expected)
            if expected:
                assert desk.control(ChangeContract(each, TERMINATE)) == ReplyCode.ITEMS_OPEN
