"""Files of clearing sets for tests.

Belongs here: rows by column, writing them. Never here: assertions.
"""

from pathlib import Path

from config.cli.clearing.csv_lines import HEADER

DATE = 20_260_105


def row(**cells: object) -> str:
    """One row, by column; the others are empty."""
    assert set(cells) <= set(HEADER)
    return ",".join(str(cells.get(name, "")) for name in HEADER)


def order(number: int, **cells: object) -> str:
    """An order of contract 98 that was cancelled."""
    given = {"fate": "cancelled", "order_date": DATE, "order_seat": 21, "order_number": number, "contract_no": 98}
    return row(**{"kind": "order", **given, **cells})


def sell(reference: int, **cells: object) -> str:
    """A sale of contract 98."""
    return row(**{"kind": "sell", "contract_no": 98, "turnover_fen": 1_000, "reference": reference, **cells})


def written(folder: Path, *rows: str) -> Path:
    """A file of these rows behind the header, the first of them in line 2."""
    file = folder / "set.csv"
    file.write_text("\n".join([",".join(HEADER), *rows, ""]), "utf-8")
    return file
