"""A kind is added in one place, plus its page and its test: three are, in a copy, and the copy's tests ask for them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.mutants.copies import SETTINGS

PACKAGES = ("protocol", "rules", "ledger", "gateway", "frontend_sim", "config")
TESTS = ("architecture", "ledger_core", "mutants", "protocol", "rules", "vectors")
ASKED = ("tests/rules/test_kinds.py", "tests/rules/test_blocks_of_every_kind.py")

NUMBERS = "    PROCEEDS = 14\n"
NEW_NUMBERS = "    CHARGE = 61\n    ALLOTMENT = 62\n    DIVIDEND = 63\n"
END_OF_WIRE = ")\n\nVERDICTS"
NEW_WIRE = """
        WireKind(
            RecordKind.CHARGE, "CHARGE", "the bank takes a charge", _SAVINGS, amount="", amount_fen_min=1, fields=(),
            expires=True, names_account=True,
        ),
        WireKind(
            RecordKind.ALLOTMENT, "ALLOTMENT", "an issue was allotted", _BROKER, amount="cost", amount_fen_min=1,
            fields=(TRADE_DAY_FIELD, RELEASE_FIELD, *TARGET_FIELDS),
        ),
        WireKind(
            RecordKind.DIVIDEND, "DIVIDEND", "a dividend", _SAVINGS, amount="net", amount_fen_min=0,
            fields=(TURNOVER_FIELD,),
        ),
"""
END_OF_LAW = "    )\n}\n\n\ndef refusals_by_state"
NEW_LAW = """
        LawKind(
            RecordKind.CHARGE, cash.charge, Moves(balance=-1),
            refused_in={AccountStatus.CLOSED: ReplyCode.ACCOUNT_CLOSED}, legs={0: TAKEN[0]},
        ),
        LawKind(
            RecordKind.ALLOTMENT, freezes.fill_buy, Moves(frozen=-1, bought=1), release=Moves(frozen=-1), is_fact=True,
            side="buy",
        ),
        LawKind(RecordKind.DIVIDEND, cash.dividend, Moves(balance=1), legs={0: BROUGHT[0]}),
"""
PAGE = '''

def charge(request: Request, account: Account, freezes: Freezes) -> Decision:
    """The bank takes a charge, up to what is withdrawable."""
    if request.amount_fen > account.withdrawable_fen:
        if request.amount_fen <= account.buying_power_fen:
            return PROCEEDS_UNSETTLED
        return account.not_covered(request.amount_fen)
    # From here the charge must succeed.
    account.balance_fen -= request.amount_fen
    return DONE


def dividend(request: Request, account: Account, freezes: Freezes) -> Decision:
    """A dividend comes to the account."""
    if account.balance_fen + request.amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the dividend must succeed.
    account.balance_fen += request.amount_fen
    return DONE
'''


def insert(file: Path, before: str, text: str) -> None:
    """Puts `text` before the one place where `before` stands."""
    source = file.read_text("utf-8")
    assert source.count(before) == 1
    file.write_text(source.replace(before, text + before), "utf-8")


def test_a_kind_is_added_by_a_number_two_rows_and_a_page(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for shared in set((ROOT / "tests").glob("*.py")) - {ROOT / "tests" / "conftest.py"}:
        shutil.copy(shared, tmp_path / "tests")
    for tree in (*PACKAGES, *(f"tests/{name}" for name in TESTS)):
        shutil.copytree(ROOT / tree, tmp_path / tree, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pytest.ini").write_text(SETTINGS + "pythonpath = .\n", "utf-8")
    insert(tmp_path / "protocol" / "vocabulary" / "money.py", NUMBERS, NEW_NUMBERS)
    insert(tmp_path / "protocol" / "kinds" / "moving.py", END_OF_WIRE, NEW_WIRE.lstrip("\n"))
    insert(tmp_path / "rules" / "kinds.py", END_OF_LAW, NEW_LAW.lstrip("\n"))
    with (tmp_path / "rules" / "money" / "cash.py").open("a", encoding="utf-8") as page:
        page.write(PAGE)

    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-v", "-p", "no:cacheprovider", *ASKED],
        cwd=tmp_path,
        env={**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-1_000:]
    for kind in ("CHARGE", "ALLOTMENT", "DIVIDEND"):
        assert f"test_its_page_moves_what_its_row_says[{kind}] PASSED" in done.stdout
        assert f"test_who_takes_it_from_the_tables_knows_it[{kind}] PASSED" in done.stdout
    assert "test_lane_law_and_replay_agree_on_blocks_of_every_kind PASSED" in done.stdout
