"""What the desk by the clock does beside the steps of a day: contracts that have ended, rolls that are confirmed.

Never here: the steps themselves (test_by_clock).
"""

import trio

from gateway.day.by_clock import COMPARED_AGAIN_S, ROLL_ASKED_AGAIN_S
from protocol.codes import ReplyCode
from protocol.messages.control import ConfirmRoll
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import WithdrawSet
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, ContractEvent
from tests.gateway.day.bank_by_clock import AGREED, BEGUN, PUBLISHED, SIGNED_OFF, Bank, at
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
)
from tests.ledger_core.lines.words import buy, event, sell, send_whole

ONE_SETTLED = [*PUBLISHED, BEGUN, "1 SETTLE {0}", *AGREED]


def ended(bank: Bank, party: int) -> tuple[int, list[RecordArray]]:
    """A contract of the broker that ends on Monday, which is signed off; the lines of what happened to it."""
    desk, seat = bank.desk, SEAT if party == BROKER else OTHER_SEAT
    customer = desk.open(1_000, party)
    assert desk.control(ChangeContract(customer, ContractEvent.TERMINATE), seat) == ReplyCode.ACCEPTED
    bank.round(MONDAY, "15:30")
    return customer, [event(customer, what) for what in (ClearedEvent.OPENED, ClearedEvent.CLOSED)]


def test_what_was_sold_for_a_contract_that_has_ended_is_corrected_without_people_and_published() -> None:
    """Broker 3 has no fills: 3.50 come with its set, and stand by themselves, for no account is the contract's."""
    bank = Bank()
    customer, lines = ended(bank, OTHER_BROKER)
    send_whole(bank.desk, *lines, sell(1, customer, 350), seat=OTHER_SEAT)

    assert bank.round(MONDAY, "16:00") == [
        "Reconcile ACCEPTED",
        "1 CORRECT {0}",
        *PUBLISHED,
        BEGUN,
        "1 SETTLE {0}",
        *AGREED,
    ]
    assert bank.said == []
    assert (bank.figures.taken["correct"], bank.figures.differing) == (1, 0)


def test_it_waits_while_something_else_differs_so_that_the_broker_may_still_withdraw_its_set() -> None:
    bank = Bank()
    customer, (opened, closed) = ended(bank, OTHER_BROKER)
    send_whole(bank.desk, opened, sell(1, customer, 350), seat=OTHER_SEAT)
    assert bank.round(MONDAY, "16:00") == ["Reconcile ACCEPTED"]
    assert bank.said == [f"broker {OTHER_BROKER} differs for {MONDAY}: 1 missing there, 1 amount"]

    assert bank.desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ReplyCode.ACCEPTED
    send_whole(bank.desk, opened, closed, sell(1, customer, 350), seat=OTHER_SEAT)
    assert bank.round(MONDAY, "16:01") == [
        "Reconcile ACCEPTED",
        "1 CORRECT {0}",
        *PUBLISHED,
        BEGUN,
        "1 SETTLE {0}",
        *AGREED,
    ]


def test_it_waits_for_whoever_has_not_ended() -> None:
    """A sale of a contract that goes on comes by PROCEEDS; a buy of one without an order is people's."""
    bank = Bank()
    other = bank.desk.open(1_000, OTHER_BROKER)
    customer, lines = ended(bank, OTHER_BROKER)
    lines = [event(other), *lines, sell(1, customer, 350), buy((MONDAY, OTHER_SEAT, 99), other, 50)]
    send_whole(bank.desk, *lines, seat=OTHER_SEAT)
    assert bank.round(MONDAY, "16:00") == ["Reconcile ACCEPTED"]


def test_what_two_people_must_sign_of_a_contract_that_has_ended_is_said_once() -> None:
    """Broker 2 tells its sales at the fill, so 3.50 more are a difference; 0.40 were bought without an order."""
    bank = Bank()
    customer, lines = ended(bank, BROKER)
    send_whole(bank.desk, *lines, sell(1, customer, 350), buy((MONDAY, SEAT, 99), customer, 40))

    assert bank.round(MONDAY, "16:00") == ["Reconcile ACCEPTED"]
    bank.elapsed_s = COMPARED_AGAIN_S
    assert bank.round(MONDAY, "16:05") == ["Reconcile ACCEPTED"]
    assert bank.said == [
        f"contract {customer} has ended and differs: two people must sign what `yzt day correct --date {MONDAY} "
        f"--party {BROKER} --contract {customer}` prints",
        f"broker {BROKER} differs for {MONDAY}: 1 missing here, 1 amount",
    ]


def test_the_roll_to_the_open_date_is_confirmed_once_the_read_model_has_the_state_behind_it() -> None:
    bank = Bank()
    bank.round(MONDAY, "15:30")
    assert bank.round(TUESDAY, "08:30") == ["OpenTradeDate ACCEPTED"]
    assert bank.rolls_asked == 1  # and not again with each round
    roll = ConfirmRoll(TUESDAY, bank.desk.book.roll_sequence, 1, bytes(32))
    bank.rolls[TUESDAY] = roll
    assert bank.round(TUESDAY, "08:31") == []
    bank.elapsed_s = ROLL_ASKED_AGAIN_S
    assert bank.round(TUESDAY, "08:32") == ["ConfirmRoll ACCEPTED"]
    bank.elapsed_s = 2 * ROLL_ASKED_AGAIN_S
    assert bank.round(TUESDAY, "08:33") == []
    assert (bank.rolls_asked, bank.figures.taken["confirm-roll"]) == (2, 1)

    bank.start()  # a new desk does not know that it is done: it may be said again
    assert bank.round(TUESDAY, "08:34") == ["ConfirmRoll ACCEPTED"]


def test_a_read_model_that_is_not_there_is_said_once_and_holds_nothing_up() -> None:
    bank = Bank()
    bank.read_model_fault = "day run confirm-roll: PostgreSQL cannot be reached"
    assert bank.round(MONDAY, "15:30") == SIGNED_OFF
    bank.elapsed_s = ROLL_ASKED_AGAIN_S
    assert bank.round(TUESDAY, "08:30") == ["OpenTradeDate ACCEPTED"]
    assert (bank.said.count(bank.read_model_fault), bank.figures.why) == (1, "")


def test_a_roll_that_the_bank_does_not_know_is_refused_and_told() -> None:
    bank = Bank()
    bank.rolls[MONDAY] = ConfirmRoll(MONDAY, 1, 1, bytes(32))
    bank.now_s = at(MONDAY, "09:00")
    assert bank.day is not None
    trio.run(bank.day.round)
    assert bank.sent == ["ConfirmRoll ROLL_UNKNOWN"]
    assert bank.figures.refused["confirm-roll"] == 1
    assert "confirmation of the roll" in bank.figures.why


def test_the_next_date_waits_for_a_backup_where_the_bank_says_so() -> None:
    bank = Bank(backed_up=set())
    bank.round(MONDAY, "15:30")
    waits = "the next trade date waits for a backup of 20260105: yzt day run backup --to FOLDER"
    assert bank.round(TUESDAY, "08:30") == []
    assert bank.round(TUESDAY, "08:31") == []
    assert (bank.said.count(waits), bank.figures.why) == (1, waits)

    assert bank.backed_up is not None
    bank.backed_up.add(MONDAY)
    assert bank.round(TUESDAY, "08:32") == ["OpenTradeDate ACCEPTED"]
    assert bank.figures.why == ""


def test_the_next_date_waits_for_a_read_model_that_cannot_say_whether_there_is_a_backup() -> None:
    bank = Bank(backed_up={MONDAY})
    bank.round(MONDAY, "15:30")
    bank.read_model_fault = "day run backup: PostgreSQL cannot be reached"
    assert bank.round(TUESDAY, "08:30") == []
    assert bank.figures.why == bank.read_model_fault

    bank.read_model_fault = ""
    assert bank.round(TUESDAY, "08:31") == ["OpenTradeDate ACCEPTED"]
