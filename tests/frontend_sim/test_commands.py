"""What ends a command early is one line with an exit code; what is watched live is compared row by row."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from config.cli.commands import main as yzt
from config.cli.links import gateway_address
from config.cli.load import command as load
from config.cli.load.csv_files import DataFileError
from config.cli.running import run_command
from config.keys import make_missing_bank_keys
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.telling.ready_files import write_ready
from config.schema import Config
from config.schema import load as load_config
from frontend_sim.auditor.money_watch import FROM_GATEWAY, FROM_LEDGER, MoneyControl, MoneyWatch
from frontend_sim.auditor.register import Totals
from frontend_sim.auditor.sql_totals import parse
from frontend_sim.installation import temporary_config
from frontend_sim.replay import command as replay
from frontend_sim.trading_session import demo
from frontend_sim.trading_session.latency import LatencyHistogram
from protocol.client import SessionEnded
from protocol.codes import ReplyCode
from protocol.messages.queries import PartyTotals, TotalsAnswer

Command = Callable[[list[str], Config], int]


@pytest.mark.parametrize(
    ("command", "arguments", "reason"),
    [
        (demo.main, ["--drill", "nobody"], "argument --drill: invalid choice: 'nobody'"),
        (demo.main, ["--seconds", "0"], "--seconds must be 1 to 3600"),
        (demo.main, ["--customers", "5"], "--customers must be 1000 to 1000000"),
        (load.main, [], "the following arguments are required: FILE"),
        (replay.main, ["flow.csv", "--customers", "0"], "--customers must be 1 to 1000000"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_64(command: Command, arguments: list[str], reason: str) -> None:
    with pytest.raises(ProcessFault) as caught:
        command(arguments, load_config(None))
    assert str(caught.value).startswith(reason)
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_file_that_is_not_there_is_exit_code_65(tmp_path: Path) -> None:
    with pytest.raises(ProcessFault, match="no such file") as caught:
        load.main([str(tmp_path / "absent.csv")], load_config(None))
    assert caught.value.exit_code == ExitCode.DATA


def test_a_directory_is_not_a_file_to_load(tmp_path: Path) -> None:
    with pytest.raises(ProcessFault, match="is a directory; name the CSV files in it") as caught:
        load.main([str(tmp_path)], load_config(None))
    assert caught.value.exit_code == ExitCode.DATA


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_flow_without_a_line_is_exit_code_65(content: str, tmp_path: Path) -> None:
    file = tmp_path / "flow.csv"
    file.write_text(content)

    with pytest.raises(ProcessFault, match=r"flow\.csv: holds no line of an order flow") as caught:
        replay.main([str(file)], load_config(None))
    assert caught.value.exit_code == ExitCode.DATA


@pytest.mark.parametrize("command", [["load"], ["audit", "verify"], ["up"], ["status"]])
def test_help_names_the_options_that_commands_share(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        yzt([*command, "--help"])

    said = capsys.readouterr().out
    assert ended.value.code == ExitCode.OK
    assert "--config FILE" in said
    assert "--dsn DSN" in said


def test_without_a_gateway_there_is_a_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProcessFault, match="the gateway does not serve; start it with `yzt up`"):
        gateway_address(temporary_config(load_config(None), tmp_path))


async def test_loading_says_that_it_waits_for_a_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], autojump_clock: trio.testing.MockClock
) -> None:
    config = temporary_config(load_config(None), tmp_path)
    make_missing_bank_keys(config, lambda line: None)
    with socket.socket() as bound:  # and not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        write_ready(config.ready_file("gateway"), {"links": port})

        with pytest.raises(ExceptionGroup) as caught:
            await load._load(config, [])

    assert caught.group_contains(SessionEnded, match=f"no session in 30 attempts: 127.0.0.1:{port}: ")
    assert capsys.readouterr().err == f"no session with the gateway at 127.0.0.1:{port} yet, trying again\n"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (DataFileError("data.csv:7: x"), ExitCode.DATA),
        (SessionEnded(ReplyCode.SIGNATURE_INVALID, "key 9"), ExitCode.UNAVAILABLE),
        (ProcessFault("ledger ended", ExitCode.BROKEN), ExitCode.BROKEN),
    ],
)
def test_a_fault_deep_in_a_nursery_comes_out_alone(error: Exception, exit_code: ExitCode) -> None:
    async def fail() -> None:
        raise error

    async def command() -> int:
        async with trio.open_nursery() as outer, trio.open_nursery() as inner:
            inner.start_soon(fail)
            outer.start_soon(trio.sleep_forever)
        return 0

    with pytest.raises(ProcessFault) as caught:
        run_command(command)
    assert str(caught.value) == str(error)
    assert caught.value.exit_code == exit_code


def test_a_bug_is_not_dressed_up_as_a_fault() -> None:
    async def command() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_command(command)


def test_sql_rows_become_totals_by_party() -> None:
    assert parse("17,2,100,5,0,0\n17,3,7,0,1,2\n") == (17, {2: Totals(100, 5, 0, 0), 3: Totals(7, 0, 1, 2)})
    assert parse("") == (-1, {})


def test_percentiles_are_right_to_a_bucket() -> None:
    histogram = LatencyHistogram()
    assert histogram.percentile_ms(50) == 0.0
    histogram.add(1_000_000, 98)
    histogram.add(50_000_000, 2)
    assert histogram.percentile_ms(50) == pytest.approx(1.0, rel=0.03)
    assert histogram.percentile_ms(99) == pytest.approx(50.0, rel=0.03)


@dataclass
class TwoBooks:
    """A seat at a bank whose ledger is always two rows ahead of its gateway's book, which is `off_fen` wrong."""

    off_fen: int = 0
    rows: dict[int, int] = field(default_factory=lambda: {FROM_LEDGER: 2, FROM_GATEWAY: 0})

    async def totals(self, source: int) -> TotalsAnswer:
        await trio.lowlevel.checkpoint()
        self.rows[source] += 1
        row = self.rows[source]
        wrong_fen = self.off_fen if source == FROM_GATEWAY else 0
        return TotalsAnswer(row, True, [PartyTotals.of(2, 1_000 + wrong_fen, row, 0, 0)])


@pytest.mark.parametrize("off_fen", [0, 1, -1])
async def test_two_books_are_compared_when_they_have_spoken_of_the_same_row(
    off_fen: int, autojump_clock: trio.testing.MockClock
) -> None:
    noted: list[MoneyControl] = []
    await MoneyWatch(TwoBooks(off_fen)).run(noted.append, lambda: len(noted) >= 3)
    assert {control.difference_fen for control in noted} == {abs(off_fen)}
    assert [control.sequence for control in noted] == sorted({control.sequence for control in noted})
