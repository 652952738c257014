"""A sealed bank registers securities, and prices with accrued interest, by lists that two people have signed.

Dee and Eve sign; master data tells the lines in pieces, in their order, and nothing else.
"""

from typing import NamedTuple

import pytest

from protocol.acts.ordering.securities import RegisterSecuritiesAct, SecuritiesAct, SetPricesAct
from protocol.codes import ReplyCode
from protocol.limits import SECURITY_LISTS_MAX
from protocol.messages.orders.securities import (
    PriceLimits,
    RegisterSecurities,
    ResumeSecurity,
    SecurityVersion,
    SetPrices,
    SuspendSecurity,
    rests_of,
)
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import Market, Right
from tests.ledger_core.desk import MONDAY, TUESDAY, WEDNESDAY, Answer, Desk, same_after_all
from tests.ledger_core.sealed import sealed
from tests.people import Office, signed
from tests.securities import NO_REST, bond, limits, priced, registered, share

DEE, EVE, FAY = 4, 5, 6
ACCEPTED, NEEDED, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.ACT_NEEDED, ReplyCode.DECISION_DIFFERS
VERSIONS = [share(MONDAY), share(MONDAY, "600001"), bond(MONDAY)]
PRICES = [limits(), limits("019547", 1_000_000, 1_100_000, accrued=12_345)]


class Sealed(NamedTuple):
    desk: Desk
    office: Office

    def permitted(self, act: SecuritiesAct, *persons: int) -> Answer:
        return self.desk.told(signed(act, *(persons or (DEE, EVE))))

    def versions_act(self, lines: list[SecurityVersion], last_date: int = MONDAY) -> RegisterSecuritiesAct:
        digest = rests_of(lines)[0].hex()
        return RegisterSecuritiesAct(**self.office.by(DEE), count=len(lines), digest=digest, last_date=last_date)

    def prices_act(self, lines: list[PriceLimits], trade_date: int = MONDAY) -> SetPricesAct:
        digest = rests_of(lines)[0].hex()
        return SetPricesAct(**self.office.by(DEE), trade_date=trade_date, count=len(lines), digest=digest)

    def list_of(self, act: SecuritiesAct) -> int:
        answer = self.permitted(act)
        assert (answer.code, answer.state) == (ACCEPTED, STATE_NUMBER_GIVEN)
        return answer.remaining_fen

    def tell(self, number: int, first: int, end: int, lines: list[SecurityVersion] | None = None) -> Answer:
        every = VERSIONS if lines is None else lines
        return self.desk.told(RegisterSecurities(number, first, every[first:end], rests_of(every)[end]))


def sealed_bank() -> Sealed:
    desk = Desk()
    return Sealed(desk, sealed(desk, (DEE, Right.ORDERS), (EVE, Right.ORDERS), (FAY, Right.BROKERS)))


def count(desk: Desk) -> int:
    return len(desk.book.orders.securities.code)


def test_a_list_is_told_in_pieces_and_each_piece_is_proved_by_itself() -> None:
    bank = sealed_bank()
    assert bank.desk.control(registered(*VERSIONS)) == NEEDED
    number = bank.list_of(bank.versions_act(VERSIONS))
    assert bank.desk.control(registered(*VERSIONS)) == NEEDED  # it says no list
    assert bank.tell(number + 1, 0, 1).code == NEEDED

    assert bank.tell(number, 0, 2) == (ACCEPTED, STATE_NUMBER_GIVEN, 2)
    assert bank.tell(number, 0, 2) == (ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 2)
    assert count(bank.desk) == 2
    same_after_all(bank.desk)
    other = [*VERSIONS[:2], bond(MONDAY, "019548")]
    assert bank.tell(number, 2, 3, other).code == DIFFERS
    assert bank.tell(number, 2, 3) == (ACCEPTED, STATE_NUMBER_GIVEN, 3)
    assert bank.desk.told(RegisterSecurities(number, 3, [share(MONDAY, "600009")], NO_REST)).code == (
        ReplyCode.STEP_NOT_DUE  # nothing is left of it
    )
    assert count(bank.desk) == 3
    same_after_all(bank.desk)


def test_lines_that_are_not_the_next_ones_or_more_than_were_signed_are_refused() -> None:
    bank = sealed_bank()
    number = bank.list_of(bank.versions_act(VERSIONS[:2]))

    assert bank.tell(number, 1, 2).code == ReplyCode.STEP_NOT_DUE
    assert bank.tell(number, 0, 3).code == DIFFERS
    assert bank.desk.control(RegisterSecurities(number, 0, VERSIONS[1::-1], NO_REST)) == DIFFERS
    assert bank.tell(number, 0, 2, VERSIONS[:2]).code == ACCEPTED


def test_prices_need_people_where_interest_is_accrued_and_only_there() -> None:
    bank = sealed_bank()
    number = bank.list_of(bank.versions_act(VERSIONS))
    assert bank.tell(number, 0, 3).code == ACCEPTED

    assert bank.desk.control(priced(MONDAY, PRICES[0])) == ACCEPTED
    assert bank.desk.control(priced(MONDAY, *PRICES)) == NEEDED
    of_prices = bank.list_of(bank.prices_act(PRICES, TUESDAY))
    rests = rests_of(PRICES)
    assert bank.desk.control(SetPrices(of_prices, 0, MONDAY, PRICES, rests[2])) == NEEDED  # it is of Tuesday
    assert bank.desk.control(RegisterSecurities(of_prices, 0, VERSIONS, NO_REST)) == NEEDED  # and of prices
    assert bank.desk.control(SetPrices(number, 0, TUESDAY, PRICES, rests[2])) == NEEDED
    told = bank.desk.told(SetPrices(of_prices, 0, TUESDAY, PRICES[:1], rests[1]))
    assert told == (ACCEPTED, STATE_NUMBER_GIVEN, 1)
    told = bank.desk.told(SetPrices(of_prices, 1, TUESDAY, PRICES[1:], rests[2]))
    assert told == (ACCEPTED, STATE_NUMBER_GIVEN, 2)
    assert bank.desk.book.orders.securities.limits_of(2) == {TUESDAY: (1_000_000, 1_100_000, 12_345)}
    same_after_all(bank.desk)


def test_a_security_is_suspended_by_no_act() -> None:
    bank = sealed_bank()
    number = bank.list_of(bank.versions_act(VERSIONS))
    assert bank.tell(number, 0, 3).code == ACCEPTED

    assert bank.desk.control(SuspendSecurity(Market.XSHG, "600000", "停牌")) == ACCEPTED
    assert bank.desk.control(ResumeSecurity(Market.XSHG, "600000", "复牌")) == ACCEPTED


def test_a_list_holds_to_the_end_of_its_last_date() -> None:
    bank = sealed_bank()
    until_tuesday, of_monday = bank.versions_act(VERSIONS, TUESDAY), bank.prices_act(PRICES)
    kept, gone = bank.list_of(until_tuesday), bank.list_of(of_monday)
    assert sorted(bank.desk.book.orders.securities.lists) == [kept, gone]
    same_after_all(bank.desk)

    bank.desk.roll(TUESDAY)
    assert sorted(bank.desk.book.orders.securities.lists) == [kept]
    lines = [share(TUESDAY)]
    assert bank.permitted(bank.versions_act(lines)).code == ReplyCode.TRADE_DATE_NOT_LATER
    assert bank.permitted(bank.prices_act(PRICES)).code == ReplyCode.TRADE_DATE_NOT_LATER
    assert bank.permitted(bank.versions_act(lines, 20_260_230)).code == ReplyCode.REQUEST_MALFORMED
    assert bank.permitted(bank.prices_act(PRICES, 20_260_230)).code == ReplyCode.REQUEST_MALFORMED
    bank.desk.roll(WEDNESDAY)
    assert not bank.desk.book.orders.securities.lists


@pytest.mark.parametrize(
    ("persons", "code"),
    [((DEE,), ReplyCode.SECOND_PERSON_NEEDED), ((DEE, FAY), ReplyCode.RIGHT_MISSING), ((DEE, EVE), ACCEPTED)],
)
def test_two_people_with_the_right_must_sign(persons: tuple[int, ...], code: ReplyCode) -> None:
    bank = sealed_bank()

    assert bank.permitted(bank.versions_act(VERSIONS), *persons).code == code


def test_so_many_lists_may_wait_and_no_more() -> None:
    bank = sealed_bank()
    for _ in range(SECURITY_LISTS_MAX):
        bank.list_of(bank.versions_act(VERSIONS))

    assert bank.permitted(bank.versions_act(VERSIONS)).code == ReplyCode.MASTER_DATA_FULL
