"""The commands against a whole system: `yzt run` with its alarm, `yzt load` twice, `yzt replay` of the sample."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trio

from config.cli.links import bank_seat_settings
from config.cli.load import command as load
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import load as load_config
from frontend_sim.auditor.money_watch import FROM_LEDGER, totals_by_party
from frontend_sim.auditor.register import Totals
from frontend_sim.installation import Installation, temporary_installation
from frontend_sim.samples import make_sample
from protocol.client import Seat
from protocol.given_numbers import account_no_from_index

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

ROOT = Path(__file__).parents[2]
SAMPLE = Path(make_sample.__file__).with_name("lobster_sample.csv")
KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name (Unix sockets) that must be empty again in the end."""
    with tempfile.TemporaryDirectory(prefix="yzt-t-") as name:
        yield Path(name)


def start(folder: Path, *arguments: str, surroundings: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "config", *arguments],
        cwd=ROOT,
        env={**(os.environ if surroundings is None else surroundings), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def files_left(folder: Path) -> list[str]:
    """Everything below `folder`."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def processes_of(folder: Path) -> list[str]:
    """The command lines that name `folder`."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


HOSTILE = {
    "PGPORT": "6543",
    "PGHOST": "nowhere.example",
    "PGUSER": "nobody",
    "PGDATABASE": "none",
    "PGPASSFILE": "/etc/shadow",
    "PGSSLMODE": "verify-full",
    "PGTARGETSESSIONATTRS": "standby",
    "PYTHONSAFEPATH": "1",
    "PYTHONWARNINGS": "error",
    "PYTHONSTARTUP": "/nowhere.py",
    "PYTHONDEVMODE": "1",
    "LC_ALL": "xx_XX.nonsense",
    "LANG": "zh_CN.GBK",
    "PYTHONIOENCODING": "utf-8",
    "TZ": "Asia/Shanghai",
    "OPENSSL_CONF": "/nowhere.cnf",
}
"""Neither HOME nor PATH, and variables that libraries below us follow."""


def test_a_session_survives_its_kills_all_four_sources_agree_and_the_reports_stay(folder: Path, tmp_path: Path) -> None:
    """In surroundings that must not matter."""
    reports = tmp_path / "of" / "the day"
    deep = folder / ("d" * 100)  # no Unix socket fits below
    deep.mkdir()
    mask = os.umask(0)
    try:
        session = start(deep, "run", "--plain", "--seconds", "2", "--reports", str(reports), surroundings=HOSTILE)
    finally:
        os.umask(mask)
    said, _ = session.communicate(timeout=240)
    deep.rmdir()
    assert session.returncode == 0, said
    assert "ledger killed with SIGKILL" in said
    assert re.search(r"was signed off with row [\d,]+: of [1-9]\d* orders behind it 0 were taken", said), said
    assert said.count("day desk killed with SIGKILL") == 2
    assert re.search(r"2420 of Nanfang .*: [\d,]+\.\d\d when trading had ended, 0\.00 behind the settlement", said), (
        said
    )
    assert re.search(
        r"reversed: [\d,]+\.\d\d that were moved for an order of [\d,.]+ of Nanfang Securities are back", said
    )
    assert re.search(r"Nanfang Securities +2420 given back by reversal +([\d,]+\.\d\d) +\1 +0\.00\n", said), said
    assert re.search(r"a customer of Huaxia Securities asks for [\d,.]+: PROCEEDS_UNSETTLED", said), said
    assert re.search(r"through the bank [1-9]\d* orders were taken, .*: [1-9]\d* executions", said), said
    assert re.search(r"the auditor expected ([\d,]+) of \1 lines of Fuxing Securities; the bank owes", said), said
    assert "all four agree, difference 0.00" in said
    (listed,) = reports.glob("reports-20260106-row*.sha256")
    made = [line.split("  ")[1] for line in listed.read_text("utf-8").splitlines()]
    assert sorted(each.name for each in reports.iterdir()) == sorted([listed.name, *made])
    assert f"the reports of 20260106, {len(made) + 1} files, stay in {reports}" in said
    assert files_left(folder) == []
    assert processes_of(folder) == []


@pytest.mark.parametrize("sigint", [signal.SIG_DFL, signal.SIG_IGN], ids=["in front", "in the background"])
def test_an_interrupted_session_leaves_nothing_behind(folder: Path, sigint: signal.Handlers) -> None:
    before = signal.signal(signal.SIGINT, sigint)  # inherited: a shell ignores it for what it starts in the background
    try:
        session = start(folder, "run", "--plain", "--seconds", "60", "--customers", "1000")
    finally:
        signal.signal(signal.SIGINT, before)
    assert session.stdout is not None
    for line in session.stdout:
        if "trading begins" in line:
            session.send_signal(signal.SIGTERM)
            break
    said, _ = session.communicate(timeout=60)
    assert session.returncode == 128 + signal.SIGTERM, said
    assert "SIGTERM: stopping" in said
    assert f"removing {folder}" in said
    assert files_left(folder) == []
    assert processes_of(folder) == []


def test_the_sample_is_replayed_and_the_auditor_agrees(folder: Path) -> None:
    replay = start(folder, "replay", str(SAMPLE), "--customers", "100")
    said, _ = replay.communicate(timeout=90)
    assert replay.returncode == 0, said
    expected = Path(__file__).with_name("sample_report.txt").read_text()
    assert expected in said
    assert "the auditor expected 252 of 252 answers" in said


def test_a_bad_flow_file_is_one_line_and_exit_code_65(folder: Path) -> None:
    file = folder / "flow.csv"
    file.write_text("34200.1,1,7,100,100000,1\n34200.2,1,8,100,oops,1\n")
    replay = start(folder, "replay", str(file))
    said, _ = replay.communicate(timeout=30)
    assert replay.returncode == ExitCode.DATA
    assert said == f"yzt: {file}:2: 'oops' is no whole number\n"


def write_files(folder: Path, contracts: int) -> list[str]:
    """Parties, keys, seats and contracts. Returns: the arguments of `yzt load`."""
    texts = {
        "parties": "party,role,suite,name,proceeds_at_fill\n2,broker,ed25519,华夏证券,yes\n",
        "keys": f"party,seat,key_id,public_key,not_before,not_after\n2,0,1,{KEY},,\n",
        "seats": "seat,party,role\n21,2,broker\n",
        "accounts": "bank_account_no,outlet,holder,balance_fen\n"
        + "".join(f"{6_227_000 + index},11,{index:032x},{100 + index}\n" for index in reversed(range(contracts))),
        "contracts": "bank_account_no,party,shanghai,shenzhen,status\n"
        + "".join(f"{6_227_000 + index},2,A{index:09},,active\n" for index in range(contracts)),
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [str(folder / f"{name}.csv") for name in texts]


async def load_grow_and_load_again(tmp_path: Path, said: list[str]) -> dict[int, Totals]:
    async def load_files(installation: Installation, contracts: int) -> int:
        files = write_files(tmp_path, contracts)
        return await trio.to_thread.run_sync(load.main, files, installation.config)

    async with temporary_installation(load_config(None), said.append) as installation:
        assert await load_files(installation, 10_000) == 0
        assert await load_files(installation, 10_000) == 0
        assert await load_files(installation, 10_050) == 0
        (tmp_path / "stray.csv").write_text("bank_account_no,party,shanghai,shenzhen,status\n9,2,,,active\n")
        with pytest.raises(ProcessFault, match=r"stray\.csv:2: bank_account_no: 9 is no account yet"):
            await trio.to_thread.run_sync(load.main, [str(tmp_path / "stray.csv")], installation.config)
        async with Seat.open(bank_seat_settings(installation.config)) as bank:
            (fact,) = (await bank.accounts([6_227_000])).accounts
            money = (await bank.buying_power([fact.contract_no])).contracts[0]
            assert (fact.account_no, money.buying_power_fen) == (account_no_from_index(9_999), 100)
            return totals_by_party(await bank.totals(FROM_LEDGER))


def test_loading_again_and_loading_more_opens_each_contract_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    totals = trio.run(load_grow_and_load_again, tmp_path, [])
    assert totals == {2: Totals(sum(100 + index for index in range(10_050)), 0, 0, 0)}
    said = capsys.readouterr().err
    for loaded, already in (("10,000", "0"), ("0", "10,000"), ("50", "10,000")):
        assert f"; accounts {loaded} loaded, {already} already there; contracts {loaded} loaded, {already} " in said
