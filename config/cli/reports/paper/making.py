"""Making a report: its rows are read one after the other into CSV files, and its first ones and totals into pages.

Belongs here: the way of rows, progress, what was made. Never here: questions (the reports), how pages look (pdf_pages).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from config.cli.reports.paper.drawing import Drawing, Made, Shown
from config.cli.reports.paper.files import CsvTable, Drafts, fault_of
from config.cli.reports.paper.forms import Check, Report, Row, Sums, Table
from config.cli.reports.paper.painter import Painter, painting
from config.kit.processes import PROGRESS_EVERY_NS, Progress

LINES_MAX = 1_000
"""Of a table on pages; all of them are in the CSV."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report, how many rows its tables have together, and what was compared."""

    files: Sequence[Path]
    rows_count: int
    checks: Sequence[Check]
    faults: Sequence[str]


Told = Callable[[Report, Written], None]
"""Takes each report once its files are there."""


async def make(reports: AsyncIterator[Report], made: Made, folder: Path, progress: Progress, told: Told) -> None:
    """Writes of each report one PDF, and one CSV for each table; pages are drawn while the next one is asked for.

    Raises: ProcessFault DATA, UNAVAILABLE when the process that draws is gone; then none of the files of the report
    that is being made, nor of the one before whose pages are being drawn, is there.
    """
    async with AsyncExitStack() as stack:
        painter = await stack.enter_async_context(painting())
        drawn: _Drawn | None = None
        async for report in reports:
            next_drawn = await _draft(report, made, stack.enter_context(Drafts(folder)), painter, progress)
            stack.push_async_callback(_left, next_drawn.pages)
            if drawn is not None:
                told(drawn.report, await _whole(drawn, folder))
            drawn = next_drawn
        if drawn is not None:
            told(drawn.report, await _whole(drawn, folder))


async def _left(pages: asyncio.Task[bytes]) -> None:
    """Pages that nobody waits for any more."""
    pages.cancel()
    await asyncio.gather(pages, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A report whose rows are read, and whose pages are being drawn."""

    report: Report
    drafts: Drafts
    draft: Path  # of the pages
    rows_count: int
    checks: Sequence[Check]
    pages: asyncio.Task[bytes]


async def _draft(report: Report, made: Made, drafts: Drafts, painter: Painter, progress: Progress) -> _Drawn:
    read = [await _read(report, table, made, drafts, progress) for table in report.tables]
    sums = {table.name: each for table, (each, _) in zip(report.tables, read, strict=True)}
    checks = report.checks(sums)
    shown = [
        Shown(table.title, table.columns, first, each.row(), each.rows_count)
        for table, (each, first) in zip(report.tables, read, strict=True)
    ]
    draft = drafts.draft(f"{report.name}-row{made.as_of}.pdf")
    pages = painter.drawn(Drawing(report.title, report.facts, made, shown, checks, report.faults))
    rows_count = sum(each.rows_count for each in sums.values())
    return _Drawn(report, drafts, draft, rows_count, checks, asyncio.ensure_future(pages))


async def _whole(drawn: _Drawn, folder: Path) -> Written:
    """Once its pages are there too, all of its files get their names."""
    content = await drawn.pages
    try:
        drawn.draft.write_bytes(content)
    except OSError as error:
        raise fault_of(folder, error) from None
    return Written(drawn.drafts.put_in_place(), drawn.rows_count, drawn.checks, drawn.report.faults)


async def _read(
    report: Report, table: Table, made: Made, drafts: Drafts, progress: Progress
) -> tuple[Sums, Sequence[Row]]:
    """All rows of a table into its CSV. Returns: the totals, and the first rows."""
    suffix = f"-{table.name}" if table.name else ""
    stream = drafts.text(f"{report.name}{suffix}-row{made.as_of}.csv")
    sums, first, next_ns = Sums(table.columns), list[Row](), time.monotonic_ns() + PROGRESS_EVERY_NS
    try:
        written = CsvTable(stream, table.columns, made.as_of)
        async for rows in table.rows():
            columns = list(zip(*rows, strict=True))
            written.add(columns)
            sums.add(columns)
            first += map(tuple, rows[: LINES_MAX - len(first)])
            if time.monotonic_ns() >= next_ns:
                next_ns += PROGRESS_EVERY_NS
                progress(f"report {report.name}{suffix}: {sums.rows_count:,} rows")
        total = sums.row()
        if total is not None:
            written.add([[cell] for cell in total])
        stream.flush()
    except OSError as error:
        raise fault_of(Path(stream.name).parent, error) from None
    return sums, first
