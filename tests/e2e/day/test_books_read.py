"""What a back office reads of a running bank's books, by `yzt books`.

Belongs here: the commands through real processes. Never here: their figures on paper (tests.config.books).
"""

from pathlib import Path

import pytest
import trio

from config.kit.exit_codes import ExitCode
from frontend_sim.market.desks import SAVINGS_SEAT
from protocol.client import Outcome, Seat
from protocol.vocabulary import Way
from tests.e2e.clerks import Clerks
from tests.e2e.house import House, wait_until

pytestmark = pytest.mark.postgres

IN_FEN, OUT_FEN = 12_345, 5_001
ROWS = "SELECT count(*) FROM bank_statements WHERE account_no = {} AND seat = 2"


async def _moved(found: House, account_no: int) -> list[Outcome]:
    async with Seat.open(found.desk(SAVINGS_SEAT)) as desk:
        return [
            await desk.deposit(account_no, IN_FEN),
            await desk.withdraw(account_no, OUT_FEN, way=Way.CARD),
        ]


def yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def test_a_statement_and_a_trial_balance_are_read_and_a_wrong_row_is_noticed(
    shared_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What the customer has after it is what was brought in, 123.45 more, 50.01 less."""
    clerks, customer = Clerks(shared_house, tmp_path, capfd), shared_house.customers[-1]
    opened_fen, account_no = customer.account.balance_fen, customer.account_no
    moved = trio.run(_moved, shared_house, account_no)
    wait_until("the entries", lambda: shared_house.sql(ROWS.format(account_no)).strip() == "2")

    code, out, err = clerks.yzt("books", "statement", str(customer.account.bank_account_no), "--bank-number")

    assert code == ExitCode.OK, err
    *_, opened, deposit, withdrawal, closing = [line.split() for line in out.splitlines()]
    date, end = str(shared_house.config.trade.date), yuan(opened_fen + IN_FEN - OUT_FEN)
    assert (opened[0], opened[3:]) == (date, ["开户转入", "1010", yuan(opened_fen), yuan(opened_fen)])
    after = yuan(opened_fen + IN_FEN)
    assert (deposit[2:], deposit[0]) == ([f"2/{moved[0].number}", "现金存入", "1010", "123.45", after], date)
    assert withdrawal[2:] == [f"2/{moved[1].number}", "银行卡支出", "2510", "-50.01", end]
    assert closing == ["期末余额", end]
    assert f"it adds up: 0.00 + {after} - 50.01 = {end}" in err

    for page in (("trial",), ("ledger", "--date", date), ("trial", "--outlet", str(customer.account.outlet))):
        code, out, err = clerks.yzt("books", *page)
        assert (code, "it adds up: debits " in err) == (ExitCode.OK, True), err
    shared_house.sql("INSERT INTO general_ledger VALUES (2520, 0, 0, 0, 1, 1)")
    try:
        code, out, err = clerks.yzt("books", "trial")
    finally:
        shared_house.sql("DELETE FROM general_ledger WHERE account_code = 2520")
    assert code == ExitCode.FAILED
    assert "does not add up: 2520 司法扣划款: entries come to 0.00, the general ledger has 0.01\n" in err
    assert clerks.yzt("books", "trial")[0] == ExitCode.OK
