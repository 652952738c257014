"""The guide for operations says what the code does: settings, exit codes, metrics, commands, CSV files.

Belongs here: comparing tables and examples of docs/operations.md and the decision pages with the code. Never here: what
the commands do.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from config.cli.commands import main
from config.cli.load.csv_files import FileKind, read_pieces
from config.kit.exit_codes import MUST_NOT_SERVE, ExitCode
from config.schema import DEFAULTS
from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.day.figures import DayCollector, Figures
from gateway.passwords.figures import Figures as PasswordFigures
from gateway.passwords.figures import PasswordCollector
from gateway.settings import GatewaySettings
from ledger.database.reading import VIEWS
from ledger.follower.metrics import FollowerMetrics
from ledger.watch.metrics import LedgerCollector, LedgerMetrics
from protocol.limits import CREDIT_RECORDS_DEFAULT, HEARTBEAT_NS_DEFAULT, LINKS_MAX
from tests.architecture.sources import ROOT

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DECISION_LINES_MAX = 40
OUR_FILE = re.compile(r"`((?:protocol|ledger|gateway|frontend_sim|config|benchmarks|tests|docs)/[\w./-]+\.\w+)`")


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of the guide, its two head lines left out."""
    below = GUIDE.partition(f"\n{heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table is not None, heading
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]


def first_code(cell: str) -> str:
    """What stands in the first backticks of a cell."""
    found = re.search(r"`([^`]+)`", cell)
    assert found is not None, cell
    return found[1]


def exposed(families: Iterable[Metric]) -> set[str]:
    """Names of metric families as they stand on a page of /metrics."""
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def gateway_metrics(folder: Path) -> set[str]:
    """What a gateway that was made and never ran exposes."""
    settings = GatewaySettings(
        host="127.0.0.1",
        port=0,
        metrics_host="127.0.0.1",
        metrics_port=0,
        links_max=LINKS_MAX,
        credit_records=CREDIT_RECORDS_DEFAULT,
        heartbeat_ns=HEARTBEAT_NS_DEFAULT,
        drain_ns=1,
        ledger_socket=folder / "ledger.sock",
        state_directory=folder,
        signers={},
        tls=None,
    )
    gateway = Gateway(settings, SystemClock())
    return exposed(gateway.collector().collect())


def test_every_setting_stands_in_the_guide_with_its_default() -> None:
    settings: dict[str, object] = {}

    def gather(table: dict[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                gather(value, f"{prefix}{key}.")
            else:
                settings[prefix + key] = value

    gather(tomllib.loads(DEFAULTS.read_text(encoding="utf-8")), "")
    told = {
        first_code(key): tomllib.loads(f"x = {first_code(value)}")["x"]
        for key, value, *_ in rows_under("## Configuration")
    }

    assert told == settings


def test_every_exit_code_stands_in_the_guide() -> None:
    told = {(int(code), first_code(name), stops) for code, name, _meaning, stops in rows_under("### Exit codes")}

    assert told == {(int(code), code.name, "yes" if code in MUST_NOT_SERVE else "no") for code in ExitCode}


def test_every_metric_stands_in_the_guide_and_none_that_is_not(tmp_path: Path) -> None:
    told = [first_code(name) for name, *_ in rows_under("## Watching")]
    metrics = exposed(LedgerCollector(LedgerMetrics()).collect())
    metrics |= gateway_metrics(tmp_path)
    metrics |= exposed(FollowerMetrics().registry.collect())
    metrics |= exposed(DayCollector(Figures()).collect())
    metrics |= exposed(PasswordCollector(PasswordFigures()).collect())

    assert len(told) == len(set(told))
    assert set(told) == metrics


def test_every_command_stands_in_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    (\w+)", capsys.readouterr().out, re.MULTILINE))
    told = {first_code(command).split()[1] for command, *_ in rows_under("## Commands")}

    assert told == commands


def test_the_csv_examples_can_be_loaded_and_show_every_kind(tmp_path: Path) -> None:
    examples = re.findall(r"```csv\n(.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "example.csv"
    heads = []
    for example in examples:
        file.write_text(example, encoding="utf-8")
        assert list(read_pieces(file))
        heads.append(tuple(example.splitlines()[0].split(",")))

    assert heads == [kind.value for kind in FileKind]


def test_every_view_for_readers_stands_in_the_guide() -> None:
    assert tuple(first_code(name) for name, *_ in rows_under("## Reading by SQL")) == VIEWS


def test_decision_pages_are_short_and_numbered_once() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    lengths = {page.name: len(page.read_text(encoding="utf-8").splitlines()) for page in DECISIONS}

    assert all(number.isdecimal() for number in numbers)
    assert len(numbers) == len(set(numbers))
    assert {name: lines for name, lines in lengths.items() if lines > DECISION_LINES_MAX} == {}


@pytest.mark.parametrize("page", [ROOT / "docs" / "operations.md", *DECISIONS], ids=lambda page: page.name)
def test_every_file_of_ours_that_a_page_names_exists(page: Path) -> None:
    named = OUR_FILE.findall(page.read_text(encoding="utf-8"))

    assert [name for name in named if not (ROOT / name).exists()] == []
