"""The control table: the same money as four independent sources count it, and where they differ.

Belongs here: comparing and printing figures. Never here: where a figure comes from (demo, sql_totals, auditor).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontend_sim.auditor.register import Totals

LEDGER = "ledger"
GATEWAY = "gateway"
AUDITOR = "auditor"
SQL = "sql"
SOURCES = (LEDGER, GATEWAY, AUDITOR, SQL)
TITLES = {
    LEDGER: "ledger",
    GATEWAY: "gateway's book",
    AUDITOR: "auditor",
    SQL: "SQL, read model",
}
FIGURES = {
    "balance_fen": "balance",
    "frozen_fen": "frozen",
    "bought_unsettled_fen": "bought unsettled",
    "sold_unsettled_fen": "sold unsettled",
}
TotalsByParty = Mapping[int, Totals]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one scope (all parties, or one) as every source has it, in the order of SOURCES."""

    scope: str
    figure: str
    amounts_fen: tuple[int, ...]

    @property
    def difference_fen(self) -> int:
        """Largest less smallest."""
        return max(self.amounts_fen) - min(self.amounts_fen)


@dataclass(frozen=True, slots=True)
class Difference:
    """Who stands alone: the sources that differ from what most say; all of them when there is no majority."""

    scope: str
    figure: str
    sources: tuple[str, ...]
    difference_fen: int


def lines_of(by_source: Mapping[str, TotalsByParty]) -> list[Line]:
    """All lines: every figure for all parties together, then per party. A party that a source lacks counts as 0."""
    parties = sorted({party for totals in by_source.values() for party in totals})
    nothing = Totals(0, 0, 0, 0)
    lines = []
    for figure in FIGURES:
        place = Totals._fields.index(figure)
        sums = tuple(sum(totals[place] for totals in by_source[source].values()) for source in SOURCES)
        lines.append(Line("total", figure, sums))
    for party in parties:
        for figure in FIGURES:
            place = Totals._fields.index(figure)
            amounts = tuple(by_source[source].get(party, nothing)[place] for source in SOURCES)
            lines.append(Line(f"party {party}", figure, amounts))
    return lines


def compare(lines: Sequence[Line]) -> list[Difference]:
    """Every line whose sources do not all agree, with the sources that stand apart. Empty: all is well."""
    return [
        Difference(line.scope, line.figure, _apart(line.amounts_fen), line.difference_fen)
        for line in lines
        if line.difference_fen
    ]


def _apart(amounts_fen: tuple[int, ...]) -> tuple[str, ...]:
    most = max(amounts_fen.count(amount) for amount in amounts_fen)
    common = {amount for amount in amounts_fen if amounts_fen.count(amount) == most}
    if most == 1 or len(common) > 1:
        return SOURCES
    return tuple(source for source, amount in zip(SOURCES, amounts_fen, strict=True) if amount not in common)


def with_one_fen_more(totals: TotalsByParty) -> dict[int, Totals]:
    """The same totals with one fen added to the first party's frozen money: for the alarm drill and tests."""
    drilled = dict(totals)
    party = min(drilled)
    drilled[party] = drilled[party]._replace(frozen_fen=drilled[party].frozen_fen + 1)
    return drilled


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals and thousands separated: 1001820 is 10,018.20."""
    sign, whole = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def printed(lines: Sequence[Line], width: int = 0) -> str:
    """The table as text, amounts in yuan: a line for each figure with a column for each source. Where that is wider
    than `width`, a line for each source with a column for each figure; where that is too, a line for each amount. 0: no
    bound.
    """
    layouts = (_by_figure, _by_source, _by_amount)
    texts = (layout(lines) for layout in layouts)
    fitting = (text for text in texts if not width or max(map(len, text.splitlines())) <= width)
    return next(fitting, _by_amount(lines))


def _by_figure(lines: Sequence[Line]) -> str:
    rows = [["", "", *(TITLES[source] for source in SOURCES), "difference"]]
    for line in lines:
        scope = line.scope if line.figure == next(iter(FIGURES)) else ""
        amounts = (yuan(amount) for amount in line.amounts_fen)
        rows.append([scope, FIGURES[line.figure], *amounts, yuan(line.difference_fen)])
    return aligned(rows, left=2)


def _by_source(lines: Sequence[Line]) -> str:
    rows: list[list[str]] = []
    for scope, of_scope in _by_scope(lines).items():
        rows.append([scope, *(FIGURES[line.figure] for line in of_scope)])
        rows += [
            [f"  {TITLES[source]}", *(yuan(line.amounts_fen[place]) for line in of_scope)]
            for place, source in enumerate(SOURCES)
        ]
        rows.append(["  difference", *(yuan(line.difference_fen) for line in of_scope)])
    return aligned(rows, left=1)


def _by_amount(lines: Sequence[Line]) -> str:
    rows: list[list[str]] = []
    for line in lines:
        rows.append([f"{line.scope}, {FIGURES[line.figure]}", ""])
        rows += [
            [f"  {TITLES[source]}", yuan(amount)] for source, amount in zip(SOURCES, line.amounts_fen, strict=True)
        ]
        rows.append(["  difference", yuan(line.difference_fen)])
    return aligned(rows, left=1)


def _by_scope(lines: Sequence[Line]) -> dict[str, list[Line]]:
    scopes: dict[str, list[Line]] = {}
    for line in lines:
        scopes.setdefault(line.scope, []).append(line)
    return scopes


def aligned(rows: Sequence[Sequence[str]], left: int) -> str:
    """Cells below each other, the first `left` columns to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = []
    for row in rows:
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text)


def printed_differences(differences: Sequence[Difference]) -> str:
    """One line per difference, naming the source that stands apart."""
    return "\n".join(
        f"{difference.scope}, {FIGURES[difference.figure]}: "
        f"{' and '.join(TITLES[source] for source in difference.sources)} off by "
        f"{yuan(difference.difference_fen)} yuan"
        for difference in differences
    )
