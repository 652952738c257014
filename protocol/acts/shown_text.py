"""Text that people are shown before they sign it: what you see is what you sign.

Belongs here: which characters may stand in it. Never here: what it says (acts), layouts.

Refused are control characters, marks that are put on others, characters that are not seen or that turn the order of
others, every space but the plain and the ideographic one, private characters and halves of pairs. Text is in Unicode
normalisation form C. Both are judged by Unicode 3.2, which every Python has: no verdict changes with a newer table.
Ideographs came to Unicode later than that, decompose into nothing, and are let in by their ranges.
"""

from unicodedata import ucd_3_2_0 as _unicode

_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me", "Zs", "Zl", "Zp"})
_SPACES = frozenset(" \u3000")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers, and a pattern without a dot: letters and symbols by their category."""
_LATER_IDEOGRAPHS = ((0x4DB6, 0x4DBF), (0x9FA6, 0x9FFF), (0x2A6D7, 0x2F7FF), (0x30000, 0x323AF))
"""Of the blocks CJK Unified Ideographs and their extensions A to I: what Unicode 3.2 did not have yet."""


def is_shown_as_it_is(text: str) -> bool:
    """Whether every character of a text is seen, and none stands for what another way of writing means too."""
    return all(_is_seen(character) for character in text) and _unicode.normalize("NFC", text) == text


def _is_seen(character: str) -> bool:
    if _unicode.category(character) not in _FORBIDDEN:
        return character not in _BLANK
    return character in _SPACES or any(first <= ord(character) <= last for first, last in _LATER_IDEOGRAPHS)
