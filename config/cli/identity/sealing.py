"""`yzt identity seal`: what a customer shows and types at the counter, as words for `yzt act write`.

Belongs here: the columns of the teller's file, from whom the card password is read, the words. Never here: sealing
(protocol.client), the act itself (config.cli.acts).

The words are of one act alone: they are bound to its author, his serial, the broker, the open trade date, the account
and its securities accounts. No fault says a word of the person.
"""

from pathlib import Path

from config.cli.passwords.counter import Wanted
from config.kit.exit_codes import ExitCode, ProcessFault
from config.text_files import NotText, csv_rows
from protocol.acts.customers import push_serial_of
from protocol.client import Document, IdentityKeys, MisuseError, Particulars, Person
from protocol.client.pushes import seal_particulars
from protocol.limits import ACT_NUMBER_MAX, BANK_ACCOUNT_NO_MAX, PARTIES_MAX, PERSONS_MAX, TRADE_DATE_MAX
from protocol.messages.customers.accounts import SecuritiesAccount
from protocol.particulars import CARD_PASSWORD_CHARS_MAX, binding_of
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import Market

COLUMNS = (
    *("author", "serial", "party", "trade_date", "bank_account_no", "shanghai", "shenzhen"),
    *("document", "number", "name"),
)
OF_CARD = Wanted("identity seal", "card password", 1, CARD_PASSWORD_CHARS_MAX, False)
_NUMBERS = (PERSONS_MAX, ACT_NUMBER_MAX, PARTIES_MAX, TRADE_DATE_MAX, BANK_ACCOUNT_NO_MAX)
_DOCUMENTS = {document.name.lower(): int(document) for document in Document}


def sealed_words(file: Path, card_password: str, keys: IdentityKeys) -> list[str]:
    """NAME=VALUE of what the act says beside the account. Raises: ProcessFault DATA with file and reason."""
    try:
        with file.open("rb") as stream:
            rows = [[cell.strip() for cell in row] for _, row in csv_rows(stream)]
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except NotText as error:
        raise ProcessFault(f"{file}:{error.line_no}: {error}", ExitCode.DATA) from None
    if len(rows) != 2 or tuple(rows[0]) != COLUMNS or len(rows[1]) != len(COLUMNS):
        raise ProcessFault(f"{file}: the header row is {','.join(COLUMNS)}, and one row follows", ExitCode.DATA)
    try:
        return _words(rows[1], card_password, keys)
    except (ValueError, MisuseError) as error:
        raise ProcessFault(f"{file}:2: {error}", ExitCode.DATA) from None


def _words(cells: list[str], card_password: str, keys: IdentityKeys) -> list[str]:
    numbers = [_number(*each) for each in zip(COLUMNS[: len(_NUMBERS)], cells, _NUMBERS, strict=False)]
    author, serial, party, trade_date, bank_account_no = numbers
    shanghai, shenzhen, document, number, name = cells[len(_NUMBERS) :]
    if not is_trade_date(trade_date):
        raise ValueError("trade_date: no date such as 20260105")
    if document.lower() not in _DOCUMENTS:
        raise ValueError(f"document: none of {', '.join(_DOCUMENTS)}")
    named = ((Market.XSHG, shanghai), (Market.XSHE, shenzhen))
    accounts = [SecuritiesAccount(market, each) for market, each in named if each]
    binding = binding_of(party, trade_date, push_serial_of(author, serial), bank_account_no, accounts, 0)
    particulars = Particulars(Person(_DOCUMENTS[document.lower()], number, name), card_password)
    sealed_person, sealed_password = seal_particulars(particulars, keys, binding)
    return [
        *(f"party={party}", f"shanghai={shanghai}", f"shenzhen={shenzhen}"),
        *(f"person_key_id={keys.for_persons.key_id}", f"sealed_person={sealed_person.hex()}"),
        *(f"password_key_id={keys.for_passwords.key_id}", f"sealed_password={sealed_password.hex()}"),
    ]


def _number(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise ValueError(f"{name}: no number from 1 to {most}")
    return int(text)
