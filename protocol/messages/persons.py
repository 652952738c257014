"""Messages about people: who they are at the bank, their keys, and an act with its signatures.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what the text of an act says
(protocol.acts.table), what they earn and do (ledger.core.control), the codec.
"""

from typing import Annotated

from msgspec import Meta

from ..limits import (
    ACT_SIGNATURES_MAX,
    ACT_TEXT_BYTES_MAX,
    OUTLET_MAX,
    PERSONS_PER_CONTROL_MAX,
    SIGNATURE_BYTES,
    STAFF_NO_CHARS_MAX,
)
from ..vocabulary import Right
from .base import ACT_TAG, Message
from .fields import KeyId, Name, PersonNo, PublicKey, Second, SuiteNo

OutletOrAll = Annotated[int, Meta(ge=0, le=OUTLET_MAX)]
RightsSum = Annotated[int, Meta(ge=0, le=sum(Right))]
StaffNo = Annotated[str, Meta(pattern=f"^[0-9A-Z]{{1,{STAFF_NO_CHARS_MAX}}}$")]


class PersonKey(Message, tag=92, frozen=True):
    """A public key of a person, good for acts decided in [from_s, until_s); `until_s` 0: without end."""

    key_id: KeyId
    suite: SuiteNo
    public_key: PublicKey
    from_s: Second
    until_s: Second


class NewPerson(Message, tag=93, frozen=True):
    """A person to register, with the first key."""

    person: PersonNo
    staff_no: StaffNo  # the bank's own number of this member of its staff; it never changes
    name: Name
    outlet: OutletOrAll  # 0: the whole bank; else this outlet and all that stands under it
    rights: RightsSum
    key: PersonKey


class RegisterPersons(Message, tag=91, frozen=True):
    """Bank control: people who may sign acts; all are registered or none is. By act alone once the bank is sealed."""

    persons: Annotated[list[NewPerson], Meta(min_length=1, max_length=PERSONS_PER_CONTROL_MAX)]


class ActSignature(Message, tag=99, frozen=True):
    """One person's signature of the text of an act."""

    person: PersonNo
    key_id: KeyId
    signature: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class Act(Message, tag=ACT_TAG, frozen=True):
    """Bank control: what people have signed, and nothing beside it: all that it says is in its text.

    The author's signature stands first. See `protocol.acts.table` for the text and the signed bytes.
    """

    text: Annotated[bytes, Meta(min_length=1, max_length=ACT_TEXT_BYTES_MAX)]
    signatures: Annotated[list[ActSignature], Meta(min_length=1, max_length=ACT_SIGNATURES_MAX)]


PersonMessage = RegisterPersons | Act
