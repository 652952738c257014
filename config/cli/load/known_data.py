"""Master data that the bank has already, as the database tells it: for comparing with files, never for deciding.

Belongs here: reading the read model and the rows of keys. Never here: files (csv_files), sending (sending).

Its methods block; they are for a thread of their own, one at a time.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from config.cli.books.read_model import dsn_of
from config.cli.load.csv_files import ContractLine
from config.cli.load.securities import Key, PriceLine, key_of
from config.kit.exit_codes import ProcessFault
from config.schema import Config
from ledger.database.connections import connect
from ledger.journal.reader import JournalReader
from protocol.acts.table import made_by_text
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_control
from protocol.messages.control import RegisterChannelSeat, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms
from protocol.messages.orders.securities import SecurityVersion
from protocol.messages.outlets import OutletEntry
from protocol.messages.persons import Act

CAUGHT_UP_WITHIN_S = 20.0
POLL_SECONDS = 0.05
KEY_BODY_BYTES_MAX = 1_024  # a registered key stands alone in its row

_ACCOUNTS = """
WITH asked AS (SELECT * FROM savings_accounts WHERE bank_account_no = ANY ($1::bigint[])),
pages AS (SELECT DISTINCT account_no / 102400 AS page FROM asked),
moved AS (
    SELECT m.account_no, sum(m.balance_fen)::bigint AS balance_fen
    FROM moves_since_pages m JOIN asked USING (account_no) GROUP BY m.account_no
)
SELECT a.bank_account_no, a.outlet, a.holder, p.balance_fen + coalesce(m.balance_fen, 0) AS balance_fen
FROM asked a
JOIN paged_accounts p ON p.account_no = a.account_no AND p.page IN (SELECT page FROM pages)
LEFT JOIN moved m ON m.account_no = a.account_no
"""
_OUTLETS = "SELECT number, level, parent, name FROM outlets WHERE number = ANY ($1::integer[])"
_CONTRACTS = """
SELECT DISTINCT ON (c.account_no) a.bank_account_no, c.party, c.xshg_account, c.xshe_account, c.status
FROM savings_accounts a JOIN contracts c USING (account_no)
WHERE a.bank_account_no = ANY ($1::bigint[])
ORDER BY c.account_no, c.contract_no DESC
"""
_SEAT = """
SELECT $1::integer, party, seat_roles[array_position(seats, $1::integer)] FROM parties WHERE $1::integer = ANY (seats)
"""
_CHANNEL_SEAT = "SELECT seat, party, channel, broker FROM channel_seats WHERE seat = $1"
_ASKED_SECURITIES = "SELECT * FROM unnest($1::smallint[], $2::text[], $3::integer[])"
_SECURITIES = f"""
SELECT DISTINCT ON (market, security, first_date) {", ".join(SecurityVersion.__struct_fields__)}
FROM security_versions WHERE (market, security, first_date) IN ({_ASKED_SECURITIES})
ORDER BY market, security, first_date, number DESC
"""  # noqa: S608 - names of our own
_PRICES = f"""
SELECT market, security, trade_date, low, high, accrued
FROM price_limits WHERE (market, security, trade_date) IN ({_ASKED_SECURITIES})
"""  # noqa: S608 - likewise
_KEY_ROWS = "SELECT sequence FROM journal WHERE octet_length(control) BETWEEN 1 AND $1 ORDER BY sequence"
_BEHIND = "SELECT (SELECT max(sequence) FROM journal_head) - coalesce((SELECT max(sequence) FROM read_cursor), 0)"
Answer = TypeVar("Answer")


class KnownData:
    """What stands in the database when it is asked."""

    def __init__(self, connection: asyncpg.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._keys: dict[tuple[int, int], RegisterKey] | None = None

    @classmethod
    def open(cls, config: Config) -> "KnownData | None":
        """None when the database cannot be reached from here."""
        loop = asyncio.new_event_loop()
        try:
            return cls(loop.run_until_complete(connect(dsn_of(config), "load compares")), loop)
        except (ProcessFault, OSError):
            loop.close()
            return None

    def close(self) -> None:
        """Ends the connection."""
        self._run(self._connection.close())
        self._loop.close()

    def catch_up(self) -> bool:
        """Waits until the read model has what the journal has. Returns: whether it has."""
        end = time.monotonic() + CAUGHT_UP_WITHIN_S
        while self._run(self._connection.fetchval(_BEHIND)) > 0:
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def party(self, number: int) -> RegisterParty | None:
        """A party as it is registered."""
        statement = "SELECT party, role, suite, name, proceeds_at_fill FROM parties WHERE party = $1"
        row = self._run(self._connection.fetchrow(statement, number))
        return None if row is None else RegisterParty(*row)

    def seat(self, number: int) -> RegisterSeat | None:
        """A seat as it is registered."""
        row = self._run(self._connection.fetchrow(_SEAT, number))
        return None if row is None else RegisterSeat(*row)

    def channel_seat(self, number: int) -> RegisterChannelSeat | None:
        """A seat of a channel as it is registered."""
        row = self._run(self._connection.fetchrow(_CHANNEL_SEAT, number))
        return None if row is None else RegisterChannelSeat(*row)

    def key(self, party: int, key_id: int) -> RegisterKey | None:
        """A key as it was registered; None for those of the first row too."""
        if self._keys is None:
            self._keys = self._run(self._read_keys())
        return self._keys.get((party, key_id))

    def outlets(self, numbers: list[int]) -> dict[int, OutletEntry]:
        """The registered outlets among these."""
        rows = self._run(self._connection.fetch(_OUTLETS, numbers))
        return {row["number"]: OutletEntry(*row.values()) for row in rows}

    def accounts(self, bank_account_nos: list[int]) -> dict[int, AccountTerms]:
        """The accounts among these, by the bank's own number, with the balance as it is now."""
        rows = self._run(self._connection.fetch(_ACCOUNTS, bank_account_nos))
        return {row["bank_account_no"]: AccountTerms(*row.values()) for row in rows}

    def contracts(self, bank_account_nos: list[int]) -> dict[int, ContractLine]:
        """The contract signed last on each account that ever had one, with the status as it is now."""
        found = {}
        for row in self._run(self._connection.fetch(_CONTRACTS, bank_account_nos)):
            number, party, shanghai, shenzhen, status = row.values()
            found[number] = ContractLine(number, party, shanghai or "", shenzhen or "", status)
        return found

    def securities(self, keys: list[Key]) -> dict[Key, SecurityVersion]:
        """Of each key the version from its date that was registered last."""
        rows = self._run(self._connection.fetch(_SECURITIES, *_columns(keys)))
        return {key_of(line): line for line in (SecurityVersion(*row) for row in rows)}

    def prices(self, keys: list[Key]) -> dict[Key, PriceLine]:
        """Limits of the open date and later ones among these."""
        rows = self._run(self._connection.fetch(_PRICES, *_columns(keys)))
        return {key_of(line): line for line in (PriceLine(*row) for row in rows)}

    async def _read_keys(self) -> dict[tuple[int, int], RegisterKey]:
        reader = JournalReader(self._connection)
        keys: dict[tuple[int, int], RegisterKey] = {}
        for record in await self._connection.fetch(_KEY_ROWS, KEY_BODY_BYTES_MAX):
            row = await reader.row_holding(record["sequence"])
            if row is None or row.outcomes[:2] != int(ReplyCode.ACCEPTED).to_bytes(2, "little"):
                continue
            try:
                message = decode_control(row.control)
            except Exception:  # noqa: S112 - a run of frames, or none of a partner: no key
                continue
            made = made_by_text(message.text) if isinstance(message, Act) else message
            if isinstance(made, RegisterKey):
                keys[made.party, made.key_id] = made
        return keys

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)


def _columns(keys: list[Key]) -> tuple[list[int], list[str], list[int]]:
    return [each.market for each in keys], [each.security for each in keys], [each.date for each in keys]
