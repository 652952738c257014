"""Acts of people as a story writes them: the bank's own names for the keys, with names, amounts and dates of the story.

Belongs here: which acts a story may have, from its keys to the fields of an act. Never here: keys and signatures
(people), what an act does (the bank).
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from frontend_sim.scenario.written.amounts import Fen, fen_of
from protocol.acts.base import ActText
from protocol.acts.day import AdoptSetAct, DeferAct, ResumeLaneAct
from protocol.acts.restraints import DeductAct
from protocol.acts.table import ResumeBrokerAct, StopBrokerAct, VoidAct, word_of

_OFFERED: Final = (StopBrokerAct, ResumeBrokerAct, DeferAct, ResumeLaneAct, AdoptSetAct, DeductAct, VoidAct)
OFFERED: Final = {word_of(form): form for form in _OFFERED}
"""By their names. Those about people, keys and outlets are none of a story's: it has these from its beginning on."""
ADMINISTRATORS: Final = ("administrator 1", "administrator 2", "administrator 3")
"""Are there of themselves, and register the others, as the bank wants it."""
IN_EVERY_ACT: Final = frozenset(ActText.__struct_fields__)
NAMES: Final = {
    **{"party": "broker", "account_no": "customer", "contract_no": "customer"},
    **{"restraint_no": "restraint", "trade_date": "date"},
}
FEN: Final = "_fen"

NumberOf = Callable[[str, str], int]
"""The number behind a name: takes the field of an act and the name."""


def keys_of(form: type[ActText]) -> Mapping[str, str]:
    """The keys by which a story writes an act's own fields, and the field of each; none of what may be left out."""
    own = [each.name for each in msgspec.structs.fields(form) if each.required and each.name not in IN_EVERY_ACT]
    return {NAMES.get(name, name.removesuffix(FEN)): name for name in own}


def own_fields(form: type[ActText], says: Mapping[str, object], number_of: NumberOf) -> dict[str, object]:
    """The fields that are an act's own.

    Raises ValueError for a key that it has not, for one that is left out, and for what is no amount, date or name.
    """
    keys = keys_of(form)
    found = {}
    for key, value in says.items():
        if key not in keys:
            raise ValueError(f"says.{key}: this act has no such key (it has: {', '.join(keys) or 'none'})")
        found[keys[key]] = _value(keys[key], value, number_of)
    required = [field.name for field in msgspec.structs.fields(form) if field.required]
    missing = [key for key, name in keys.items() if name in required and name not in found]
    if missing:
        raise ValueError(f"says.{missing[0]} is missing")
    return found


def _value(name: str, value: object, number_of: NumberOf) -> object:
    if name.endswith(FEN):
        return int(Fen(fen_of(value)))
    if name == "trade_date":
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
            raise ValueError(f"says.date: {value!r} is no date such as 2026-01-05")
        return value.year * 10_000 + value.month * 100 + value.day
    if name in NAMES:
        if not isinstance(value, str):
            raise ValueError(f"says.{NAMES[name]}: {value!r} is no name")
        return number_of(name, value)
    return value
