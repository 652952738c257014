"""People of the simulated bank who decide: their keys, and what they sign.

Belongs here: making them known, writing and signing acts. Never here: what an act should say (the day desk), what
becomes of one.

A person's key is made of its number alone: it guards nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric import ed25519

from frontend_sim.market.desks import accepted, must_accept
from frontend_sim.market.order_seat import BankSeat, ControlSeat, OutcomeLike
from protocol.acts.table import ACT_DOMAIN, AnyAct, RegisterPersonAct, text_of, word_of
from protocol.keys.signing import Signer, signer_from_key
from protocol.messages.persons import Act, ActSignature, NewPerson, PersonKey, RegisterPersons
from protocol.vocabulary import Right

ADMINISTRATORS = (1, 2, 3)
DECIDERS = (4, 5)
"""Two people who may decide about differences, the author first."""
DAY_PEOPLE = (6, 7)
"""Two who may order what belongs to no plan of the day, likewise."""
KEY_ID = 1
VALID_S = 600


@dataclass(slots=True)
class Staff:
    """Three administrators, who seal the bank, and the people who decide."""

    bank_id: str  # as acts name the bank
    now_s: int
    _serials: dict[int, int] = field(default_factory=dict)

    async def register(self, bank: BankSeat) -> None:
        """The administrators by the seat of master data, the others by their acts. Raises LoadRefused."""
        first = [
            NewPerson(person, f"E{person}", f"管理员{person}", 0, int(Right.ADMINISTER), _key(person))
            for person in ADMINISTRATORS
        ]
        await must_accept(bank, RegisterPersons(first), "administrators")
        for people, right, post in ((DECIDERS, Right.RECONCILE, "对账"), (DAY_PEOPLE, Right.DAY, "日终")):
            for person in people:
                own = {
                    **{"person": person, "staff_no": f"E{person}", "name": f"{post}员{person}", "outlet": 0},
                    **{"rights": [right.name], "key_id": KEY_ID, "suite": "ed25519"},
                    **{"public_key": _signer(person).public_key().hex(), "from_s": 0, "until_s": 0},
                }
                await self.sign(bank, {"act": word_of(RegisterPersonAct), **own}, f"{post}岗位", ADMINISTRATORS[:2])

    async def sign(
        self, seat: ControlSeat, fields: Mapping[str, object], reason: str, people: tuple[int, ...] = DECIDERS
    ) -> OutcomeLike:
        """Two of them sign an act with these own fields, and a seat carries it. Raises LoadRefused."""
        return accepted(await self.signed(seat, fields, reason, people), f"act {fields['act']}")

    async def signed(
        self, seat: ControlSeat, fields: Mapping[str, object], reason: str, people: tuple[int, ...] = DECIDERS
    ) -> OutcomeLike:
        """The same, and whatever is answered."""
        author, serial = people[0], self._serials.get(people[0], 0) + 1
        self._serials[author] = serial
        common = {"author": author, "bank": self.bank_id, "reason": reason, "serial": serial}
        said = {**common, "valid_until_s": self.now_s + VALID_S, **fields}
        text = text_of(msgspec.convert(said, type=AnyAct))
        signatures = [ActSignature(person, KEY_ID, _signer(person).sign(text)) for person in people]
        return await seat.control(Act(text, signatures))


def _signer(person: int) -> Signer:
    seed = hashlib.sha256(f"person {person}".encode()).digest()
    return signer_from_key(ed25519.Ed25519PrivateKey.from_private_bytes(seed), KEY_ID, ACT_DOMAIN)


def _key(person: int) -> PersonKey:
    signer = _signer(person)
    return PersonKey(KEY_ID, int(signer.suite), signer.public_key(), 0, 0)
