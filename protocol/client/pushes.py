"""Pushing a contract: particulars sealed for the bank's identity desk, and a seat's verbs about pushes.

Belongs here: the identity desk's public key, sealing, the verbs. Never here: what is inside (protocol.particulars),
sending (seat).

What is sealed can be opened by the bank's identity desk alone, not by who sealed it. So the outbox, the line, the
bank's journal and a copy of any of them hold no word of the customer.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace
from nacl.public import PublicKey, SealedBox

from ..errors import MisuseError
from ..limits import BANK_ACCOUNT_NO_MAX, BOX_KEY_BYTES, REQUEST_NUMBER_MAX
from ..messages.customers.accounts import SecuritiesAccount
from ..messages.customers.pushes import OpenPushAnswer, OpenPushQuery, PushAnswer, PushContract, PushQuery
from ..particulars import Particulars, binding_of, password_to_bytes, person_to_bytes
from ..vocabulary import BANK_PARTY
from .keys import read_sealing_key
from .outcomes import Outcome
from .verbs.arguments import INT32_MAX, numbers_to_ask, shown, whole_number
from .verbs.speaking import Speaking

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """A public key of the bank's identity desk, under the number that the bank gave it."""

    key_id: int
    public_key: bytes

    def __post_init__(self) -> None:
        """Raises MisuseError for no number of a key (1 to 2^31 - 1), or no public key of 32 bytes."""
        whole_number("key_id", self.key_id, 1, INT32_MAX)
        if len(_checked(self.public_key, bytes)) != BOX_KEY_BYTES:
            raise MisuseError(f"an identity key has {BOX_KEY_BYTES} bytes, not {len(self.public_key)}")

    def seal(self, plain: bytes) -> bytes:
        """In a sealed box that the identity desk alone can open."""
        return SealedBox(PublicKey(self.public_key)).encrypt(plain)


@dataclass(frozen=True, slots=True)
class IdentityKeys:
    """What a broker seals with: persons under one key, card passwords under another, which the bank destroys sooner."""

    for_persons: IdentityKey
    for_passwords: IdentityKey

    def __post_init__(self) -> None:
        """Raises MisuseError for what are no keys."""
        _checked(self.for_persons, IdentityKey)
        _checked(self.for_passwords, IdentityKey)


def seal_particulars(particulars: Particulars, keys: IdentityKeys, binding: bytes) -> tuple[bytes, bytes]:
    """The boxes of person and card password, bound to what `binding_of` was told. Raises MisuseError, without a word of
    the customer, for what is out of bounds."""
    inside, with_keys = _checked(particulars, Particulars), _checked(keys, IdentityKeys)
    person = with_keys.for_persons.seal(person_to_bytes(binding, inside.person))
    return person, with_keys.for_passwords.seal(password_to_bytes(binding, inside.card_password))


def load_identity_key(path: str | Path, key_id: int) -> IdentityKey:
    """The identity desk's key from a PEM file that the bank gave out.

    Raises KeyFileError when the file cannot be read or holds no such key; MisuseError when an argument is no path or no
    key id (1 to 2^31 - 1).
    """
    return IdentityKey(whole_number("key_id", key_id, 1, INT32_MAX), read_sealing_key(path))


class PushVerbs(Speaking):
    """What a seat has to say of pushes; each verb is to be awaited."""

    def push_contract(
        self,
        serial: int,
        bank_account_no: int,
        securities_accounts: Sequence[SecuritiesAccount],
        particulars: Particulars,
        keys: IdentityKeys,
        replaces: int = 0,
    ) -> Coroutine[object, object, Outcome]:
        """Push a contract that a customer has signed, the particulars sealed; the outcome tells the push's number.

        `serial` is the caller's own number of it, rising per seat and trade date. `replaces`: the contract that gives
        way, see PushContract. What is sealed is bound to the push and to the open trade date: where the date rolls
        meanwhile, it is UNREADABLE. Raises MisuseError at once, without a word of the customer, for what is out of
        bounds.
        """
        inside, with_keys = _checked(particulars, Particulars), _checked(keys, IdentityKeys)
        message = PushContract(
            whole_number("serial", serial, 1, REQUEST_NUMBER_MAX),
            whole_number("bank_account_no", bank_account_no, 1, BANK_ACCOUNT_NO_MAX),
            _listed(securities_accounts),
            whole_number("replaces", replaces, 0, REQUEST_NUMBER_MAX),
            with_keys.for_persons.key_id,
            b"",
            with_keys.for_passwords.key_id,
            b"",
        )
        said = (message.serial, message.bank_account_no, message.securities_accounts, message.replaces)
        binding = binding_of(self.settings.party, self.trade_date, *said)
        sealed_person, sealed_password = seal_particulars(inside, with_keys, binding)
        return self.control(replace(message, sealed_person=sealed_person, sealed_password=sealed_password))

    def pushes(self, numbers: Sequence[int]) -> Coroutine[object, object, PushAnswer]:
        """Ask what became of 1 to 64 own pushes. Raises MisuseError at once for no such list."""
        return self._ask(PushQuery(numbers_to_ask("numbers", numbers)), PushAnswer)

    def open_pushes(self) -> Coroutine[object, object, OpenPushAnswer]:
        """Ask for pushes to be decided. Raises MisuseError at once for a broker: it is told none."""
        if self.settings.party != BANK_PARTY:
            raise MisuseError("pushes are looked into by the bank")
        return self._ask(OpenPushQuery(), OpenPushAnswer)


def _checked(value: object, kind: type[B]) -> B:
    if not isinstance(value, kind):
        raise MisuseError(f"a push takes {kind.__name__}, not {shown(value)}")
    return value


def _listed(accounts: object) -> list[SecuritiesAccount]:
    """Copied at once; what is in each is judged with the message."""
    if not isinstance(accounts, list | tuple):
        raise MisuseError(f"securities_accounts is a list, not {shown(accounts)}")
    return [_checked(each, SecuritiesAccount) for each in accounts]
