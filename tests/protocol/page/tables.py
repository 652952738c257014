"""What several sections of docs/protocol.md are written with: tables, names of types, golden frames, bytes.

Belongs here: helpers that know no section. Never here: a section (document, lines).
"""

from collections.abc import Sequence

from protocol.frame import Frame
from protocol.kinds import KINDS
from protocol.records import RECORD
from protocol.vocabulary import RecordKind, Suite
from tests.vectors.frames import valid as valid_frames

HEX_BYTES_PER_LINE = 32


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def type_name(code: str) -> str:
    """A numpy type code, byte order left out, in words."""
    kind, size = code[0], int(code[1:])
    return {"i": f"int{size * 8}", "S": f"{size} bytes, text", "V": f"{size} bytes"}[kind]


def bytes_by_kind(kinds: Sequence[RecordKind]) -> str:
    """Offsets of the bytes of records of these kinds, beside each other."""
    fields = RECORD.fields
    assert fields is not None
    places: dict[tuple[int, int, str], dict[int, str]] = {}
    for kind in kinds:
        for name in KINDS[kind].all_fields:
            dtype, offset = fields[name][:2]
            place = (int(offset), dtype.itemsize, type_name(dtype.str.lstrip("<|")))
            places.setdefault(place, {})[kind] = f"`{name}`"
    rows = [
        [str(offset), str(size), words, *(named.get(kind, "") for kind in kinds)]
        for (offset, size, words), named in sorted(places.items())
    ]
    return table(["offset", "bytes", "type", *(f"{int(kind)} {kind.name}" for kind in kinds)], rows)


def hex_lines(data: bytes) -> str:
    """Bytes as indented lines of lower-case hex."""
    lines = [data[start : start + HEX_BYTES_PER_LINE].hex() for start in range(0, len(data), HEX_BYTES_PER_LINE)]
    return "".join(f"    {line}\n" for line in lines)


def golden(name: str) -> Frame:
    """The golden frame of suite 1 with this name."""
    return next(vector.frame for vector in valid_frames.of_suite(Suite.ED25519_SHA256) if vector.name == name)
