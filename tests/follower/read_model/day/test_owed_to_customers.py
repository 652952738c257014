"""What is owed to customers whose accounts are closed, in SQL: each contract's entries, and the books of their outlet.

Belongs here: the view of it, the books that it is part of. Never here: what is paid when (tests.ledger_core.paying).
"""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from config.cli.books.asking import books
from config.cli.books.balances import Balances, of_what
from tests.follower.world import asked, world
from tests.ledger_core.desk import OTHER_BROKER, account_of
from tests.ledger_core.paying.customers.test_closed_accounts import pays, sold_for_two

pytestmark = pytest.mark.postgres

OWED = """
SELECT party, contract_no, account_no, outlet IS NOT NULL, words, against_code, debit_fen, credit_fen, balance_fen
FROM bank_owed_to_customers ORDER BY contract_no, sequence
"""
ENTRIES = "SELECT contract_no, case_no, amount_fen FROM bank_entries WHERE debit_code = 2910 ORDER BY sequence"
STANDS = "SELECT party, item, credit_fen FROM bank_general_ledger WHERE account_code = 2910 ORDER BY item"
SERIALS = "SELECT fund_serial, customer_serial FROM bank_clearing_accounts WHERE party = 3"
FAULTS = "SELECT * FROM books_faults WHERE account_code IN (1110, 2310, 2910, 3110)"
"""Of the accounts that nothing but what is here moves."""


def test_what_is_owed_for_each_contract_is_read_with_what_was_paid_of_it(fresh_database: str, tmp_path: Path) -> None:
    """3.50 for Ann: 1.00 in cash and 2.00 to another bank are paid, 0.50 stand. 0.20 for Bob stand."""
    house, ann, bob = sold_for_two()
    pays(house, ann, 100, 7)
    pays(house, ann, 200, 8, "TRANSFER")
    of_ann, of_bob = ((OTHER_BROKER, each, account_of(each), True) for each in (ann, bob))

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            assert await asked(here.sql, OWED) == [
                (*of_ann, "卖出交收（销户）", 2410, 0, 350, Decimal(350)),
                (*of_ann, "支付销户客户款（现金）", 1010, 100, 0, Decimal(250)),
                (*of_ann, "支付销户客户款（转账）", 1110, 200, 0, Decimal(50)),
                (*of_bob, "卖出交收（销户）", 2410, 0, 20, Decimal(20)),
            ]
            assert await asked(here.sql, "SELECT * FROM sold_of_ended") == []  # it was credited
            assert await asked(here.sql, ENTRIES) == [(ann, None, 100), (ann, None, 200)]
            assert await asked(here.sql, STANDS) == [(3, ann, Decimal(50)), (3, bob, Decimal(20))]
            assert await asked(here.sql, SERIALS) == [(1, 8)]
            assert await asked(here.sql, FAULTS) == []
            found = Balances.of(await books(here.sql, 1, "test", None, None))
            assert [each for each in found.faults() if "outlet" in each] == []
            owed = {of_what(each.key, found.books.by_outlet): each.closing_fen for each in found.lines}
            assert (owed[f"broker 3 contract {ann}"], owed[f"broker 3 contract {bob}"]) == (-50, -20)

    asyncio.run(scenario())
