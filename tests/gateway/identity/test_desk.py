"""The identity desk between a bank in memory and a card host: whom it asks what, and what comes of each push.

Belongs here: the desk's steps. Never here: what the core makes of them one by one (tests/ledger_core), key files.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import trio
from nacl.public import PrivateKey, PublicKey, SealedBox

from gateway.identity.card_host import CardQuestion
from gateway.identity.desk import IdentityDesk
from gateway.identity.holders import HOLDER_KEY_BYTES, holder_digest
from gateway.identity.key_files import Unsealing
from ledger.core import engine
from protocol.limits import PUSH_TRIES_MAX
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import ChangeContract, OpenAccounts
from protocol.messages.customers.pushes import OpenPushAnswer, PushContract
from protocol.particulars import Person, binding_of, password_to_bytes, person_to_bytes
from protocol.vocabulary import CardAnswer, ContractEvent, PushState
from tests.customers import FIRST_BANK_ACCOUNT_NO, account, shares
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, Desk

if TYPE_CHECKING:
    from protocol.client import Seat

SECRET = bytes(range(32))
PUBLIC = bytes(PrivateKey(SECRET).public_key)
PASSWORD_SECRET = bytes(range(1, 33))
PASSWORD_PUBLIC = bytes(PrivateKey(PASSWORD_SECRET).public_key)
HOLDER_KEY = bytearray(b"k" * HOLDER_KEY_BYTES)
WANG, LI = Person(1, "11010519491231002X", "王小明"), Person(1, "110105194912310020", "李大海")
PASSWORD = "planted-pw"
PLANTED = (WANG.number, WANG.name, PASSWORD)


@dataclass
class Cards:
    """A card host that keeps what it was asked."""

    answer: CardAnswer = CardAnswer.RIGHT
    asked: list[CardQuestion] = field(default_factory=list)

    async def ask(self, question: CardQuestion) -> CardAnswer:
        self.asked.append(question)
        return self.answer if question.card_password == PASSWORD else CardAnswer.WRONG


@dataclass(frozen=True)
class Told:
    accepted: bool


@dataclass
class BankInMemory:
    """The core behind the verbs that the desk has of a seat."""

    core: Desk

    async def open_pushes(self) -> OpenPushAnswer:
        return OpenPushAnswer(self.core.book.sequence, engine.open_pushes(self.core.book, 64))

    async def control(self, message: ControlMessage) -> Told:
        return Told(self.core.control(message) == 0)


class Scene:
    """A bank with two accounts of Wang and one of Li, the desk, its card host, and what it said."""

    def __init__(self) -> None:
        self.core, self.cards, self.said = Desk(), Cards(), list[str]()
        self.first = FIRST_BANK_ACCOUNT_NO + self.core.book.accounts_count
        for person in (WANG, WANG, LI):
            count = self.core.book.accounts_count
            terms = account(count, 0)
            holder = holder_digest(HOLDER_KEY, person)
            self.core.done(OpenAccounts([type(terms)(terms.bank_account_no, 1, holder, 1_000)]))
        self.desk = self.new_desk()

    def new_desk(self) -> IdentityDesk:
        persons, passwords = {1: Unsealing(bytearray(SECRET))}, {5: Unsealing(bytearray(PASSWORD_SECRET))}
        seat = cast("Seat", BankInMemory(self.core))
        return IdentityDesk(seat, persons, passwords, HOLDER_KEY, self.cards, self.said.append)

    def push(
        self,
        account_no: int,
        person: Person = WANG,
        password: str = PASSWORD,
        *,
        bound_to: int = 0,
        party: int = BROKER,
        key_id: int = 1,
        public: bytes = PUBLIC,
        shanghai: str = "A1",
    ) -> int:
        """A push that the bank takes; its number. `bound_to`: the account that the boxes are bound to, 0: the same."""
        serial = int(self.core.book.seat_serial[SEAT]) + 1
        bound = binding_of(party, MONDAY, serial, bound_to or account_no, shares(shanghai), 0)
        person_box = SealedBox(PublicKey(public)).encrypt(person_to_bytes(bound, person))
        password_box = SealedBox(PublicKey(PASSWORD_PUBLIC)).encrypt(password_to_bytes(bound, password))
        message = PushContract(serial, account_no, shares(shanghai), 0, key_id, person_box, 5, password_box)
        return self.core.told(message, SEAT).remaining_fen

    def look(self) -> None:
        trio.run(self.desk.look_through)

    def state(self, number: int) -> PushState:
        (facts,) = engine.push_facts(self.core.book, BROKER, [number])
        return PushState(facts.state)


def test_the_holder_with_the_right_password_has_a_contract() -> None:
    scene = Scene()
    number = scene.push(scene.first)

    scene.look()

    assert scene.state(number) == PushState.ASSIGNED
    assert scene.cards.asked == [CardQuestion(number, scene.first, PASSWORD)]
    assert not any(word in line for line in scene.said for word in PLANTED)


def test_without_a_password_or_with_a_wrong_one_the_contract_waits() -> None:
    scene = Scene()
    none, wrong = scene.push(scene.first, password=""), scene.push(scene.first + 1, password="0", shanghai="A2")

    scene.look()

    assert {scene.state(none), scene.state(wrong)} == {PushState.PRE_ASSIGNED}
    assert [question.push for question in scene.cards.asked] == [wrong]  # nobody asks for an empty one


def test_a_strangers_card_is_never_asked_about() -> None:
    scene = Scene()
    strangers = scene.push(scene.first + 2)
    nowhere = scene.push(scene.first + 99, shanghai="A2")

    scene.look()

    assert {scene.state(strangers), scene.state(nowhere)} == {PushState.NOT_IDENTIFIED}
    assert scene.cards.asked == []


def test_what_the_desk_cannot_read_is_unreadable() -> None:
    """For another key, under a number that is not the desk's, another push's or broker's, of a person who is none."""
    scene = Scene()
    other = bytes(PrivateKey(bytes(32)).public_key)
    numbers = [
        scene.push(scene.first, public=other),
        scene.push(scene.first, key_id=2),
        scene.push(scene.first, bound_to=scene.first + 1),
        scene.push(scene.first, party=BROKER + 1),
        scene.push(scene.first, Person(1, " ", "x")),
    ]

    scene.look()

    assert {scene.state(number) for number in numbers} == {PushState.UNREADABLE}
    assert scene.cards.asked == []


def test_the_card_host_is_asked_a_few_times_a_date_for_an_account() -> None:
    """Each wrong password leaves a contract, which the broker ends before it pushes again."""
    scene = Scene()
    for _ in range(PUSH_TRIES_MAX):
        number = scene.push(scene.first, password="guess")
        scene.look()
        assert scene.state(number) == PushState.PRE_ASSIGNED
        (facts,) = engine.push_facts(scene.core.book, BROKER, [number])
        scene.core.done(ChangeContract(facts.contract_no, ContractEvent.TERMINATE))
    number = scene.push(scene.first)
    scene.look()

    assert scene.state(number) == PushState.NOT_IDENTIFIED
    assert len(scene.cards.asked) == PUSH_TRIES_MAX


def test_a_password_whose_key_is_destroyed_is_not_asked_about() -> None:
    scene = Scene()
    number = scene.push(scene.first)
    scene.desk.of_passwords = {}

    scene.look()

    assert (scene.state(number), scene.cards.asked) == (PushState.PRE_ASSIGNED, [])


def test_a_desk_that_was_killed_goes_on_where_the_bank_stands() -> None:
    scene = Scene()
    number = scene.push(scene.first)
    (waiting,) = engine.open_pushes(scene.core.book, 64)
    trio.run(scene.desk._identify, waiting)
    assert scene.state(number) == PushState.IDENTIFIED

    trio.run(scene.new_desk().look_through)

    assert scene.state(number) == PushState.ASSIGNED


def test_many_pushes_of_one_account_are_looked_into_one_after_the_other() -> None:
    scene = Scene()
    numbers = [scene.push(scene.first) for _ in range(3)]

    scene.look()

    assert [scene.state(number) for number in numbers] == [PushState.ASSIGNED, *[PushState.IMPOSSIBLE] * 2]
    assert len(scene.cards.asked) == 1
