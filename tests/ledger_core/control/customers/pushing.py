"""Pushing contracts in tests of the core: a push, what the identity desk says of it, where it stands.

Belongs here: the words of these conversations. Never here: a test.
"""

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.limits import PUSHES_FUTILE_MAX, PUSHES_KEPT_MAX
from protocol.messages.customers.pushes import ConfirmPush, Identify, OpenPush, PushContract
from protocol.vocabulary import CardAnswer, PushState
from tests.customers import FIRST_BANK_ACCOUNT_NO, holder_of, pushed_contract
from tests.ledger_core.desk import BROKER, SEAT, Answer, Desk

NOBODYS = FIRST_BANK_ACCOUNT_NO + 999
ANN, BEN, CAT = range(3)  # indices of accounts without contracts
RIGHT, WRONG, NOT_ASKED = CardAnswer.RIGHT, CardAnswer.WRONG, CardAnswer.NOT_ASKED


def a_push(serial: int, account: int = ANN, shanghai: str = "A1", replaces: int = 0) -> PushContract:
    """`account`: an index, or the bank's own number."""
    return pushed_contract(serial, account % FIRST_BANK_ACCOUNT_NO, shanghai, replaces)


def pushed(desk: Desk, account: int = ANN, shanghai: str = "A1", replaces: int = 0, seat: int = SEAT) -> int:
    """A push that is taken; its number."""
    answer = desk.told(a_push(int(desk.book.seat_serial[seat]) + 1, account, shanghai, replaces), seat)
    assert answer.code == ReplyCode.ACCEPTED, answer
    return answer.remaining_fen


def waiting(desk: Desk, number: int) -> OpenPush:
    return next(each for each in engine.open_pushes(desk.book, 64) if each.push == number)


def confirm(desk: Desk, number: int, answer: CardAnswer = RIGHT) -> Answer:
    """What the identity desk says of an identified push, as it was told to."""
    told = waiting(desk, number)
    return desk.told(ConfirmPush(number, told.party, told.account_no, told.ends, told.runs_off, answer))


def decided(desk: Desk, number: int, person: int, answer: CardAnswer = RIGHT) -> Answer:
    """The whole way of a push of a person who has the account."""
    desk.done(Identify(number, holder_of(person)))
    assert waiting(desk, number).state == PushState.IDENTIFIED
    return confirm(desk, number, answer)


def facts(desk: Desk, number: int, party: int = BROKER) -> tuple[int, int, int]:
    (told,) = engine.push_facts(desk.book, party, [number])
    return told.code, told.state, told.contract_no


def state(desk: Desk, number: int, party: int = BROKER) -> PushState:
    return PushState(facts(desk, number, party)[1])


def with_so_many_waiting(desk: Desk) -> PushContract:
    """A push that is refused PUSHES_FULL."""
    desk.book.pushes.open_of[BROKER] = dict.fromkeys(range(1, PUSHES_KEPT_MAX + 1))
    return a_push(1)


def after_so_many_in_vain(desk: Desk) -> PushContract:
    """A push that is refused PUSHES_FUTILE."""
    desk.book.pushes.futile[BROKER] = PUSHES_FUTILE_MAX
    return a_push(1)


def confirmed_for_another(desk: Desk) -> ConfirmPush:
    """A confirmation that is refused PUSH_DIFFERS."""
    number = pushed(desk, BEN)
    desk.done(Identify(number, holder_of(BEN)))
    return ConfirmPush(number, BROKER, account_no_from_index(CAT), [], 0, RIGHT)
