"""Making a report: its rows are read one after the other into CSV files, and its first ones and totals into pages.

Belongs here: the way of rows, progress, what was made. Never here: questions (the reports), how pages look (pdf_pages).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.cli.reports.paper.files import CsvTable, Drafts, fault_of
from config.cli.reports.paper.forms import Check, Report, Row, Sums, Table
from config.cli.reports.paper.pdf_pages import LINES_MAX, Made, Shown, write_pdf
from config.kit.processes import PROGRESS_EVERY_NS, Progress


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report, how many rows its tables have together, and what was compared."""

    files: Sequence[Path]
    rows_count: int
    checks: Sequence[Check]
    faults: Sequence[str]


async def make(report: Report, made: Made, folder: Path, progress: Progress) -> Written:
    """Writes one PDF, and one CSV for each table. Raises: ProcessFault DATA; then none of the files is there."""
    with Drafts(folder) as drafts:
        shown = [await _read(report, table, made, drafts, progress) for table in report.tables]
        sums = {table.name: each.sums for table, each in zip(report.tables, shown, strict=True)}
        checks = report.checks(sums)
        draft = drafts.draft(f"{report.name}-row{made.as_of}.pdf")
        try:
            write_pdf(draft, report, made, shown, checks, report.faults)
        except OSError as error:
            raise fault_of(folder, error) from None
        files = drafts.put_in_place()
    return Written(files, sum(each.rows_count for each in sums.values()), checks, report.faults)


async def _read(report: Report, table: Table, made: Made, drafts: Drafts, progress: Progress) -> Shown:
    """All rows of a table into its CSV. Returns: the first ones, and the totals."""
    suffix = f"-{table.name}" if table.name else ""
    stream = drafts.text(f"{report.name}{suffix}-row{made.as_of}.csv")
    sums, first, next_ns = Sums(table.columns), list[Row](), time.monotonic_ns() + PROGRESS_EVERY_NS
    try:
        written = CsvTable(stream, table.columns, made.as_of)
        async for row in table.rows():
            written.add(row)
            sums.add(row)
            if len(first) < LINES_MAX:
                first.append(row)
            if sums.rows_count % 1_024 == 0 and time.monotonic_ns() >= next_ns:
                next_ns += PROGRESS_EVERY_NS
                progress(f"report {report.name}{suffix}: {sums.rows_count:,} rows")
        total = sums.row()
        if total is not None:
            written.add(total)
        stream.flush()
    except OSError as error:
        raise fault_of(stream_folder(stream.name), error) from None
    return Shown(table.title, table.columns, first, sums)


def stream_folder(name: str) -> Path:
    """The folder of a draft."""
    return Path(name).parent
