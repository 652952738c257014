"""Customers of a broker of scheme A sign at the counter: a teller's act, the identity desk, the card host.

Belongs here: the act sign_contract_at_counter, and what is told of it on the way. Never here: pushes of brokers
(test_pushes), what tries are for (test_push_limits), the form of acts (test_acts).
"""

from typing import Any

import pytest
from msgspec.structs import replace

from protocol.acts.customers import SignAtCounterAct, push_serial_of
from protocol.acts.table import act_of, text_of
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import account_no_from_index
from protocol.limits import PUSH_TRIES_MAX, PUSHES_KEPT_MAX, SEALED_PASSWORD_BYTES, SEALED_PERSON_BYTES
from protocol.messages.customers.accounts import ChangeAccount
from protocol.messages.customers.pushes import Identify
from protocol.messages.orders.signing_on import SetVerifier
from protocol.vocabulary import BANK_PARTY, AccountEvent, CardAnswer, ContractStatus, PushState, Right, Scheme
from tests.customers import FIRST_BANK_ACCOUNT_NO, OUTLET, holder_of, shares
from tests.ledger_core.control.customers.pushing import (
    ANN,
    BEN,
    NOT_ASKED,
    RIGHT,
    WRONG,
    a_push,
    confirm,
    facts,
    state,
    waiting,
)
from tests.ledger_core.desk import BROKER, CHANNEL, OTHER_BROKER, SEAT, Answer, Desk, same_after_all, status
from tests.ledger_core.orders.signing import SALT, VERIFIER, a_bank_with_channels, say, signed_on
from tests.ledger_core.sealed import sealed
from tests.people import signed

TIM, UMA, VIC, WIM = 4, 5, 6, 7  # a teller, one of another outlet, one without the right, one for the whole bank
ACCEPTED = ReplyCode.ACCEPTED


class Counter:
    """A sealed bank with a broker of scheme A, and tellers."""

    def __init__(self) -> None:
        self.desk = a_bank_with_channels()
        staff = (
            (TIM, Right.CUSTOMERS, OUTLET),
            (UMA, Right.CUSTOMERS, OUTLET + 1),
            (VIC, Right.RESTRAIN, OUTLET),
            (WIM, Right.CUSTOMERS),
        )
        self.office = sealed(self.desk, *staff)

    def act(self, account: int = ANN, author: int = TIM, **other: Any) -> SignAtCounterAct:  # noqa: ANN401 - of a field
        said = {
            **{"party": BROKER, "account_no": account_no_from_index(account), "shanghai": "A1", "shenzhen": ""},
            **{"person_key_id": 1, "sealed_person": "00" * SEALED_PERSON_BYTES},
            **{"password_key_id": 2, "sealed_password": "00" * SEALED_PASSWORD_BYTES},
        }
        return SignAtCounterAct(**self.office.by(author), **{**said, **other})

    def signs(self, account: int = ANN, author: int = TIM, **other: Any) -> Answer:  # noqa: ANN401 - of a field
        """What the act of a teller is told."""
        return self.desk.told(signed(self.act(account, author, **other), author))

    def taken(self, account: int = ANN, **other: Any) -> int:  # noqa: ANN401 - of a field
        """An act that is taken; the number of what the identity desk looks into."""
        answer = self.signs(account, **other)
        assert answer.code == ACCEPTED, answer
        return answer.remaining_fen

    def decided(self, number: int, answer: CardAnswer, account: int = ANN) -> Answer:
        self.desk.done(Identify(number, holder_of(account)))
        return confirm(self.desk, number, answer)

    def told(self, number: int) -> tuple[int, int, int]:
        return facts(self.desk, number, BANK_PARTY)


def test_a_customer_signs_at_the_counter_and_trades_at_once() -> None:
    counter = Counter()
    desk, number = counter.desk, counter.taken(shenzhen="0123456789")
    found = waiting(desk, number)
    assert (found.party, found.bank_account_no, found.replaces) == (BROKER, FIRST_BANK_ACCOUNT_NO + ANN, 0)
    assert (found.serial, found.securities_accounts) == (push_serial_of(TIM, 1), shares("A1", "0123456789"))
    assert counter.told(number) == (0, PushState.WAITING, 0)

    contract_no = counter.decided(number, RIGHT).remaining_fen

    assert counter.told(number) == (0, PushState.ASSIGNED, contract_no)
    assert status(desk, contract_no) == ContractStatus.ACTIVE
    assert desk.book.designated_on[contract_no // 100] == desk.book.trade_date
    desk.done(SetVerifier(contract_no, 0, SALT, VERIFIER))
    assert say(desk, signed_on(contract_no)) == [ACCEPTED]
    same_after_all(desk)


@pytest.mark.parametrize(
    ("answer", "becomes", "tries"),
    [(WRONG, PushState.NOT_IDENTIFIED, 1), (NOT_ASKED, PushState.UNREADABLE, 0)],
)
def test_without_the_card_password_nothing_comes_about(answer: CardAnswer, becomes: PushState, tries: int) -> None:
    """He stands at the counter: no contract waits for him, and he may try again."""
    counter = Counter()
    desk, contracts = counter.desk, counter.desk.book.contracts_count
    number = counter.taken()

    assert counter.decided(number, answer) == (ACCEPTED, 0, 0)

    assert counter.told(number) == (0, becomes, 0)
    assert (desk.book.contracts_count, sum(desk.book.pushes.tries.values())) == (contracts, tries)
    assert desk.book.pushes.entries[number].asked is None
    assert counter.told(again := counter.taken())[1] == PushState.WAITING
    assert counter.decided(again, RIGHT).remaining_fen > 0
    same_after_all(desk)


def test_a_card_password_is_guessed_a_few_times_at_the_counter_too() -> None:
    counter = Counter()
    early = counter.taken()
    for _ in range(PUSH_TRIES_MAX - 1):
        counter.desk.done(Identify(counter.taken(), holder_of(BEN)))
    counter.desk.done(Identify(early, holder_of(ANN)))
    last = counter.taken()
    counter.desk.done(Identify(last, holder_of(BEN)))

    assert counter.signs().code == ReplyCode.PUSHES_FUTILE
    assert confirm(counter.desk, early, RIGHT) == (ACCEPTED, 0, 0)  # it was right, and came too late
    assert counter.told(early) == (0, PushState.NOT_IDENTIFIED, 0)
    counter.desk.roll(counter.desk.book.trade_date + 1)
    assert counter.signs().code == ACCEPTED
    same_after_all(counter.desk)


def test_another_person_signs_nothing() -> None:
    counter = Counter()
    number = counter.taken()

    counter.desk.done(Identify(number, holder_of(BEN)))

    assert counter.told(number) == (0, PushState.NOT_IDENTIFIED, 0)
    same_after_all(counter.desk)


def test_a_teller_is_told_at_once_what_bars_it_the_lowest_first() -> None:
    counter = Counter()
    desk = counter.desk
    taken = counter.decided(counter.taken(), RIGHT).remaining_fen
    assert taken
    lost = ChangeAccount(account_no_from_index(ANN), AccountEvent.REPORT_LOSS)

    codes = [
        counter.signs(BEN, WIM, account_no=12_345_602).code,
        counter.signs(BEN, party=CHANNEL).code,
        counter.signs(BEN, party=OTHER_BROKER).code,
        counter.signs(BEN).code,
        counter.signs(ANN).code,
    ]
    desk.done(lost)

    assert codes == [
        *(ReplyCode.ACCOUNT_UNKNOWN, ReplyCode.PARTY_UNKNOWN, ReplyCode.SCHEME_FORBIDS),
        *(ReplyCode.SECURITIES_ACCOUNT_TAKEN, ReplyCode.ACCOUNT_HAS_CONTRACT),
    ]
    assert counter.signs(ANN).code == ReplyCode.ACCOUNT_LOSS_REPORTED
    assert counter.signs(ANN, party=OTHER_BROKER).code == ReplyCode.SCHEME_FORBIDS
    desk.book.pushes.open_of[BROKER] = dict.fromkeys(range(1, PUSHES_KEPT_MAX + 1))
    assert counter.signs(BEN, shanghai="A2").code == ReplyCode.PUSHES_FULL


def test_what_bars_it_is_looked_at_again_when_the_person_is_known() -> None:
    """Two tellers are asked at once for one securities account: the second customer has none."""
    counter = Counter()
    first, second = counter.taken(ANN), counter.taken(BEN)
    assert counter.decided(first, RIGHT).remaining_fen

    counter.desk.done(Identify(second, holder_of(BEN)))

    assert counter.told(second) == (ReplyCode.SECURITIES_ACCOUNT_TAKEN, PushState.IMPOSSIBLE, 0)
    same_after_all(counter.desk)


def test_who_may_sign_for_a_customer() -> None:
    counter = Counter()
    assert counter.signs(author=UMA).code == ReplyCode.RIGHT_MISSING  # of an outlet that is not his
    assert counter.signs(author=VIC).code == ReplyCode.RIGHT_MISSING
    act = signed(counter.act(), TIM)
    assert counter.desk.control(act, SEAT) == ReplyCode.ROLE_FORBIDS
    assert counter.desk.control(act) == ACCEPTED
    assert counter.desk.control(act) == ReplyCode.ACT_REPEATED  # one push, however often it is sent
    assert counter.desk.book.pushes.given == 1


def test_a_broker_of_scheme_a_pushes_none_and_others_hear_nothing() -> None:
    counter = Counter()
    number = counter.taken()

    assert counter.desk.control(a_push(1), SEAT) == ReplyCode.SCHEME_FORBIDS
    assert facts(counter.desk, number) == (0, PushState.WAITING, 0)
    assert facts(counter.desk, number, OTHER_BROKER) == (ReplyCode.PUSH_UNKNOWN, 0, 0)


def test_the_bank_is_told_nothing_of_what_brokers_of_scheme_b_push() -> None:
    desk = Desk()
    number = desk.told(a_push(1), SEAT).remaining_fen
    assert facts(desk, number, BANK_PARTY) == (ReplyCode.PUSH_UNKNOWN, 0, 0)
    assert state(desk, number) == PushState.WAITING


def test_while_one_waits_the_broker_stays_of_scheme_a() -> None:
    """Else what waits would become a push, and a wrong password a contract."""
    counter = Counter()
    desk, number = counter.desk, counter.taken()
    before = desk.book.orders.schemes.of(BROKER)
    desk.book.orders.schemes.coming[BROKER] = int(Scheme.B)
    desk.roll(desk.book.trade_date + 1)

    assert (before, desk.book.orders.schemes.of(BROKER)) == (Scheme.A, Scheme.A)
    assert counter.decided(number, WRONG) == (ACCEPTED, 0, 0)


def test_an_act_names_a_securities_account_and_is_one_text() -> None:
    counter = Counter()
    act = counter.act()
    assert act_of(text_of(act)) == act
    for wrong in (replace(act, shanghai=""), replace(act, sealed_person="00"), replace(act, shanghai="a1")):
        with pytest.raises(MisuseError):
            text_of(wrong)
    longest = replace(act, reason="因" * 200, shenzhen="Z" * 10, account_no=2**53 - 1, author=65_535, serial=2**46)
    assert len(text_of(longest)) < 2_000
    assert push_serial_of(65_535, 2**46 - 1) <= 2**62
