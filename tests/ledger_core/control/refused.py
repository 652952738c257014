"""What has to have happened to people for an act to be refused: one word each.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions about the refusal.
"""

from msgspec.structs import replace

from ledger.core.state.day.due_times import seconds_of
from protocol.acts.day import ChangeDueTimesAct
from protocol.acts.parties import StopBrokerAct
from protocol.acts.table import ChangePersonAct, EndPersonKeyAct, VoidAct
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.accounts import OpenAccounts
from protocol.messages.persons import Act, RegisterPersons
from protocol.vocabulary import Right
from tests.customers import account
from tests.ledger_core.control.day.test_due_times import closed, windows
from tests.ledger_core.desk import BROKER, TUESDAY, WEDNESDAY, Desk
from tests.ledger_core.sealed import sealed
from tests.people import ANN, BEN, Office, new_person, signature, signed

DEE, EVE = 4, 5  # may stop brokers


def staffed(desk: Desk) -> Office:
    """A sealed bank, with two people who may stop brokers."""
    return sealed(desk, (DEE, Right.BROKERS), (EVE, Right.BROKERS))


def stop(office: Office, *persons: int) -> Act:
    """The broker is stopped by these people."""
    return signed(StopBrokerAct(**office.by(persons[0]), party=BROKER), *persons)


def stopped(desk: Desk) -> None:
    """The broker is stopped."""
    desk.done(stop(staffed(desk), DEE, EVE))


def opened_late(desk: Desk) -> OpenAccounts:
    """Accounts that are opened when the bank is sealed, one of them with a fen."""
    staffed(desk)
    return OpenAccounts([account(50, 0), account(51, 1)])


def over(desk: Desk) -> Act:
    """An act whose time is over."""
    desk.now_ns = 2 * 10**9
    return signed(replace(VoidAct(**staffed(desk).by(DEE)), valid_until_s=1), DEE)


def without_due_times(desk: Desk) -> OpenTradeDate:
    """Tuesday has due times, and Wednesday would have none."""
    closed(desk)
    return OpenTradeDate(WEDNESDAY)


def past(desk: Desk) -> Act:
    """The first due time of Tuesday is over, and two people would have it a minute later."""
    office = staffed(desk)
    for person in (7, 8):
        desk.done(office.hired(person, Right.DAY))
    desk.done(OpenTradeDate(TUESDAY, windows(TUESDAY)))
    later = [list(seconds) for seconds in seconds_of(windows(TUESDAY))]
    desk.now_ns = later[0][0] * 10**9
    later[0][0] += 60
    office.valid_until_s = later[0][0]
    return signed(ChangeDueTimesAct(**office.by(7), trade_date=TUESDAY, windows=later), 7, 8)


def told_again(desk: Desk) -> Act:
    """An act that has taken effect."""
    act = stop(staffed(desk), DEE, EVE)
    desk.done(act)
    return act


def used(desk: Desk) -> Act:
    """Another act under a serial that its author has used."""
    office = staffed(desk)
    act = VoidAct(**office.by(DEE))
    desk.done(signed(act, DEE))
    return signed(replace(act, reason="another"), DEE)


def forged(desk: Desk) -> Act:
    """The second signature is of another text."""
    act = stop(staffed(desk), DEE, EVE)
    return replace(act, signatures=[act.signatures[0], signature(b"another", EVE)])


def of_nobody(desk: Desk) -> Act:
    """A key of somebody who is not there is ended."""
    return signed(EndPersonKeyAct(**staffed(desk).by(ANN), person=99, key_id=1), ANN, BEN)


def of_the_third_administrator(desk: Desk) -> Act:
    """One of three administrators leaves."""
    act = ChangePersonAct(**staffed(desk).by(ANN), person=BEN, name="x", outlet=0, rights=["ADMINISTER"], active=False)
    return signed(act, ANN, BEN)


def stop_by(desk: Desk, *persons: int) -> Act:
    """The broker is stopped by these people, once they and others are there."""
    return stop(staffed(desk), *persons)


def registered_again(desk: Desk) -> RegisterPersons:
    """Somebody with the number of another."""
    desk.done(RegisterPersons([new_person(ANN)]))
    return RegisterPersons([replace(new_person(BEN), person=ANN)])


def one_more(desk: Desk) -> RegisterPersons:
    """Somebody registered without an act, once the bank is sealed."""
    staffed(desk)
    return RegisterPersons([new_person(9)])
