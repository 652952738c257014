"""A file of persons with their accounts, as the bank's customer system has them, into one of accounts for `yzt load`.

Belongs here: its columns, one clear line for every fault, which never says a word of the person. Never here: the digest
(gateway.identity.holders), loading (config.cli.load).
"""

import csv
import sys
from pathlib import Path

from config.cli.load.csv_files import FileKind
from config.kit.exit_codes import ExitCode, ProcessFault
from config.text_files import NotText, csv_rows
from gateway.identity.holders import holder_digest
from protocol.errors import MisuseError
from protocol.particulars import Document, Person

COLUMNS = ("bank_account_no", "outlet", "document", "number", "name", "balance_fen")
_DOCUMENTS = {document.name.lower(): int(document) for document in Document}


def write_accounts(file: Path, holder_key: bytearray) -> int:
    """Print the accounts, holders as digests; the other columns as they are, for `yzt load` to judge. Returns: OK.

    Raises: ProcessFault DATA with file and line at the first fault.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    try:
        with file.open("rb") as stream:
            rows = csv_rows(stream)
            if tuple(name.strip() for name in next(rows, (1, []))[1]) != COLUMNS:
                raise ProcessFault(f"{file}:1: the header row is {','.join(COLUMNS)}", ExitCode.DATA)
            writer.writerow(FileKind.ACCOUNTS.value)
            for line_no, row in rows:
                try:
                    writer.writerow(_account([cell.strip() for cell in row], holder_key))
                except (ValueError, MisuseError) as error:
                    raise ProcessFault(f"{file}:{line_no}: {error}", ExitCode.DATA) from None
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except NotText as error:
        raise ProcessFault(f"{file}:{error.line_no}: {error}", ExitCode.DATA) from None
    return int(ExitCode.OK)


def _account(cells: list[str], holder_key: bytearray) -> list[str]:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} columns, expected {len(COLUMNS)}")
    number, outlet, document, document_no, name, balance_fen = cells
    if document.lower() not in _DOCUMENTS:
        raise ValueError(f"document: none of {', '.join(_DOCUMENTS)}")
    person = Person(_DOCUMENTS[document.lower()], document_no, name)
    return [number, outlet, holder_digest(holder_key, person).hex(), balance_fen]
