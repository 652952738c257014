"""What several sections of docs/protocol.md are written with: tables, names of types, golden frames, bytes.

Belongs here: helpers that know no section. Never here: a section (document, lines).
"""

from protocol.frame import Frame
from protocol.vocabulary import Suite
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


def hex_lines(data: bytes) -> str:
    """Bytes as indented lines of lower-case hex."""
    lines = [data[start : start + HEX_BYTES_PER_LINE].hex() for start in range(0, len(data), HEX_BYTES_PER_LINE)]
    return "".join(f"    {line}\n" for line in lines)


def golden(name: str) -> Frame:
    """The golden frame of suite 1 with this name."""
    return next(vector.frame for vector in valid_frames.of_suite(Suite.ED25519_SHA256) if vector.name == name)
