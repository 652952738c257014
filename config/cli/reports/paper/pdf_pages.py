"""A report as A4 pages with an embedded font: title, tables, what was compared, who signs, the number of each page.

Belongs here: drawing. Never here: what stands in a report, widths (page_layout). fpdf2 draws; the font is Noto Sans SC
(docs/decisions/0044).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import sans_path

from config.cli.reports.paper.drawing import Drawing, Shown
from config.cli.reports.paper.forms import CHECK_COLUMNS, SAYS, Check, Column, Kind, Row, page_cell
from config.cli.reports.paper.page_layout import (
    A4_MM,
    FONT_PT,
    MARGIN_MM,
    PAD_MM,
    Columns,
    broken,
    fitted,
    halves,
    is_wide,
    natural_mm,
    room_mm,
)

UNKNOWN_SIGN = "〓"
"""Stands for what the font has not, as printers have it."""
_FONT = "report"
_NOT_EMBEDDED = ("vhea", "vmtx", "VORG", "BASE", "GDEF", "GPOS", "GSUB", "DSIG")
"""Of its tables: how signs stand below each other. The library would read them, cut them, and write them nowhere."""
_TITLE_PT, _HEAD_PT, _FOOT_PT = 15.0, 10.0, 7.5
_LINE_MM_A_PT = 0.52
_FOOT_MM = 14.0
_SLACK_MM = 0.1  # what measuring twice may differ by
_GREY, _PALE = 228, 243


class _Widths(dict[str, int]):
    """Of each sign in thousandths of the size of the letters: the library's own way goes through all of its state."""

    def __init__(self, font: TTFFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, sign: str) -> int:
        self[sign] = width = int(self._font.cw[ord(sign)])
        return width


class Pages(FPDF):
    """The pages of one report."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(unit="mm", format="A4")
        self._drawing, self._made = drawing, drawing.made
        self.set_auto_page_break(False)
        self.set_margin(MARGIN_MM)
        self.add_font(_FONT, fname=sans_path())
        font = self.fonts[_FONT]
        assert isinstance(font, TTFFont)
        for table in _NOT_EMBEDDED:
            del font.ttfont[table]
        self._known = font.cmap
        self._widths = _Widths(font)
        self.set_title(drawing.title)
        self.set_author(self._made.bank)
        self.set_creator("yzt report")
        self.set_producer("fpdf2")
        self.set_lang("zh-CN")
        self.set_creation_date(self._made.at)
        self.set_font(_FONT, size=FONT_PT)
        self._tables = [self._cells_of(each) for each in drawing.tables]
        self._natural = [
            self._natural_of(each.columns, [*rows, *([total] if total else [])])
            for each, (rows, total) in zip(drawing.tables, self._tables, strict=True)
        ]
        self._is_wide = is_wide(self._natural)
        self._room = room_mm(self._is_wide)
        self._bottom = A4_MM[not self._is_wide] - _FOOT_MM
        self._next_page()
        self._draw_head()
        for each, (rows, total), natural in zip(drawing.tables, self._tables, self._natural, strict=True):
            self._draw_table(each, rows, total, natural)

    def draw_checks(self, checks: Sequence[Check], faults: Sequence[str]) -> None:
        """What was compared, with both values, and the places for signatures."""
        rows = [[self._written(each.what), *_both(each), SAYS[each.holds]] for each in checks]
        if rows:
            self._font(FONT_PT)
            natural = self._natural_of(CHECK_COLUMNS, rows)
            self._space(3)
            self._rows(CHECK_COLUMNS, rows, fitted(natural, self._room, _rights(CHECK_COLUMNS)))
        for fault in faults:
            self._line(self._written(f"不符：{fault}"), FONT_PT)
        self._sign()

    def draw_feet(self) -> None:
        """As of which row each page is, and its number, once it is known how many there are."""
        last, top = self.page_no(), A4_MM[not self._is_wide] - _FOOT_MM + 4
        for number in range(1, last + 1):
            self.page = number
            self.set_font(_FONT, size=_TITLE_PT)  # another one first: what this page has last is not known
            self._rule(top - 1)
            self._font(_FOOT_PT)
            self._at(MARGIN_MM, top, self._room, self._as_of(), "L")
            self._at(MARGIN_MM, top, self._room, f"第 {number} 页 共 {last} 页", "R")

    def _as_of(self) -> str:
        return f"截至流水第 {self._made.as_of:,} 号（{self._made.as_of_at:%Y-%m-%d %H:%M:%S}）"

    def _natural_of(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
        return natural_mm(rows, [column.title for column in columns], _rights(columns), self._measure)

    def _cells_of(self, shown: Shown) -> tuple[list[list[str]], list[str] | None]:
        kinds = [column.kind for column in shown.columns]
        rows = [self._row(kinds, row) for row in shown.rows]
        return rows, None if shown.total is None else self._row(kinds, shown.total)

    def _row(self, kinds: Sequence[Kind], row: Row) -> list[str]:
        return [self._written(page_cell(kind, value)) for kind, value in zip(kinds, row, strict=True)]

    def _written(self, text: str) -> str:
        """With what the font has not replaced."""
        if all(ord(sign) in self._known for sign in text):
            return text
        return "".join(sign if ord(sign) in self._known else UNKNOWN_SIGN for sign in text)

    def _measure(self, text: str) -> float:
        return sum(map(self._widths.__getitem__, text)) * self.font_size / 1_000

    def _font(self, size_pt: float) -> None:
        self.set_font(_FONT, size=size_pt)

    def _next_page(self) -> None:
        self.add_page(orientation="landscape" if self._is_wide else "portrait")
        self.set_y(MARGIN_MM)
        if self.page_no() > 1:
            self._font(_FOOT_PT)
            self._at(MARGIN_MM, MARGIN_MM - 4, self._room, self._written(self._made.bank), "L")
            self._at(MARGIN_MM, MARGIN_MM - 4, self._room, f"{self._written(self._drawing.title)}（续）", "R")

    def _draw_head(self) -> None:
        self._font(_HEAD_PT)
        self._at(MARGIN_MM, self.get_y(), self._room, self._written(self._made.bank), "C")
        self.set_y(self.get_y() + 6)
        self._font(_TITLE_PT)
        with self._bold(0.25):
            self._at(MARGIN_MM, self.get_y(), self._room, self._written(self._drawing.title), "C")
        self.set_y(self.get_y() + 10)
        facts = "　".join(f"{name}：{value}" for name, value in self._drawing.facts)
        self._font(FONT_PT)
        self._at(MARGIN_MM, self.get_y(), self._room, "金额单位：元", "R")
        room = self._room - self._measure("金额单位：元") - 4
        for line in broken(self._written(facts), room, self._measure):
            self._line(line, FONT_PT)
        self._line(f"{self._as_of()}　制表：{self._written(self._made.by)} {self._made.at:%Y-%m-%d %H:%M:%S}", FONT_PT)

    def _draw_table(
        self, shown: Shown, rows: Sequence[Sequence[str]], total: Sequence[str] | None, natural: list[float]
    ) -> None:
        columns = fitted(natural, self._room, _rights(shown.columns))
        self._space(2)
        if shown.title:
            self._keep(22)
            self._font(_HEAD_PT)
            with self._bold(0.15):
                self._at(MARGIN_MM, self.get_y(), self._room, self._written(shown.title), "L")
            self.set_y(self.get_y() + 6)
        self._rows(shown.columns, rows, columns, total)
        left = shown.rows_count - len(rows)
        if left:
            said = f"共 {shown.rows_count:,} 行，以上为前 {len(rows):,} 行，其余 {left:,} 行见 CSV；合计为全部行。"
            self._line(said, FONT_PT)

    def _rows(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        fit: Columns,
        total: Sequence[str] | None = None,
    ) -> None:
        line_mm = fit.font_pt * _LINE_MM_A_PT
        self._keep(4 * line_mm)
        self._titles(columns, fit, line_mm)
        for cells in rows:
            self._cells(columns, cells, fit, line_mm)
        if not rows:
            self._font(fit.font_pt)
            self._at(MARGIN_MM, self.get_y(), self._room, "本表无记录", "C", line_mm)
            self.set_y(self.get_y() + line_mm)
        if total is not None:
            self._cells(columns, total, fit, line_mm, is_total=True)
        self._rule(self.get_y(), 0.3)

    def _titles(self, columns: Sequence[Column], fit: Columns, line_mm: float) -> None:
        self._font(fit.font_pt)
        parts = []
        for column, width in zip(columns, fit.widths_mm, strict=True):
            is_short = self._measure(column.title) <= width - 2 * PAD_MM + _SLACK_MM
            parts.append([column.title] if is_short else halves(column.title))
        height = line_mm * max(map(len, parts)) + 1
        self.set_fill_color(_GREY)
        self.rect(MARGIN_MM, self.get_y(), fit.sum_mm, height, style="F")
        self._rule(self.get_y(), 0.3)
        with self._bold(0.1):
            self._draw_parts(parts, fit, height, line_mm)
        self.set_y(self.get_y() + height)
        self._rule(self.get_y(), 0.2)

    def _cells(
        self, columns: Sequence[Column], cells: Sequence[str], fit: Columns, line_mm: float, *, is_total: bool = False
    ) -> None:
        self._font(fit.font_pt)
        parts = [
            [cell] if is_right else broken(cell, width - pad - PAD_MM + _SLACK_MM, self._measure)
            for is_right, cell, width, pad in zip(fit.is_right, cells, fit.widths_mm, fit.pads_mm, strict=True)
        ]
        height = line_mm * max(map(len, parts))
        if self.get_y() + height > self._bottom:
            self._rule(self.get_y(), 0.2)
            self._next_page()
            self._titles(columns, fit, line_mm)
            self._font(fit.font_pt)
        if is_total:
            self.set_fill_color(_PALE)
            self.rect(MARGIN_MM, self.get_y(), fit.sum_mm, height, style="F")
            self._rule(self.get_y(), 0.2)
            with self._bold(0.1):
                self._draw_parts(parts, fit, height, line_mm)
        else:
            self._draw_parts(parts, fit, height, line_mm)
        self.set_y(self.get_y() + height)
        if not is_total:
            self._rule(self.get_y(), 0.05)

    def _draw_parts(self, parts: Sequence[Sequence[str]], fit: Columns, height: float, line_mm: float) -> None:
        """The lines of each cell of a row, in the middle of its height."""
        left = MARGIN_MM
        for is_right, lines, width, pad in zip(fit.is_right, parts, fit.widths_mm, fit.pads_mm, strict=True):
            top = self.get_y() + (height - line_mm * len(lines)) / 2
            align = "R" if is_right else "L"
            for place, line in enumerate(lines):
                self._at(left + pad, top + place * line_mm, width - pad - PAD_MM, line, align, line_mm)
            left += width

    def _at(self, left: float, top: float, width: float, text: str, align: str, height: float = 4.4) -> None:
        """A text within a width; one that is too long gets smaller."""
        if not text:
            return
        size, taken = self.font_size_pt, self._measure(text)
        if taken > width > 0:
            self._font(size * width / taken)
            taken = self._measure(text)
        shift = {"L": 0.0, "C": 0.5, "R": 1.0}[align]
        baseline = top + height / 2 + self.font_size * 0.35
        self.text(left + (width - taken) * shift, baseline, text)
        if self.font_size_pt != size:
            self._font(size)

    def _bold(self, line_mm: float) -> AbstractContextManager[object]:
        """The letters with an outline: the package has one weight."""
        return self.local_context(text_mode=TextMode.FILL_STROKE, line_width=line_mm)

    def _line(self, text: str, size_pt: float) -> None:
        self._keep(5)
        self._font(size_pt)
        self._at(MARGIN_MM, self.get_y(), self._room, text, "L")
        self.set_y(self.get_y() + 5)

    def _rule(self, top: float, width_mm: float = 0.1) -> None:
        self.set_line_width(width_mm)
        self.set_draw_color(90)
        self.line(MARGIN_MM, top, MARGIN_MM + self._room, top)
        self.set_draw_color(0)

    def _space(self, height: float) -> None:
        self.set_y(self.get_y() + height)

    def _keep(self, height: float) -> None:
        """A new page unless there is so much room."""
        if self.get_y() + height > self._bottom:
            self._next_page()

    def _sign(self) -> None:
        self._keep(16)
        self._space(8)
        self._font(FONT_PT)
        third = self._room / 3
        for place, who in enumerate(("主管：", "复核：", "制表：")):
            left = MARGIN_MM + place * third
            self._at(left, self.get_y(), third, who, "L")
            self.set_line_width(0.1)
            self.line(left + self._measure(who), self.get_y() + 4, left + third - 14, self.get_y() + 4)
        self.set_y(self.get_y() + 6)


def _rights(columns: Sequence[Column]) -> list[bool]:
    return [column.is_right for column in columns]


def _both(check: Check) -> tuple[str, str]:
    return page_cell(check.kind, check.here), page_cell(check.kind, check.there)


def pdf_of(drawing: Drawing) -> bytes:
    """The pages as a file."""
    pages = Pages(drawing)
    pages.draw_checks(drawing.checks, drawing.faults)
    pages.draw_feet()
    return bytes(pages.output())
