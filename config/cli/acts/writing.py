"""From words of a command line to an act: each field as people write it.

Belongs here: fields by name, times with a zone, key files, digests of evidence. Never here: files of acts (files),
whether the bank takes it.
"""

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from config.cli.day.lists import read_list
from config.cli.load.lists import KINDS_BY_ACT
from config.cli.load.lists import read_list as read_signed_file
from config.keys import public_key_hex
from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.acts.base import ActText
from protocol.acts.corrections import CorrectListAct
from protocol.acts.table import KINDS_BY_WORD, AnyAct, text_of, word_of
from protocol.errors import MisuseError
from protocol.messages.day.steps import list_digest

LIST_FIELD = "list"
"""What a person writes in place of count and digest of a list: its file."""
LIST_WORDS = frozenset({word_of(CorrectListAct), *KINDS_BY_ACT})
COMMON = frozenset(ActText.__struct_fields__)


class Header(NamedTuple):
    """What stands in every act."""

    author: int
    bank: str
    reason: str
    serial: int
    valid_until_s: int
    evidence: Path | None


def own_fields(word: str) -> list[str]:
    """The fields of an act beside those of every act, in their order; what may be left out other commands write."""
    fields = msgspec.structs.fields(KINDS_BY_WORD[word])
    return [field.name for field in fields if field.name not in COMMON and field.required]


def fields_of_list(word: str, file: Path) -> dict[str, str]:
    """What an act says of a file that is its list. Raises ProcessFault DATA for a file that is none of this act's."""
    if word in KINDS_BY_ACT:
        listed = read_signed_file(file)
        if listed.kind != KINDS_BY_ACT[word]:
            raise ProcessFault(f"{file}:1: no list of {word}", ExitCode.DATA)
        return listed.fields()
    lines = read_list(file)
    return {"count": str(len(lines)), "digest": list_digest(lines).hex()}


def written(word: str, header: Header, words: Sequence[str]) -> tuple[AnyAct, str]:
    """The act of words NAME=VALUE, and its text. Raises ProcessFault USAGE naming the field that is wrong."""
    fields: dict[str, object] = dict(header._asdict(), act=word)
    evidence = fields.pop("evidence")
    if isinstance(evidence, Path):
        fields["evidence"] = _digest_of(evidence)
    pairs = [_pair(each) for each in words]
    given = dict(pairs)
    if len(given) < len(pairs):
        twice = next(name for name in given if sum(name == each for each, _ in pairs) > 1)
        raise ProcessFault(f"act write {word}: {twice}=… stands there twice", _USAGE)
    if LIST_FIELD in given and word in LIST_WORDS:
        given.update(fields_of_list(word, Path(given.pop(LIST_FIELD))))
    names = own_fields(word)
    for name in names:
        if name not in given:
            raise ProcessFault(f"act write {word}: {name}=… is missing; it has {', '.join(names)}", _USAGE)
    for name in given.keys() - set(names):
        raise ProcessFault(f"act write {word}: there is no field {name}; it has {', '.join(names) or 'none'}", _USAGE)
    types = {field.name: field.type for field in msgspec.inspect.type_info(KINDS_BY_WORD[word]).fields}  # type: ignore[attr-defined]  # of a struct
    fields.update({name: _value(name, types[name], given[name]) for name in names})
    try:
        act: AnyAct = msgspec.convert(fields, AnyAct, strict=True)
        return act, text_of(act).decode("utf-8")
    except (msgspec.ValidationError, MisuseError) as error:
        raise ProcessFault(f"act write {word}: {error}", _USAGE) from None


_USAGE = ExitCode.USAGE


def _pair(word: str) -> tuple[str, str]:
    name, found, value = word.partition("=")
    if not found:
        raise ProcessFault(f"act write: {word[:60]!r} is no NAME=VALUE", _USAGE)
    return name, value


def _value(name: str, wanted: msgspec.inspect.Type, text: str) -> object:
    """A field as its type and its name want it; what is none of that stays text, and the bounds of the act tell."""
    match wanted:
        case msgspec.inspect.ListType(item_type=msgspec.inspect.ListType()):
            return [[_moment_s(name, each.strip()) for each in row.split(",")] for row in text.split(";")]
        case msgspec.inspect.ListType(item_type=msgspec.inspect.IntType()):
            numbers = [each.strip() for each in text.split(",")]
            return [int(each) if each.isascii() and each.isdecimal() else each for each in numbers]
        case msgspec.inspect.ListType():
            return sorted(word.strip().upper() for word in text.split(",") if word.strip())
        case msgspec.inspect.BoolType():
            return {"yes": True, "no": False}.get(text, text)
        case msgspec.inspect.IntType() if name.endswith("_s"):
            return _moment_s(name, text)
        case msgspec.inspect.IntType():
            return int(text) if text.isascii() and text.isdecimal() else text
        case _:
            return _public_key(text) if name == "public_key" else text


def _moment_s(name: str, text: str) -> int:
    """Whole seconds since 1970; empty: no bound."""
    if not text or (text.isascii() and text.isdecimal()):
        return int(text or 0)
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ProcessFault(f"act write: {name} is no time such as 2026-01-05T09:00:00+08:00", _USAGE) from None
    if moment.tzinfo is None:
        raise ProcessFault(f"act write: {name} names no time zone", _USAGE)
    return max(0, int(moment.timestamp()))


def _public_key(text: str) -> str:
    """Hexadecimal as it is; else the name of a file that `yzt keygen` made."""
    if not text.endswith(".pem"):
        return text
    try:
        return public_key_hex(Path(text))
    except (OSError, ValueError) as error:
        raise ProcessFault(f"{text}: no public key: {error}", ExitCode.DATA) from None


def _digest_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
