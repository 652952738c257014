"""Acts of people as a story writes them: the bank's own names for the keys, with names, amounts and dates of the story.

Belongs here: which acts a story may have, from its keys to the fields of an act. Never here: keys and signatures
(people), what only the bank knows of an act (acting), what an act does (the bank).
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from frontend_sim.scenario.written.amounts import Fen, fen_of
from protocol.acts.base import ActText
from protocol.acts.clearing import (
    AdvanceLimitAct,
    ClearingInterestAct,
    MarketRateAct,
    PayCustomerAct,
    PayOutAct,
    TakeBackFundAct,
)
from protocol.acts.corrections import (
    AssignItemAct,
    CorrectAct,
    CorrectListAct,
    DecideAct,
    ToleranceAct,
    WithdrawSetAct,
)
from protocol.acts.customers import ChangeHolderAct
from protocol.acts.day import OF_EXCHANGE, AdoptSetAct, DeferAct, ResumeLaneAct
from protocol.acts.moved import ReverseAct
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.acts.restraints import DeductAct
from protocol.acts.savings import SavingsInterestAct
from protocol.acts.table import VoidAct, word_of
from protocol.limits import CORRECTIONS_PER_LIST_MAX, DIGEST_BYTES, HOLDER_BYTES
from protocol.messages.day.steps import ListedCorrection

_OFFERED = (
    *(StopBrokerAct, ResumeBrokerAct, TerminateBrokerAct, DeferAct, ResumeLaneAct, AdoptSetAct, DeductAct),
    *(ToleranceAct, DecideAct, CorrectAct, CorrectListAct, AssignItemAct, WithdrawSetAct, ChangeHolderAct),
    *(PayOutAct, PayCustomerAct, ClearingInterestAct, TakeBackFundAct, AdvanceLimitAct, MarketRateAct, VoidAct),
    *(ReverseAct, SavingsInterestAct),
)
OFFERED = {word_of(form): form for form in _OFFERED}
"""By their names. Those about people, keys and outlets are none of a story's: it has these from its beginning on."""
PERMITS = (word_of(CorrectAct), word_of(CorrectListAct))
"""What the day desk may name when it corrects."""
ADMINISTRATORS = ("administrator 1", "administrator 2", "administrator 3")
"""Are there of themselves, and register the others, as the bank wants it."""
IN_EVERY_ACT = frozenset(ActText.__struct_fields__)
NAMES = {
    **{"party": "broker", "account_no": "customer", "contract_no": "customer"},
    **{"restraint_no": "restraint", "data": "set", "owner": "owner", "order": "order"},
}
"""Keys of fields that name somebody or something of the story."""
TABLES = {"owner": "person"}
"""Where the name is, unless it is in the table that the key is called by."""
OTHER_KEYS = {"trade_date": "date", "contract_fen": "each_contract", "date_fen": "whole_date"}
DATES = frozenset({"trade_date", "last_date", "day", "last_day"})
HOLDERS = frozenset({"holder_before", "holder"})
FEN = "_fen"
OF_REQUEST = ("contract_no", "trade_date", "seat", "number", "sequence", "position")
"""What names the request of an order."""
OPTIONAL = frozenset(
    {
        *((AssignItemAct, "contract_no"), (AssignItemAct, "owner"), (AdoptSetAct, "data")),
        (SavingsInterestAct, "last_day"),
    }
)
"""May be left out; then it is 0, or not there."""
ASKED = frozenset(
    {
        *((DecideAct, "digest"), (CorrectListAct, "digest"), (CorrectListAct, "count")),
        *((ReverseAct, name) for name in OF_REQUEST),
    }
)
"""What nobody writes: it is asked of the bank, reckoned of the lines, or what an order was answered."""
LINES = "lines"
ORDER = "order"
OF_STORY = {CorrectListAct: LINES, ReverseAct: ORDER}
"""What stands in a story in place of what nobody writes."""
TRIED: dict[str, object] = {
    **dict.fromkeys(("contract_no", "seat", "number", "sequence", "position"), 1),
    **{"trade_date": 20260105, "author": 1, "bank": "0" * 16, "reason": "tried", "serial": 1, "valid_until_s": 1},
    **{"digest": "00" * DIGEST_BYTES, "count": 1, "holder_before": "00" * HOLDER_BYTES, "holder": "00" * HOLDER_BYTES},
}
"""In place of what a story does not say, for a look at what it does."""
OF_A_LINE = {"party": 1, "trade_date": 20260105, "set_number": 1, "last_date": 20260105}
"""What a line of a list has not, and a correction of its own has."""

NumberOf = Callable[[str, str], object]
"""The number behind a name: takes the field of an act and the name."""


def keys_of(form: type[msgspec.Struct]) -> Mapping[str, str]:
    """The keys by which a story writes an act's own fields, or those of a line of a list, and the field of each."""
    own = [name for name in form.__struct_fields__ if name not in IN_EVERY_ACT and (form, name) not in ASKED]
    keys = {_key(name): name for name in own}
    return {**keys, OF_STORY[form]: OF_STORY[form]} if form in OF_STORY else keys


def may_be_left_out(form: type[msgspec.Struct], key: str) -> bool:
    """Whether a story need not write this key."""
    return (form, keys_of(form)[key]) in OPTIONAL


def own_fields(form: type[ActText], says: Mapping[str, object], number_of: NumberOf) -> dict[str, Any]:
    """The fields that are an act's own; `lines` of a list as they are listed, `data` and `order` as names.

    Raises ValueError for a key that it has not, for one that is left out, and for what is no amount, date or name.
    """
    found = _fields("says", form, says, number_of)
    lines = [ListedCorrection(**line) for line in found.pop(LINES, ())]
    _try(form, {name: value for name, value in found.items() if name not in ("data", ORDER) and name not in HOLDERS})
    if form is AdoptSetAct and (found["source"] == OF_EXCHANGE) != ("data" in found):
        raise ValueError(f"says.set: {says.get('set')!r}, and the source is {found['source']!r}: EXCHANGE names one")
    return {**found, LINES: lines} if form is CorrectListAct else found


def _fields(where: str, form: type[msgspec.Struct], says: Mapping[str, object], number_of: NumberOf) -> dict[str, Any]:
    keys, found = keys_of(form), dict[str, Any]()
    for key, value in says.items():
        if key not in keys:
            raise ValueError(f"{where}.{key}: this act has no such key (it has: {', '.join(keys) or 'none'})")
        found[keys[key]] = _value(f"{where}.{key}", keys[key], value, number_of)
    for key, name in keys.items():
        if name not in found and (form, name) not in OPTIONAL:
            raise ValueError(f"{where}.{key} is missing")
    zeros = {name: 0 for of, name in OPTIONAL if of is form and name != "data"}
    return {**zeros, **found}


def _key(name: str) -> str:
    return NAMES.get(name) or OTHER_KEYS.get(name) or name.removesuffix(FEN)


def _value(where: str, name: str, value: object, number_of: NumberOf) -> object:
    if name.endswith(FEN):
        try:
            return int(Fen(fen_of(value)))
        except ValueError as error:
            raise ValueError(f"{where}: {error}, found {value!r}") from None
    if name in DATES:
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
            raise ValueError(f"{where}: {value!r} is no date such as 2026-01-05")
        return value.year * 10_000 + value.month * 100 + value.day
    if name in NAMES or name in HOLDERS:
        if not isinstance(value, str):
            raise ValueError(f"{where}: {value!r} is no name")
        return number_of(name, value)
    return _lines(where, value, number_of) if name == LINES else value


def _lines(where: str, value: object, number_of: NumberOf) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= CORRECTIONS_PER_LIST_MAX:
        raise ValueError(f"{where}: a list has 1 to {CORRECTIONS_PER_LIST_MAX} lines, found {value!r}")
    found = []
    for place, line in enumerate(value, start=1):
        if not isinstance(line, dict):
            raise ValueError(f"{where}[{place}]: a line is a table, found {line!r}")
        found.append(_fields(f"{where}[{place}]", ListedCorrection, line, number_of))
        _try(CorrectAct, {**found[-1], **OF_A_LINE}, f"{where}[{place}]")
    return found


def _try(form: type[ActText], found: Mapping[str, object], where: str = "says") -> None:
    """Raises ValueError for a value of which an act has none."""
    of_form = {name: value for name, value in TRIED.items() if name in form.__struct_fields__}
    try:
        msgspec.convert({"act": word_of(form), **of_form, **found}, form)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`")
        raise ValueError(f"{where}.{_key(name)}: {reason}, found {found.get(name)!r}") from None
