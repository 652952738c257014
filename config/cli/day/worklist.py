"""`yzt day worklist`: what people look into 差错清单, from the read model: a table, or CSV.

Belongs here: the options, the question, what is printed. Never here: what an item is (the view bank_worklist), taking
one or closing it, which acts of people do.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from config.cli.books.read_model import asked as ask
from config.cli.options import PARTY, add_common_options
from config.cli.running import CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config

SHOWN_MAX = 1_000
COLUMNS = (
    *("kind", "trade_date", "party", "set_number", "difference", "field", "contract_no", "account_no", "order_date"),
    *("order_seat", "order_number", "bank_has", "set_says", "amount_fen", "case_no", "since", "age_days", "age_in"),
    *("owner", "owner_name", "closed_as", "closed_at", "act_number", "act", "reason", "evidence"),
    *("author", "author_name", "second_person", "second_name"),
)
_ASKED = f"""
SELECT {", ".join(COLUMNS)} FROM bank_worklist
WHERE (is_open OR $1) AND ($2::integer IS NULL OR party = $2)
ORDER BY since_sequence, party, difference, field, contract_no, order_seat, order_number, case_no
"""  # noqa: S608


def main(argv: list[str], config: Config) -> int:
    """Prints what is open, or writes it as CSV. Returns: OK. Raises ProcessFault."""
    parser = CommandParser(
        prog="yzt day worklist",
        description="What people look into: differences with both values, what brokers make good, and orders whose "
        "allotment is overdue, with age and owner.",
        epilog="It is taken by `yzt act write assign_item`, and closed by the acts that decide or correct it, or when "
        "nothing is left of it.",
    )
    add_common_options(parser)
    parser.add_argument("--closed", action="store_true", help="also what was closed, with its act, reason and people")
    parser.add_argument("--party", type=PARTY, help="one broker (default: all)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all columns into this new file")
    options = parser.parse_args(argv)
    sequence, rows = _asked_of(config, options.closed, options.party)
    if options.csv is not None:
        _write(options.csv, rows)
    else:
        for line in _table(rows[:SHOWN_MAX]):
            print(line)
        if len(rows) > SHOWN_MAX:
            print_progress(f"{SHOWN_MAX:,} of {len(rows):,}: --csv FILE writes all")
    still_open = sum(row["closed_as"] is None for row in rows)
    print_progress(f"{still_open:,} open, {len(rows) - still_open:,} closed, as of row {sequence:,}")
    return int(ExitCode.OK)


def _asked_of(config: Config, with_closed: bool, party: int | None) -> tuple[int, list[asyncpg.Record]]:
    """Raises ProcessFault UNAVAILABLE when the read model cannot be asked from here."""

    async def read(connection: asyncpg.Connection, as_of: int) -> tuple[int, list[asyncpg.Record]]:
        return as_of, await connection.fetch(_ASKED, with_closed, party)

    return ask(config, "day worklist", read)


def _write(file: Path, rows: Sequence[asyncpg.Record]) -> None:
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([_cell(value) for value in row.values()] for row in rows)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None


def _table(rows: Sequence[asyncpg.Record]) -> list[str]:
    heads = ("date", "broker", "difference", "contract", "order", "bank has", "set says", "age", "owner", "closed")
    lines = [heads, *map(_shown, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _shown(row: asyncpg.Record) -> tuple[str, ...]:
    is_difference = row["kind"] == "DIFFERENCE"
    what = f"{row['difference']} {row['field']}".lower() if is_difference else _what(row)
    order = f"{row['order_date']:%Y%m%d}/{row['order_seat']}/{row['order_number']}" if row["order_number"] else ""
    has, says = (row["bank_has"], row["set_says"]) if is_difference else _amount(row)
    age = "" if row["age_days"] is None else f"{row['age_days']} {str(row['age_in']).lower()}"
    people = f" by {row['author']}, {row['second_person']}" if row["author"] is not None else ""
    closed = "" if row["closed_as"] is None else f"{row['closed_as'].lower()}{people}"
    named = (row["contract_no"] or "", order, has, says, age, row["owner_name"] or row["owner"] or "", closed)
    return (f"{row['trade_date']:%Y%m%d}", str(row["party"]), what, *map(str, named))


def _what(row: asyncpg.Record) -> str:
    """What is no difference."""
    return f"case {row['case_no']}" if row["kind"] == "CASE" else "held order"


def _amount(row: asyncpg.Record) -> tuple[object, object]:
    """What a broker makes good, the bank has not; what is still frozen for an order, it has."""
    return ("", row["amount_fen"]) if row["kind"] == "CASE" else (row["amount_fen"], "")


def _cell(value: object) -> object:
    return "" if value is None else value
