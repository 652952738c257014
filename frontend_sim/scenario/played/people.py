"""The bank's people in a story: their keys, and acts that they write and sign.

Belongs here: registering them, writing and signing. Never here: what an act may say (acts),
what becomes of one.

A person's key is made of the name alone: it guards nothing.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ed25519

from frontend_sim.market.desks import must_accept
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.written.acts import ADMINISTRATORS, OFFERED, own_fields
from frontend_sim.scenario.written.events import Act
from frontend_sim.scenario.written.story import Person
from protocol.acts.base import ActText
from protocol.acts.restraints import ExtendRestraintAct, LiftRestraintAct, RestrainAct
from protocol.acts.table import ACT_DOMAIN, AnyAct, RegisterPersonAct, text_of, word_of
from protocol.keys.signing import Signer, signer_from_key
from protocol.messages import persons as messages
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.vocabulary import RestraintKind, Right

KEY_ID = 1
ACTS_OF: dict[type, type[ActText]] = {
    Restrain: RestrainAct,
    LiftRestraint: LiftRestraintAct,
    ExtendRestraint: ExtendRestraintAct,
}
VALID_S = 600


@dataclass(slots=True)
class PersonNow:
    """A person, and the highest serial of an act that it wrote."""

    number: int
    signer: Signer
    serial: int = 0


@dataclass(slots=True)
class People:
    """Everybody who may sign, by name; `bank`: as acts name it."""

    bank: str = ""
    persons: dict[str, PersonNow] = field(default_factory=dict)

    async def register(
        self, bank: HeardSeat, teller: HeardSeat, people: tuple[Person, ...], cast: Cast, at_s: int
    ) -> None:
        """The administrators by the bank's seat of master data, the others by their acts. Raises LoadRefused."""
        for number, name in enumerate((*ADMINISTRATORS, *(person.name for person in people)), start=1):
            key = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
            self.persons[name] = PersonNow(number, signer_from_key(key, KEY_ID, ACT_DOMAIN))
        first = [
            messages.NewPerson(person.number, f"A{person.number}", name, 0, int(Right.ADMINISTER), _key(person.signer))
            for name, person in self.persons.items()
            if name in ADMINISTRATORS
        ]
        await must_accept(bank, messages.RegisterPersons(first), "administrators")
        for person in people:
            now, outlet = self.persons[person.name], cast.outlets[person.outlet] if person.outlet is not None else 0
            own: dict[str, object] = {
                "person": now.number,
                "staff_no": f"E{now.number}",
                "name": person.name,
                "outlet": outlet,
                "rights": sorted(right.upper() for right in person.rights),
                "key_id": KEY_ID,
                "suite": "ed25519",
                "public_key": now.signer.public_key().hex(),
                "from_s": 0,
                "until_s": 0,
            }
            message = self._signed(RegisterPersonAct, own, ADMINISTRATORS[:2], "registered for a story", at_s)
            await must_accept(teller, message, f"person {person.name}")

    def own_fields(self, event: Act, cast: Cast) -> dict[str, Any]:
        """What the act of an event says, with numbers in place of names; `data` and `order` as names."""

        def number_of(name: str, of: str) -> object:
            match name:
                case "party":
                    return cast.brokers[of].party
                case "restraint_no":
                    return cast.restraint_no(of)
                case "owner":
                    return self.persons[of].number
                case "holder" | "holder_before":
                    return cast.holder(of).hex()
                case "data" | "order":
                    return of
                case _:
                    customer = cast.customers[of]
                    return customer.account_no if name == "account_no" else customer.contract_no

        return own_fields(OFFERED[event.act], event.says, number_of)

    def act(self, event: Act, own: dict[str, Any], at_s: int) -> messages.Act:
        """The act of an event with these own fields, signed by whom it names, the author first."""
        return self._signed(OFFERED[event.act], own, event.by, event.reason, at_s, event.serial)

    def act_for(
        self, message: Restrain | LiftRestraint | ExtendRestraint, by: tuple[str, ...], at_s: int
    ) -> messages.Act:
        """The act that makes a message about a restraint."""
        own = dict(msgspec.structs.asdict(message))
        if isinstance(message, Restrain):
            own["kind"] = RestraintKind(message.kind).name
        return self._signed(ACTS_OF[type(message)], own, by, "as the story has it", at_s)

    def _signed(
        self,
        form: type[ActText],
        own: dict[str, object],
        by: tuple[str, ...],
        reason: str,
        at_s: int,
        serial: int | None = None,
    ) -> messages.Act:
        author = self.persons[by[0]]
        if serial is None:
            serial = author.serial + 1
        author.serial = max(author.serial, serial)
        common = {"author": author.number, "bank": self.bank, "reason": reason, "serial": serial}
        said = {"act": word_of(form), **common, "valid_until_s": at_s + VALID_S, **own}
        text = text_of(msgspec.convert(said, type=AnyAct))
        people = [self.persons[name] for name in by]
        return messages.Act(
            text, [messages.ActSignature(person.number, KEY_ID, person.signer.sign(text)) for person in people]
        )


def _key(signer: Signer) -> messages.PersonKey:
    return messages.PersonKey(KEY_ID, int(signer.suite), signer.public_key(), 0, 0)
