"""What bounds pushing: tries of persons and cards, serials, room, and messages that nobody may or can mean so.

Belongs here: refusals and counts, the table of states, the order in which pushes are looked into. Never here: how a
contract comes about (test_pushes).
"""

from msgspec.structs import replace

from ledger.core.state.customers.pushes import Push, Pushes
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.limits import PUSH_TRIES_MAX, PUSHES_FUTILE_MAX, PUSHES_KEPT_MAX, PUSHES_OPEN_MAX
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.customers.pushes import ConfirmPush, Identify
from protocol.vocabulary import ContractEvent, PushEvent, PushState
from rules.pushes import PUSH_STATES
from tests.customers import holder_of, shares
from tests.ledger_core.control.customers.pushing import (
    ANN,
    BEN,
    CAT,
    RIGHT,
    WRONG,
    a_push,
    confirm,
    decided,
    facts,
    pushed,
    state,
    waiting,
    with_so_many_waiting,
)
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    Desk,
    same_after_all,
)


def test_persons_are_guessed_a_few_times_and_then_nobody_is_found_that_day() -> None:
    desk = Desk()
    for _ in range(PUSH_TRIES_MAX):
        desk.done(Identify(pushed(desk), holder_of(CAT)))
    number, other, foreign = pushed(desk), pushed(desk, BEN, "A2"), pushed(desk, seat=OTHER_SEAT)

    desk.done(Identify(number, holder_of(ANN)))
    desk.done(Identify(other, holder_of(BEN)))
    desk.done(Identify(foreign, holder_of(ANN)))

    assert state(desk, number) == PushState.NOT_IDENTIFIED  # whatever it says
    assert state(desk, other) == PushState.IDENTIFIED  # another account
    assert state(desk, foreign, OTHER_BROKER) == PushState.IDENTIFIED  # one broker spoils nothing for another
    same_after_all(desk)
    desk.roll(TUESDAY)
    again = pushed(desk)
    desk.done(Identify(again, holder_of(ANN)))
    assert state(desk, again) == PushState.IDENTIFIED
    same_after_all(desk)


def test_a_card_password_is_guessed_a_few_times_and_then_counts_no_more() -> None:
    """The last one was identified before the tries were used up."""
    desk = Desk()
    last = pushed(desk)
    desk.done(Identify(last, holder_of(ANN)))
    others = [pushed(desk) for _ in range(PUSH_TRIES_MAX)]
    for number in others:
        desk.done(Identify(number, holder_of(ANN)))
        desk.book.pushes.open_of[BROKER].pop(last, None)  # the desk looks into this one last
        contract_no = confirm(desk, number, WRONG).remaining_fen
        desk.done(ChangeContract(contract_no, ContractEvent.TERMINATE))
    desk.book.pushes.open_of[BROKER][last] = None

    assert waiting(desk, last).code == ReplyCode.PUSHES_FUTILE  # the card host is not asked
    confirm(desk, last, RIGHT)
    assert state(desk, last) == PushState.PRE_ASSIGNED  # and would not be believed
    next_one = pushed(desk, shanghai="A2")
    desk.done(Identify(next_one, holder_of(ANN)))
    assert state(desk, next_one) == PushState.NOT_IDENTIFIED
    same_after_all(desk)


def test_wrong_persons_and_wrong_passwords_count_together() -> None:
    desk = Desk()
    for person in (BEN, CAT):
        desk.done(Identify(pushed(desk), holder_of(person)))
    contract_no = decided(desk, pushed(desk), ANN, WRONG).remaining_fen
    desk.done(ChangeContract(contract_no, ContractEvent.TERMINATE))
    number = pushed(desk)

    desk.done(Identify(number, holder_of(ANN)))

    assert state(desk, number) == PushState.NOT_IDENTIFIED
    same_after_all(desk)


def test_a_broker_whose_pushes_come_to_nothing_is_stopped_for_the_date() -> None:
    desk = Desk()
    book = desk.book
    book.pushes.futile[BROKER] = PUSHES_FUTILE_MAX - 1
    desk.done(Identify(pushed(desk, CAT), holder_of(ANN)))
    left = [int(book.seat_serial[seat]) + 1 for seat in (SEAT, OTHER_SEAT)]

    assert desk.control(a_push(left[0]), SEAT) == ReplyCode.PUSHES_FUTILE
    assert desk.control(a_push(left[1]), OTHER_SEAT) == ReplyCode.ACCEPTED
    desk.roll(TUESDAY)
    assert desk.control(a_push(1), SEAT) == ReplyCode.ACCEPTED  # a new date, and serials begin anew


def test_a_serial_is_used_once_per_seat_and_date() -> None:
    desk = Desk()

    asked = [(5, SEAT), (5, SEAT), (4, SEAT), (6, SEAT), (5, SECOND_SEAT)]
    codes = [desk.control(a_push(serial), seat) for serial, seat in asked]

    used, taken_up = ReplyCode.SERIAL_USED, ReplyCode.ACCEPTED
    assert codes == [taken_up, used, used, taken_up, taken_up]


def test_a_push_is_malformed_or_of_a_foreign_contract() -> None:
    desk = Desk()
    foreign = desk.open(5, OTHER_BROKER)
    twice = replace(a_push(1), securities_accounts=shares("A1") * 2)

    assert desk.control(twice, SEAT) == ReplyCode.REQUEST_MALFORMED
    assert desk.control(a_push(1, replaces=foreign), SEAT) == ReplyCode.CONTRACT_UNKNOWN
    assert desk.control(a_push(1, replaces=98_765), SEAT) == ReplyCode.CONTRACT_UNKNOWN


def test_the_identity_desk_names_what_it_decides() -> None:
    desk = Desk()
    number = pushed(desk)
    named = ConfirmPush(number, BROKER, account_no_from_index(ANN), [], 0, RIGHT)
    assert desk.control(named) == ReplyCode.STATUS_FORBIDS  # not identified
    desk.done(Identify(number, holder_of(ANN)))

    wrong = [
        replace(named, party=OTHER_BROKER),
        replace(named, account_no=account_no_from_index(BEN)),
        replace(named, ends=[98]),
        replace(named, runs_off=98),
    ]
    assert {desk.control(each) for each in wrong} == {ReplyCode.PUSH_DIFFERS}
    assert desk.control(replace(named, push=2)) == ReplyCode.PUSH_UNKNOWN
    assert desk.control(Identify(2, holder_of(ANN))) == ReplyCode.PUSH_UNKNOWN
    assert desk.control(Identify(number, holder_of(ANN))) == ReplyCode.STATUS_FORBIDS
    assert desk.control(named) == ReplyCode.ACCEPTED
    assert desk.control(named) == ReplyCode.STATUS_FORBIDS


def test_others_hear_nothing_of_a_push() -> None:
    desk = Desk()
    number = pushed(desk)

    unknown = (ReplyCode.PUSH_UNKNOWN, 0, 0)
    assert facts(desk, number, OTHER_BROKER) == unknown
    assert facts(desk, number + 1) == unknown


def test_every_state_and_event() -> None:
    """The table is small enough to be written down once more."""
    written = {
        (PushState.WAITING, PushEvent.NOT_READ): PushState.UNREADABLE,
        (PushState.WAITING, PushEvent.NOT_FOUND): PushState.NOT_IDENTIFIED,
        (PushState.WAITING, PushEvent.IDENTIFY): PushState.IDENTIFIED,
        (PushState.WAITING, PushEvent.BAR): PushState.IMPOSSIBLE,
        (PushState.IDENTIFIED, PushEvent.BAR): PushState.IMPOSSIBLE,
        (PushState.IDENTIFIED, PushEvent.CONFIRM): PushState.ASSIGNED,
        (PushState.IDENTIFIED, PushEvent.LEAVE_UNCONFIRMED): PushState.PRE_ASSIGNED,
        (PushState.IDENTIFIED, PushEvent.NOT_READ): PushState.UNREADABLE,  # this and the next: from the counter
        (PushState.IDENTIFIED, PushEvent.NOT_FOUND): PushState.NOT_IDENTIFIED,
    }
    assert written == PUSH_STATES
    reached = {PushState.WAITING, *written.values()}
    assert reached == set(PushState)
    assert {before for before, _ in written} == {PushState.WAITING, PushState.IDENTIFIED}


def test_the_oldest_of_each_broker_come_first_and_one_of_an_account() -> None:
    pushes = Pushes()
    parties_accounts = [(2, 7), (2, 7), (2, 8), (3, 9), (2, 9), (3, 10)]
    for number, (party, account) in enumerate(parties_accounts, 1):
        pushes.add(Push(number, party, int(PushState.WAITING), account), 1)

    assert [push.number for push in pushes.in_turn(64)] == [1, 4, 6, 3]
    assert [push.number for push in pushes.in_turn(2)] == [1, 4]


def test_a_broker_has_room_for_so_many_and_the_oldest_that_is_decided_gives_way() -> None:
    pushes = Pushes()
    for number in range(1, PUSHES_KEPT_MAX + 1):
        pushes.add(Push(number, BROKER, int(PushState.WAITING), number), 1)
    assert pushes.is_full(BROKER)
    assert not pushes.is_full(OTHER_BROKER)
    for number in (9, 3):
        push = pushes.entries[number]
        push.state = int(PushState.NOT_IDENTIFIED)
        pushes.decided(push)

    for number in (PUSHES_KEPT_MAX + 1, PUSHES_KEPT_MAX + 2):
        assert not pushes.is_full(BROKER)
        pushes.add(Push(number, BROKER, int(PushState.WAITING), number), 1)

    assert [number for number in range(1, 12) if number not in pushes.entries] == [3, 9]
    assert pushes.is_full(BROKER)
    assert len(pushes.entries) == PUSHES_KEPT_MAX


def test_a_full_bank_tells_everybody() -> None:
    desk = Desk()
    desk.book.pushes.open_count = PUSHES_OPEN_MAX

    assert {desk.control(a_push(1), seat) for seat in (SEAT, OTHER_SEAT)} == {ReplyCode.PUSHES_FULL}


def test_a_full_broker_is_told_so() -> None:
    desk = Desk()

    assert desk.control(with_so_many_waiting(desk), SEAT) == ReplyCode.PUSHES_FULL
    assert desk.control(a_push(1), OTHER_SEAT) == ReplyCode.ACCEPTED
