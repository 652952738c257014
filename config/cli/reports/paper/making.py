"""Making a report: its rows are read one after the other into CSV files, and its first ones and totals into pages.

Belongs here: the way of rows, progress, what was made. Never here: questions (the reports), how pages look (pdf_pages).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.cli.reports.paper.files import CsvTable, Drafts, fault_of
from config.cli.reports.paper.forms import Check, Report, Row, Sums, Table
from config.cli.reports.paper.pdf_pages import LINES_MAX, Made, Shown, write_pdf
from config.kit.processes import PROGRESS_EVERY_NS, Progress

ROWS_AT_ONCE: Final = 1_024
"""So many are in memory, beside those that the database hands over together."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report, how many rows its tables have together, and what was compared."""

    files: Sequence[Path]
    rows_count: int
    checks: Sequence[Check]
    faults: Sequence[str]


Told = Callable[[Report, Written], None]
"""Takes each report once its files are there."""


async def make(reports: Sequence[Report], made: Made, folder: Path, progress: Progress, told: Told) -> None:
    """Writes of each report one PDF, and one CSV for each table; pages are drawn while the next one is asked for.

    Raises: ProcessFault DATA; then none of the files of the report that is being made, nor of the next one, is there.
    """
    # The painter leaves off before the drafts go: what it draws is one of them.
    with ExitStack() as stack, ThreadPoolExecutor(1, "pages") as painter:
        drawn: _Drawn | None = None
        for report in reports:
            next_drawn = await _draft(report, made, stack.enter_context(Drafts(folder)), painter, progress)
            if drawn is not None:
                told(drawn.report, await _whole(drawn, folder))
            drawn = next_drawn
        if drawn is not None:
            told(drawn.report, await _whole(drawn, folder))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A report whose rows are read, and whose pages are being drawn."""

    report: Report
    drafts: Drafts
    rows_count: int
    checks: Sequence[Check]
    pages: Awaitable[None]


async def _draft(report: Report, made: Made, drafts: Drafts, painter: ThreadPoolExecutor, progress: Progress) -> _Drawn:
    shown = [await _read(report, table, made, drafts, progress) for table in report.tables]
    sums = {table.name: each.sums for table, each in zip(report.tables, shown, strict=True)}
    checks = report.checks(sums)
    draft = drafts.draft(f"{report.name}-row{made.as_of}.pdf")
    pages = asyncio.get_running_loop().run_in_executor(
        painter, write_pdf, draft, report, made, shown, checks, report.faults
    )
    return _Drawn(report, drafts, sum(each.rows_count for each in sums.values()), checks, pages)


async def _whole(drawn: _Drawn, folder: Path) -> Written:
    """Once its pages are there too, all of its files get their names."""
    try:
        await drawn.pages
    except OSError as error:
        raise fault_of(folder, error) from None
    return Written(drawn.drafts.put_in_place(), drawn.rows_count, drawn.checks, drawn.report.faults)


async def _read(report: Report, table: Table, made: Made, drafts: Drafts, progress: Progress) -> Shown:
    """All rows of a table into its CSV. Returns: the first ones, and the totals."""
    suffix = f"-{table.name}" if table.name else ""
    stream = drafts.text(f"{report.name}{suffix}-row{made.as_of}.csv")
    sums, first, next_ns = Sums(table.columns), list[Row](), time.monotonic_ns() + PROGRESS_EVERY_NS
    try:
        written = CsvTable(stream, table.columns, made.as_of)
        async for rows in _some_at_a_time(table):
            written.add(rows)
            sums.add(rows)
            first += rows[: LINES_MAX - len(first)]
            if time.monotonic_ns() >= next_ns:
                next_ns += PROGRESS_EVERY_NS
                progress(f"report {report.name}{suffix}: {sums.rows_count:,} rows")
        total = sums.row()
        if total is not None:
            written.add([total])
        stream.flush()
    except OSError as error:
        raise fault_of(stream_folder(stream.name), error) from None
    return Shown(table.title, table.columns, first, sums)


async def _some_at_a_time(table: Table) -> AsyncIterator[list[Row]]:
    """The rows of a table: what is done with a column of many costs less than with each cell."""
    rows = list[Row]()
    async for row in table.rows():
        rows.append(row)
        if len(rows) == ROWS_AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def stream_folder(name: str) -> Path:
    """The folder of a draft."""
    return Path(name).parent
