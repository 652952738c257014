"""How wide the columns of a table are on a page, which way the page lies, and where words are broken.

Belongs here: millimetres. Never here: drawing (pdf_pages), what stands in a cell.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

A4_MM = (210.0, 297.0)
MARGIN_MM = 12.0
PAD_MM = 1.4
APART_MM = 3.0
"""Between an amount and words behind it."""
WORDS_MM_MAX = 46.0
"""Longer words go on in the next line of their cell."""
FONT_PT = 8.5
FONT_PT_MIN = 5.5
STEP_PT = 0.25

Measure = Callable[[str], float]
"""Width of a text in millimetres at FONT_PT."""


class Columns(NamedTuple):
    """Widths of the columns, the size of their letters, which end together, and what each leaves free on its left."""

    widths_mm: list[float]
    font_pt: float
    is_right: Sequence[bool]
    pads_mm: list[float]

    @property
    def sum_mm(self) -> float:
        """Of all columns."""
        return sum(self.widths_mm)


def room_mm(is_wide: bool) -> float:
    """Between the margins of an upright or a wide page."""
    return A4_MM[is_wide] - 2 * MARGIN_MM


def is_wide(natural: Sequence[Sequence[float]]) -> bool:
    """Whether some table has no room on an upright page."""
    return any(sum(widths) > room_mm(False) for widths in natural)


def left_pads(is_right: Sequence[bool]) -> list[float]:
    """What each column leaves free on its left."""
    before = [False, *is_right[:-1]]
    return [PAD_MM + APART_MM * (not own and left) for own, left in zip(is_right, before, strict=True)]


def natural_mm(
    cells: Sequence[Sequence[str]], titles: Sequence[str], is_right: Sequence[bool], measure: Measure
) -> list[float]:
    """What each column would take; a title may stand in two lines."""
    widths, pads = [], left_pads(is_right)
    for place, title in enumerate(titles):
        half = max(measure(part) for part in halves(title))
        widest = max((min(measure(row[place]), WORDS_MM_MAX) for row in cells), default=0.0)
        widths.append(max(half, widest) + pads[place] + PAD_MM)
    return widths


def fitted(natural: Sequence[float], room: float, is_right: Sequence[bool]) -> Columns:
    """The columns over the whole room. What is left over goes to all; where there is too little the letters get
    smaller, and then columns of words narrower. Amounts are never broken.
    """
    scale = min(1.0, room / sum(natural))
    font_pt = max(FONT_PT_MIN, FONT_PT - STEP_PT * -((scale - 1.0) * FONT_PT // STEP_PT))
    widths = [width * font_pt / FONT_PT for width in natural]
    over = sum(widths) - room
    if over <= 0:
        taken = [width * room / (room + over) for width in widths]
    else:
        of_words = sum(width for width, right in zip(widths, is_right, strict=True) if not right) or 1.0
        narrow = max(0.4, 1 - over / of_words)
        taken = [width if right else width * narrow for width, right in zip(widths, is_right, strict=True)]
    return Columns(taken, font_pt, is_right, left_pads(is_right))


def halves(title: str) -> list[str]:
    """A title in one line, or, from six signs on, in two: most are a word of four and what is told of it."""
    return [title] if len(title) < 6 else [title[:4], title[4:]]


def broken(text: str, room: float, measure: Measure) -> list[str]:
    """A text in lines that have room."""
    lines, line = [], ""
    for sign in text:
        if line and measure(line + sign) > room:
            lines.append(line)
            line = sign
        else:
            line += sign
    return [*lines, line]
