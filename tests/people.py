"""People of the bank in tests: their keys, and acts that they write and sign.

Belongs here: made-up people, writing and signing. Never here: sending, an opinion on what an act earns.
Persons 1 to 3 are the administrators; every other person has the rights that a test gives. Person n signs with key 1,
which is Ed25519 for odd n and P-256 for even n.
"""

from typing import NamedTuple, TypedDict

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from protocol.acts.table import ACT_DOMAIN, AnyAct, RegisterPersonAct, text_of, words_of
from protocol.keys.signing import Signer, signer_from_key
from protocol.messages.persons import Act, ActSignature, NewPerson, PersonKey, RegisterPersons
from protocol.vocabulary import Right, Suite

ANN, BEN, CLO = ADMINISTRATORS = (1, 2, 3)
FIRST_KEY = 1
REASON = "因业务需要"


class Common(TypedDict):
    """What stands in every act."""

    author: int
    bank: str
    reason: str
    serial: int
    valid_until_s: int


class Signature(NamedTuple):
    """Who signs, and with which key of which owner: another's in a test of forgery."""

    person: int
    key_id: int
    signer: Signer


def signer_of(person: int, key_id: int = FIRST_KEY) -> Signer:
    """The signer of acts with a person's key."""
    seed = person << 8 | key_id
    if person % 2:
        return signer_from_key(
            ed25519.Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big")), key_id, ACT_DOMAIN
        )
    return signer_from_key(ec.derive_private_key(seed, ec.SECP256R1()), key_id, ACT_DOMAIN)


def key_of(person: int, key_id: int = FIRST_KEY, from_s: int = 0, until_s: int = 0) -> PersonKey:
    """The public half, as it is registered."""
    signer = signer_of(person, key_id)
    return PersonKey(key_id, int(signer.suite), signer.public_key(), from_s, until_s)


def new_person(person: int, rights: int = Right.ADMINISTER, outlet: int = 0) -> NewPerson:
    """A person to register."""
    return NewPerson(person, f"E{person:05}", f"员工{person}", outlet, int(rights), key_of(person))


def administrators() -> RegisterPersons:
    """The three that seal the bank."""
    return RegisterPersons([new_person(person) for person in ADMINISTRATORS])


def signature(text: bytes, person: int, signer: Signer | None = None, key_id: int = FIRST_KEY) -> ActSignature:
    """One signature of a text in the name of a person."""
    return ActSignature(person, key_id, (signer or signer_of(person, key_id)).sign(text))


def signed(act: AnyAct, *persons: int) -> Act:
    """The act with the signatures of these people, the author's first."""
    text = text_of(act)
    return Act(text, [signature(text, person) for person in persons])


class Office:
    """Writes acts of one bank: each author's serials rise by one."""

    def __init__(self, bank_id: bytes, valid_until_s: int = 3_600) -> None:
        self.bank = bank_id.hex()
        self.valid_until_s = valid_until_s
        self._serials: dict[int, int] = {}

    def by(self, author: int) -> Common:
        """What stands in the next act of this author."""
        serial = self._serials[author] = self._serials.get(author, 0) + 1
        return Common(author=author, bank=self.bank, reason=REASON, serial=serial, valid_until_s=self.valid_until_s)

    def hired(self, person: int, rights: int, outlet: int = 0) -> Act:
        """An act of Ann and Ben that registers somebody."""
        new = new_person(person, rights, outlet)
        suite = "ed25519" if new.key.suite == Suite.ED25519_SHA256 else "p256"
        act = RegisterPersonAct(
            **self.by(ANN),
            person=person,
            staff_no=new.staff_no,
            name=new.name,
            outlet=outlet,
            rights=words_of(rights),
            key_id=FIRST_KEY,
            suite=suite,
            public_key=new.key.public_key.hex(),
            from_s=0,
            until_s=0,
        )
        return signed(act, ANN, BEN)
