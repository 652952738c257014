"""The tree of outlets in SQL: kept as it is registered, and what people read of it beside the accounts."""

import asyncio
from pathlib import Path

import pytest

from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import OutletLevel
from tests.customers import OUTLET, outlets_above
from tests.follower.journal_maker import JournalMaker
from tests.follower.world import asked, world

pytestmark = pytest.mark.postgres

BRANCH, SUB_BRANCH, LOWEST = OutletLevel
OF_OUTLETS = "SELECT number, level, parent, name, as_of_sequence FROM outlets ORDER BY number"
OF_VIEW = """
SELECT outlet, level, outlet_name, sub_branch, sub_branch_name, branch, branch_name, accounts_count, difference_fen
FROM bank_outlets ORDER BY outlet
"""
ABOVE = (902, "西湖支行", 901, "浙江省分行")


def test_outlets_are_kept_and_shown_with_what_they_stand_under(fresh_database: str, tmp_path: Path) -> None:
    """The accounts' outlet is not registered at first, and then it is; then it moves and gets another name."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000, 2_000])
            accounts = made.book.accounts_count
            await here.follow_soundly(made)
            assert await asked(here.sql, OF_OUTLETS) == []
            assert await asked(here.sql, OF_VIEW) == [(OUTLET, *[None] * 6, accounts, 0)]
            assert await asked(here.sql, "TABLE read_model_faults") == []

            tree = outlets_above()
            first = made.control(RegisterOutlets(tree)).sequence
            empty = OutletEntry(12, LOWEST, 902, "\0 empty")
            made.control(RegisterOutlets([empty, OutletEntry(12, LOWEST, 902, "twice\0")]))
            await here.follow_soundly(made)
            last = made.rows[-1].sequence
            assert last == first + 1
            assert await asked(here.sql, OF_OUTLETS) == [
                (OUTLET, 3, 902, "文三路储蓄所", last),
                (12, 3, 902, "twice\ufffd", last),
                (901, 1, 0, "浙江省分行", last),
                (902, 2, 901, "西湖支行", last),
            ]
            assert await asked(here.sql, OF_VIEW) == [
                (OUTLET, "OUTLET", "文三路储蓄所", *ABOVE, accounts, 0),
                (12, "OUTLET", "twice\ufffd", *ABOVE, 0, 0),
                (901, "BRANCH", "浙江省分行", None, None, *ABOVE[2:], 0, 0),
                (902, "SUB_BRANCH", "西湖支行", *ABOVE, 0, 0),
            ]

            moved = OutletEntry(OUTLET, LOWEST, 903, "文二路储蓄所")
            made.control(RegisterOutlets([OutletEntry(903, SUB_BRANCH, 901, "拱墅支行"), moved]))
            made.control(RegisterOutlets([OutletEntry(904, LOWEST, 901, "refused")]))
            await here.follow_soundly(made)
            found = await asked(here.sql, OF_OUTLETS)
            assert found[0] == (OUTLET, 3, 903, "文二路储蓄所", made.rows[-1].sequence)
            assert found[1] == (12, 3, 902, "twice\ufffd", last)  # nothing was said of it
            assert [row[0] for row in found] == [OUTLET, 12, 901, 902, 903]
            shown = (await asked(here.sql, OF_VIEW))[0]
            assert shown[2:7] == ("文二路储蓄所", 903, "拱墅支行", 901, "浙江省分行")
            assert await asked(here.sql, "TABLE read_model_faults") == []

    asyncio.run(scenario())


def test_an_outlet_that_stands_under_the_wrong_one_is_a_fault(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000])
            made.control(RegisterOutlets(outlets_above()))
            await here.follow_soundly(made)
            assert await asked(here.sql, "TABLE read_model_faults") == []

            await here.sql.execute("UPDATE outlets SET parent = 901 WHERE level = 3")
            assert await asked(here.sql, "SELECT fault FROM read_model_faults") == [
                (f"outlet {OUTLET} and what it stands under",)
            ]
            await here.sql.execute("DELETE FROM outlets WHERE number = 901")
            faults = await asked(here.sql, "SELECT fault FROM read_model_faults ORDER BY fault")
            assert faults == [(f"outlet {number} and what it stands under",) for number in (OUTLET, 902)]

    asyncio.run(scenario())
