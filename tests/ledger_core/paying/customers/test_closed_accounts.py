"""What is owed to customers whose accounts are closed 应付客户款: it stands on 2910 until two people have it paid."""

import pytest

from ledger.core.invariants import check_book
from protocol.account_codes import AccountCode
from protocol.acts.clearing import PayCustomerAct
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.limits import DESK_SERIAL_STEP_MAX
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract
from protocol.messages.day.steps import Publish, Reconcile, SignOff
from protocol.vocabulary import AccountEvent, ClearedEvent, ContractEvent, Right
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import Both, correction
from tests.ledger_core.desk import OTHER_BROKER, OTHER_SEAT, TUESDAY, WEDNESDAY, account_of, codes, same_after_all
from tests.ledger_core.lines.words import agree, event, sell, send_whole
from tests.ledger_core.paying.bank import TED, VAL, House, at
from tests.ledger_core.settling.words import owed, settle, to_be_credited
from tests.people import signed

ACCEPTED, TOO_MUCH = ReplyCode.ACCEPTED, ReplyCode.AMOUNT_OVER_REMAINING


def sold_for_two() -> tuple[House, int, int]:
    """Ann and Bob sold for 3.50 and 0.20 on Tuesday; both contracts ended and both accounts were closed on the same
    day, before the set said so. Their broker, which tells no fills, pays on Wednesday, and both are credited.
    """
    house = House()
    desk = house.desk
    house.open(TUESDAY)
    house.now(at(TUESDAY, 10))
    ann, bob = customers = [desk.open(0, OTHER_BROKER) for _ in range(2)]
    for contract_no in customers:
        assert desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE), OTHER_SEAT) == ACCEPTED
        desk.done(ChangeAccount(account_of(contract_no), AccountEvent.CLOSE))
    house.now(at(TUESDAY, 20))
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    sales = dict(zip(customers, (350, 20), strict=True))
    events = [
        event(each, what, on=TUESDAY) for each in customers for what in (ClearedEvent.OPENED, ClearedEvent.CLOSED)
    ]
    sold = [sell(place, each, fen, on=TUESDAY) for place, (each, fen) in enumerate(sales.items(), 1)]
    send_whole(desk, *events, *sold, on=TUESDAY, seat=OTHER_SEAT)
    desk.done(Reconcile(TUESDAY, OTHER_BROKER, 0))
    corrected = [correction(each, Both(0, fen), on=TUESDAY) for each, fen in sales.items()]
    assert codes(desk.ask(DAY_SEAT, *corrected)) == [ACCEPTED, ACCEPTED]
    desk.done(Reconcile(TUESDAY, OTHER_BROKER, 0))
    desk.done(Publish(TUESDAY, OTHER_BROKER))
    settle(desk, TUESDAY, OTHER_BROKER)
    house.now(at(WEDNESDAY, 9))
    assert house.fund(370, OTHER_BROKER).code == ACCEPTED
    house.now(at(WEDNESDAY, 10))
    house.due(OTHER_BROKER)
    credited = desk.ask(DAY_SEAT, *to_be_credited(desk, OTHER_BROKER))
    assert credited == [owed(350), owed(20)]
    return house, ann, bob


def pays(house: House, contract_no: int, amount_fen: int, serial: int, way: str = "CASH") -> ReplyCode:
    return house.act(PayCustomerAct, contract_no=contract_no, amount_fen=amount_fen, way=way, desk_serial=serial)


def stand(house: House, *contracts: int) -> list[int]:
    return [house.desk.book.general_ledger.owed_to_customer_fen(OTHER_BROKER, each) for each in contracts]


def test_what_stands_for_a_contract_is_paid_in_parts_and_never_more_of_it() -> None:
    """3.50 for Ann: 1.00 over the counter, 2.50 to another bank. 0.20 for Bob are his."""
    house, ann, bob = sold_for_two()
    assert stand(house, ann, bob) == [350, 20]
    cash_fen = house.book(AccountCode.CASH)

    assert pays(house, ann, 351, 1) == TOO_MUCH
    assert pays(house, ann, 100, 1) == ACCEPTED
    assert pays(house, ann, 251, 2) == TOO_MUCH
    assert pays(house, ann, 250, 2, "TRANSFER") == ACCEPTED
    assert pays(house, ann, 1, 3) == TOO_MUCH

    assert stand(house, ann, bob) == [0, 20]
    assert house.book(AccountCode.OWED_TO_CUSTOMERS, OTHER_BROKER, case=bob) == -20
    assert house.book(AccountCode.CASH) == cash_fen - 100
    assert house.book(AccountCode.OTHER_BANKS) == 370 - 250
    same_after_all(house.desk)


def test_a_payment_that_is_told_twice_is_made_once() -> None:
    """The second act is another text, of other people's will: by its serial alone it is known."""
    house, ann, bob = sold_for_two()
    assert pays(house, ann, 100, 5) == ACCEPTED
    assert pays(house, ann, 100, 5) == ReplyCode.SERIAL_USED
    assert pays(house, bob, 20, 4) == ReplyCode.SERIAL_USED  # serials are the broker's, not a customer's
    assert pays(house, bob, 20, 5 + DESK_SERIAL_STEP_MAX + 1) == ReplyCode.SERIAL_TOO_FAR
    assert stand(house, ann, bob) == [250, 20]
    assert pays(house, bob, 20, 5 + DESK_SERIAL_STEP_MAX) == ACCEPTED
    assert house.desk.book.clearing_accounts.of(OTHER_BROKER).fund_serial == 1  # these are another row of serials


def test_the_contract_is_looked_at_first_then_the_serial() -> None:
    house, ann, _ = sold_for_two()
    assert pays(house, 9_901, 351, 2**40) == ReplyCode.CONTRACT_UNKNOWN
    assert pays(house, ann, 351, 2**40) == ReplyCode.SERIAL_TOO_FAR
    living = house.desk.open(1_000, OTHER_BROKER)
    assert pays(house, living, 1, 1) == TOO_MUCH  # its account is open: nothing stands there


def test_it_is_an_act_of_clearing() -> None:
    house, ann, _ = sold_for_two()
    house.office.valid_until_s = at(WEDNESDAY, 11)
    act = PayCustomerAct(**house.office.by(VAL), contract_no=ann, amount_fen=1, way="CASH", desk_serial=1)
    assert house.desk.control(signed(act, VAL, TED), DAY_SEAT) == ReplyCode.RIGHT_MISSING
    assert house.desk.book.persons.entries[VAL].rights == Right.DAY


@pytest.mark.parametrize("way", ["CARD", "JUDICIAL", "cash", ""])
def test_it_leaves_over_the_counter_or_to_another_bank(way: str) -> None:
    house, ann, _ = sold_for_two()
    with pytest.raises(MisuseError, match="out of its bounds"):
        pays(house, ann, 1, 1, way)


def test_a_ledger_that_has_paid_what_does_not_stand_there_is_noticed() -> None:
    house, ann, _ = sold_for_two()
    book = house.desk.book
    check_book(book)
    key = next(key for key in book.general_ledger.keys if key.item == ann)
    book.general_ledger.move(key, 351)
    book.general_ledger.move(key._replace(code=int(AccountCode.CASH), party=0, item=0), -351)
    with pytest.raises(InvariantBroken, match=f"what is owed to contract {ann}"):
        check_book(book)
