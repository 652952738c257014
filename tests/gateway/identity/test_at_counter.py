"""The identity desk and customers who sign at the counter: boxes that a teller sealed, of one act alone.

Belongs here: what the desk makes of an act's boxes. Never here: pushes of brokers (test_desk), the act's guards
(tests/ledger_core).
"""

from ledger.core import engine
from protocol.acts.customers import SignAtCounterAct, push_serial_of
from protocol.client import IdentityKey, IdentityKeys, Particulars
from protocol.client.pushes import seal_particulars
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.messages.control import SetScheme
from protocol.particulars import Person, binding_of
from protocol.vocabulary import BANK_PARTY, CardAnswer, PushState, Right, Scheme
from tests.customers import FIRST_BANK_ACCOUNT_NO, shares
from tests.gateway.identity.test_desk import LI, PASSWORD, PASSWORD_PUBLIC, PUBLIC, WANG, Scene
from tests.ledger_core.desk import BROKER, MONDAY
from tests.ledger_core.sealed import sealed
from tests.people import signed

TIM, UMA = 4, 5  # tellers
KEYS = IdentityKeys(IdentityKey(1, PUBLIC), IdentityKey(5, PASSWORD_PUBLIC))


class AtCounter(Scene):
    """The scene of the desk, its broker of scheme A, and two tellers."""

    def __init__(self) -> None:
        super().__init__()
        self.core.done(SetScheme(BROKER, Scheme.A))
        self.office = sealed(self.core, (TIM, Right.CUSTOMERS), (UMA, Right.CUSTOMERS))

    def boxes(self, author: int, serial: int, person: Person, password: str) -> tuple[bytes, bytes]:
        """As a teller seals them for his act."""
        bound = binding_of(BROKER, MONDAY, push_serial_of(author, serial), self.first, shares("A1"), 0)
        return seal_particulars(Particulars(person, password), KEYS, bound)

    def signs(self, author: int, boxes: tuple[bytes, bytes]) -> int:
        """An act that the bank takes; the number of what is looked into."""
        act = SignAtCounterAct(
            **self.office.by(author),
            party=BROKER,
            account_no=account_no_from_index(self.first - FIRST_BANK_ACCOUNT_NO),
            shanghai="A1",
            shenzhen="",
            person_key_id=1,
            sealed_person=boxes[0].hex(),
            password_key_id=5,
            sealed_password=boxes[1].hex(),
        )
        answer = self.core.told(signed(act, author))
        assert answer.code == ReplyCode.ACCEPTED
        return answer.remaining_fen

    def told(self, number: int) -> tuple[PushState, int]:
        """What the bank's desks are told of it."""
        (found,) = engine.push_facts(self.core.book, BANK_PARTY, [number])
        return PushState(found.state), found.contract_no


def test_a_customer_at_the_counter_is_looked_into_and_signs() -> None:
    scene = AtCounter()
    number = scene.signs(TIM, scene.boxes(TIM, 1, WANG, PASSWORD))

    scene.look()

    state, contract_no = scene.told(number)
    assert (state, contract_no > 0) == (PushState.ASSIGNED, True)
    assert [(asked.push, asked.bank_account_no) for asked in scene.cards.asked] == [(number, scene.first)]


def test_without_his_card_password_nobody_signs() -> None:
    scene = AtCounter()
    number = scene.signs(TIM, scene.boxes(TIM, 1, WANG, "wrong"))
    scene.look()
    assert scene.told(number) == (PushState.NOT_IDENTIFIED, 0)

    scene.cards.answer = CardAnswer.NOT_ASKED  # the card host does not answer
    again = scene.signs(TIM, scene.boxes(TIM, 2, WANG, PASSWORD))
    scene.look()
    assert scene.told(again) == (PushState.UNREADABLE, 0)


def test_the_card_host_is_asked_for_the_holder_alone() -> None:
    scene = AtCounter()
    number = scene.signs(TIM, scene.boxes(TIM, 1, LI, PASSWORD))
    scene.look()
    assert (scene.told(number), scene.cards.asked) == ((PushState.NOT_IDENTIFIED, 0), [])


def test_boxes_that_somebody_recorded_are_nothing_in_another_act() -> None:
    """Neither in another teller's of the same number, nor in the same one's next."""
    scene = AtCounter()
    recorded = scene.boxes(TIM, 1, WANG, PASSWORD)
    taken = [
        scene.signs(UMA, recorded),
        scene.signs(TIM, scene.boxes(UMA, 1, WANG, PASSWORD)),
        scene.signs(TIM, recorded),
    ]

    scene.look()

    assert [scene.told(number) for number in taken] == [(PushState.UNREADABLE, 0)] * 3
    assert scene.cards.asked == []
