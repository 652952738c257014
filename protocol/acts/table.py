"""Acts of people: the text that a person reads and signs, and what it makes.

Belongs here: one struct for each act, the table of rights and persons, the canonical form, the signed bytes, the
message that an act makes. Never here: who may do what at which outlet and in which order that is judged
(rules.tellers), effects (ledger.core.control), keys and files.

A text is canonical JSON: one object, its keys sorted, no spaces, UTF-8, whole numbers; read and written again it is the
same bytes. A browser makes it with JSON.stringify of an object with sorted keys, see docs/acts.md. What is said stands
in the text alone, so nothing beside it can say otherwise; `author` names who wrote it, and `bank` the bank and its
journal, so that an act of a test bank is none here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

from ..errors import MisuseError
from ..limits import ACT_AHEAD_S_MAX, ACT_AHEAD_SHORT_S_MAX, ACT_TEXT_BYTES_MAX, OUTLET_MAX
from ..messages.control import ChangeMode, ControlMessage, EndKey, RegisterKey, SetScheme
from ..messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from ..messages.fields import BoundSeatNo, KeyId, Name, PartyNo, PersonNo, Second
from ..messages.outlets import OutletEntry, RegisterOutlets
from ..messages.persons import NewPerson, OutletOrAll, PersonKey, RegisterPersons, StaffNo
from ..vocabulary import SUITES, Mode, OutletLevel, RestraintKind, Right, Scheme
from .base import ActText
from .clearing import (
    AdvanceLimitAct,
    ClearingAct,
    ClearingInterestAct,
    MarketRateAct,
    PayCustomerAct,
    PayOutAct,
    TakeBackFundAct,
)
from .corrections import (
    AssignItemAct,
    CorrectAct,
    CorrectListAct,
    DecideAct,
    OfDifferences,
    ToleranceAct,
    WithdrawSetAct,
)
from .customers import ChangeHolderAct, CustomerAct, SignAtCounterAct
from .day import AdoptSetAct, DayAct
from .moved import ReverseAct
from .ordering.fees import SetFeesAct, fees_made_of
from .ordering.passwords import PasswordAct, ResetPasswordAct, UnlockPasswordAct
from .ordering.phases import SetPhasesAct, phases_made_of
from .ordering.reports import CorrectReportAct
from .ordering.securities import SecuritiesAct
from .parties import ChangeModeAct, OfBrokers, ResumeBrokerAct, SetSchemeAct, StopBrokerAct, TerminateBrokerAct
from .restraints import DeductAct, ExtendRestraintAct, LiftRestraintAct, RestrainAct
from .savings import SavingsInterestAct
from .shown_text import is_shown_as_it_is

ACT_DOMAIN = b"YZT1/act\x00"
BANK_ID_BYTES = 8
NS_PER_S = 1_000_000_000
FOREVER_NS = 2**62

HexKey = Annotated[str, Meta(pattern="^(?:[0-9a-f]{2}){32,65}$")]
SuiteWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(SUITES)})$")]
RightWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(right.name for right in Right if right)})$")]
RightWords = Annotated[list[RightWord], Meta(max_length=len(Right) - 1)]
"""Ascending, each at most once."""
LevelWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(level.name for level in OutletLevel)})$")]


class RegisterPersonAct(ActText, frozen=True, kw_only=True, tag="register_person"):
    """A person is registered with a first key. `until_s` 0: a key without end."""

    person: PersonNo
    staff_no: StaffNo
    name: Name
    outlet: OutletOrAll
    rights: RightWords
    key_id: KeyId
    suite: SuiteWord
    public_key: HexKey
    from_s: Second
    until_s: Second


class ChangePersonAct(ActText, frozen=True, kw_only=True, tag="change_person"):
    """What is said of a person, anew. The keys stay; who is not active signs nothing."""

    person: PersonNo
    name: Name
    outlet: OutletOrAll
    rights: RightWords
    active: bool


class RegisterPersonKeyAct(ActText, frozen=True, kw_only=True, tag="register_person_key"):
    """One more key of a person. `until_s` 0: without end."""

    person: PersonNo
    key_id: KeyId
    suite: SuiteWord
    public_key: HexKey
    from_s: Second
    until_s: Second


class EndPersonKeyAct(ActText, frozen=True, kw_only=True, tag="end_person_key"):
    """A key of a person is good no more: an own one by its owner alone. Its number is never given again."""

    person: PersonNo
    key_id: KeyId


class RegisterOutletAct(ActText, frozen=True, kw_only=True, tag="register_outlet"):
    """An outlet as RegisterOutlets says it: where it stands decides who may act for it."""

    outlet: Annotated[int, Meta(ge=1, le=OUTLET_MAX)]
    level: LevelWord
    parent: OutletOrAll
    name: Name


class RegisterKeyAct(ActText, frozen=True, kw_only=True, tag="register_key"):
    """A key of a party, as RegisterKey. `until_s` 0: without end; `seat` 0: bound to none, of a broker alone."""

    party: PartyNo
    key_id: KeyId
    public_key: HexKey
    from_s: Second
    until_s: Second
    seat: BoundSeatNo


class EndKeyAct(ActText, frozen=True, kw_only=True, tag="end_key"):
    """A key of a party is good no more, as EndKey."""

    party: PartyNo
    key_id: KeyId


class VoidAct(ActText, frozen=True, kw_only=True, tag="void"):
    """Nothing but its serial: what its author signed under it or a lower one, and nobody has sent, is worth nothing."""


AnyAct = (
    RegisterPersonAct
    | ChangePersonAct
    | RegisterPersonKeyAct
    | EndPersonKeyAct
    | RegisterOutletAct
    | RegisterKeyAct
    | EndKeyAct
    | OfBrokers
    | SetFeesAct
    | SetPhasesAct
    | RestrainAct
    | LiftRestraintAct
    | ExtendRestraintAct
    | DeductAct
    | CustomerAct
    | ReverseAct
    | CorrectReportAct
    | OfDifferences
    | DayAct
    | ClearingAct
    | SavingsInterestAct
    | SecuritiesAct
    | PasswordAct
    | VoidAct
)
ActAlone = (
    ChangePersonAct
    | RegisterPersonKeyAct
    | EndPersonKeyAct
    | StopBrokerAct
    | ResumeBrokerAct
    | TerminateBrokerAct
    | VoidAct
    | DeductAct
    | CustomerAct
    | ReverseAct
    | CorrectReportAct
    | OfDifferences
    | DayAct
    | ClearingAct
    | SavingsInterestAct
    | SecuritiesAct
    | PasswordAct
)
Made = ControlMessage | ActAlone
"""What takes effect: a message that a seat might send too, or the act itself where no seat may say it."""


class Concerns(Enum):
    """Whose outlet an act concerns: who signs it must have that one, or stand above it."""

    BANK = "the whole bank"
    PERSON = "the person's outlet, before and after"
    ACCOUNT = "the outlet of the account"
    AUTHOR = "nobody but its author"


@dataclass(frozen=True, slots=True)
class ActKind:
    """One row of the table of acts."""

    right: Right
    persons: int  # who must sign: 1, or 2 who are not the same
    concerns: Concerns
    ahead_s: int = ACT_AHEAD_S_MAX  # so far ahead of its decision it may be valid


ACTS: Mapping[type[ActText], ActKind] = {
    RegisterPersonAct: ActKind(Right.ADMINISTER, 2, Concerns.PERSON),
    ChangePersonAct: ActKind(Right.ADMINISTER, 2, Concerns.PERSON),
    RegisterPersonKeyAct: ActKind(Right.ADMINISTER, 2, Concerns.PERSON),
    EndPersonKeyAct: ActKind(Right.ADMINISTER, 2, Concerns.PERSON),
    RegisterOutletAct: ActKind(Right.ADMINISTER, 2, Concerns.BANK),
    RegisterKeyAct: ActKind(Right.BROKERS, 2, Concerns.BANK),
    EndKeyAct: ActKind(Right.BROKERS, 2, Concerns.BANK),
    StopBrokerAct: ActKind(Right.BROKERS, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    ResumeBrokerAct: ActKind(Right.BROKERS, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    TerminateBrokerAct: ActKind(Right.BROKERS, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    ChangeModeAct: ActKind(Right.BROKERS, 2, Concerns.BANK),
    SetSchemeAct: ActKind(Right.BROKERS, 2, Concerns.BANK),
    SetFeesAct: ActKind(Right.ORDERS, 2, Concerns.BANK),
    SetPhasesAct: ActKind(Right.DAY, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    RestrainAct: ActKind(Right.RESTRAIN, 2, Concerns.ACCOUNT),
    LiftRestraintAct: ActKind(Right.RESTRAIN, 2, Concerns.ACCOUNT),
    ExtendRestraintAct: ActKind(Right.RESTRAIN, 2, Concerns.ACCOUNT),
    DeductAct: ActKind(Right.RESTRAIN, 2, Concerns.ACCOUNT),
    ChangeHolderAct: ActKind(Right.CUSTOMERS, 2, Concerns.ACCOUNT),
    SignAtCounterAct: ActKind(Right.CUSTOMERS, 1, Concerns.ACCOUNT, ACT_AHEAD_SHORT_S_MAX),
    ReverseAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    CorrectReportAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    ToleranceAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    DecideAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    CorrectAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    CorrectListAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    AssignItemAct: ActKind(Right.RECONCILE, 1, Concerns.BANK),
    WithdrawSetAct: ActKind(Right.RECONCILE, 2, Concerns.BANK),
    **dict.fromkeys(DayAct.__args__, ActKind(Right.DAY, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX)),
    PayOutAct: ActKind(Right.CLEARING, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    PayCustomerAct: ActKind(Right.CLEARING, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    TakeBackFundAct: ActKind(Right.CLEARING, 2, Concerns.BANK, ACT_AHEAD_SHORT_S_MAX),
    ClearingInterestAct: ActKind(Right.CLEARING, 2, Concerns.BANK),
    AdvanceLimitAct: ActKind(Right.CLEARING, 2, Concerns.BANK),
    MarketRateAct: ActKind(Right.CLEARING, 2, Concerns.BANK),
    SavingsInterestAct: ActKind(Right.DAY, 2, Concerns.BANK),
    **dict.fromkeys(SecuritiesAct.__args__, ActKind(Right.ORDERS, 2, Concerns.BANK)),
    UnlockPasswordAct: ActKind(Right.CUSTOMERS, 1, Concerns.ACCOUNT),
    ResetPasswordAct: ActKind(Right.CUSTOMERS, 2, Concerns.ACCOUNT),
    VoidAct: ActKind(Right.NONE, 1, Concerns.AUTHOR),
}
OWN_KEY_ENDED = ActKind(Right.NONE, 1, Concerns.AUTHOR)
"""In place of the row of EndPersonKeyAct: whoever lost a key must not wait for a second person."""
assert set(ACTS) == set(AnyAct.__args__)

_encoder = msgspec.json.Encoder(order="sorted")
_decoder: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)


def row_of(act: AnyAct) -> ActKind:
    """The row of the table that an act goes by."""
    is_own = isinstance(act, EndPersonKeyAct) and act.person == act.author
    return OWN_KEY_ENDED if is_own else ACTS[type(act)]


def word_of(act: ActText | type[ActText]) -> str:
    """The name of an act: the value of `act` in its text."""
    return str(act.__struct_config__.tag)


KINDS_BY_WORD: Mapping[str, type[ActText]] = {word_of(form): form for form in ACTS}


def signed_bytes(text: bytes) -> bytes:
    """What a person signs of the text of an act."""
    return ACT_DOMAIN + text


def text_of(act: AnyAct) -> bytes:
    """The canonical text. Raises MisuseError for an act of which there is none: out of bounds, too long, or with
    characters that are not shown as they are."""
    text = _encoder.encode(act)
    if act_of(text) != act:
        raise MisuseError(f"{word_of(act)}: a field is out of its bounds, or has characters that nobody sees")
    return text


def act_of(text: bytes) -> AnyAct | None:
    """The act of a canonical text; None for what is none."""
    if len(text) > ACT_TEXT_BYTES_MAX:
        return None
    try:
        act = _decoder.decode(text)
        is_plain = is_shown_as_it_is(text.decode("utf-8")) and not _hides_any(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return act if is_plain and _encoder.encode(act) == text and _is_consistent(act) else None


def made_of(act: AnyAct) -> Made:
    """What an act does: the message that a seat might send, or the act itself."""
    match act:
        case RegisterPersonAct(person=person, staff_no=staff_no, name=name, outlet=outlet):
            key = key_of_person(act)
            return RegisterPersons([NewPerson(person, staff_no, name, outlet, sum_of(act.rights), key)])
        case RegisterOutletAct(outlet=outlet, level=level, parent=parent, name=name):
            return RegisterOutlets([OutletEntry(outlet, OutletLevel[level], parent, name)])
        case RegisterKeyAct(party=party, key_id=key_id, public_key=public_key, seat=seat):
            ends_ns = act.until_s * NS_PER_S if act.until_s else FOREVER_NS
            return RegisterKey(party, key_id, bytes.fromhex(public_key), act.from_s * NS_PER_S, ends_ns, seat)
        case EndKeyAct(party=party, key_id=key_id):
            return EndKey(party, key_id)
        case ChangeModeAct(party=party, mode=mode):
            return ChangeMode(party, int(Mode[mode]))
        case SetSchemeAct(party=party, scheme=scheme):
            return SetScheme(party, int(Scheme[scheme]))
        case SetFeesAct():
            return fees_made_of(act)
        case SetPhasesAct():
            return phases_made_of(act)
        case RestrainAct(account_no=account_no, amount_fen=amount_fen, kind=kind, holds_until_s=until_s):
            return Restrain(account_no, amount_fen, RestraintKind[kind], act.authority, act.document, until_s)
        case LiftRestraintAct(restraint_no=restraint_no, amount_fen=amount_fen):
            return LiftRestraint(restraint_no, amount_fen)
        case ExtendRestraintAct(restraint_no=restraint_no, holds_until_s=until_s):
            return ExtendRestraint(restraint_no, until_s)
        case _:
            return act


def made_by_text(text: bytes) -> Made:
    """What an act that took effect did. Raises MisuseError for a text that is none."""
    act = act_of(text)
    if act is None:
        raise MisuseError("an act that took effect is no act")
    return made_of(act)


def key_of_person(act: RegisterPersonAct | RegisterPersonKeyAct) -> PersonKey:
    """The key that an act brings."""
    return PersonKey(act.key_id, int(SUITES[act.suite]), bytes.fromhex(act.public_key), act.from_s, act.until_s)


def sum_of(rights: list[str]) -> int:
    """Rights by their words as the sum that is kept."""
    return sum(Right[word] for word in rights)


def words_of(rights: int) -> list[str]:
    """Rights by their sum as the words of a text: ascending."""
    return sorted(right.name for right in Right if rights & right)


def _hides_any(text: bytes) -> bool:
    """Whether a character is written as an escape other than that of a quote or a backslash: one that nobody sees."""
    return b"\\" in text.replace(b"\\\\", b"").replace(b'\\"', b"")


def _is_consistent(act: AnyAct) -> bool:
    """Whether what no single field can say holds."""
    if isinstance(act, RegisterPersonAct | ChangePersonAct):
        return act.rights == sorted(set(act.rights))
    if isinstance(act, AdoptSetAct | SetPhasesAct | SignAtCounterAct):
        return act.is_whole
    return True
