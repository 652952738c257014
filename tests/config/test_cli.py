"""`yzt` as a person meets it: what each command prints, and the code it ends with."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from protocol.client import load_signer


@pytest.fixture
def configuration(tmp_path: Path) -> list[str]:
    """The options that name a configuration with its state in a folder of its own."""
    file = tmp_path / "yzt.toml"
    file.write_text('[state]\ndirectory = "state"\n', encoding="utf-8")
    return ["--config", str(file)]


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ([], "yzt: the following arguments are required: COMMAND (see `yzt --help`)"),
        (["keygen"], "yzt: keygen takes a file, or --bank"),
        (["config", "check", "--bogus"], "yzt: unrecognized arguments: --bogus (see `yzt --help`)"),
    ],
)
def test_a_wrong_command_line_gets_one_line_and_64(
    argv: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == ExitCode.USAGE
    assert capsys.readouterr().err == line + "\n"


def test_the_command_line_loads_only_what_every_command_needs() -> None:
    heavy = {"importlib.metadata", "email", "numpy", "trio", "asyncio", "cryptography", "rich", "pandas"}
    program = f"import sys, config.cli.commands; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", [["up"], ["status"], ["config", "show"], ["load", "contracts.csv"]])
def test_a_configuration_that_is_not_there_is_named_with_78(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "absent.toml"

    assert main([*command, "--config", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {file}: No such file or directory\n"


@pytest.mark.parametrize("suite", ["ed25519", "p256"])
def test_keygen_makes_a_pair_once(suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broker.pem"

    assert main(["keygen", str(file), "--suite", suite]) == ExitCode.OK
    *files, public_key = capsys.readouterr().out.split()
    assert files == [str(file), str(tmp_path / "broker.pub.pem")]
    assert public_key == load_signer(file, key_id=1).public_key().hex()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert (tmp_path / "broker.pub.pem").read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")

    assert main(["keygen", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {file}: File exists\n"


def test_the_bank_needs_its_keys(configuration: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = tmp_path / "state" / "keys"
    assert main(["config", "check", *configuration]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {keys / 'bank-ed25519.pem'}: No such file or directory\n"

    assert main(["keygen", "--bank", *configuration]) == ExitCode.OK
    assert main(["config", "check", *configuration]) == ExitCode.OK

    (keys / "bank-seat.pem").write_bytes((keys / "bank-p256.pem").read_bytes())
    capsys.readouterr()
    assert main(["config", "check", *configuration]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {keys / 'bank-seat.pem'}: not a key of suite ed25519\n"


def test_a_bank_key_that_others_may_read_is_refused_with_the_remedy(
    configuration: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keygen", "--bank", *configuration]) == ExitCode.OK
    key = tmp_path / "state" / "keys" / "bank-p256.pem"
    key.chmod(0o640)
    capsys.readouterr()
    for command in (["config", "check"], ["up"]):
        assert main([*command, *configuration]) == ExitCode.CONFIG
        remedy = f"chmod 600 {key}, and replace the key if somebody did"
        assert capsys.readouterr().err == f"yzt: {key}: others may read this private key: {remedy}\n"


def test_a_public_key_that_is_missing_is_made_again(
    configuration: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keygen", "--bank", *configuration]) == ExitCode.OK
    public = tmp_path / "state" / "keys" / "bank-p256.pub.pem"
    content = public.read_bytes()
    public.unlink()
    capsys.readouterr()

    assert main(["keygen", "--bank", *configuration]) == ExitCode.OK
    assert capsys.readouterr().out == f"made the missing public key: {public}\n"
    assert (public.read_bytes(), stat.S_IMODE(public.stat().st_mode)) == (content, 0o644)


@pytest.mark.parametrize("command", [["up"], ["keygen", "--bank"]])
@pytest.mark.parametrize(
    ("directory", "reason"),
    [("taken", "File exists"), ("taken/state", "Not a directory"), ("/proc/state", "No such file or directory")],
)
def test_a_state_directory_that_cannot_be_made_is_named_with_78(
    command: list[str], directory: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    file = tmp_path / "yzt.toml"
    file.write_text(f'[state]\ndirectory = "{directory}"\n', encoding="utf-8")

    assert main([*command, "--config", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: state.directory {tmp_path / directory}: cannot be made: {reason}\n"


def test_status_says_who_does_not_serve(configuration: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", *configuration]) == ExitCode.UNAVAILABLE
    assert [line.split("  ")[0].split()[0] for line in capsys.readouterr().out.splitlines() if "DOES NOT" in line] == [
        "postgres",
        "ledger",
        "gateway",
        "follower",
    ]


def test_show_names_the_dsn_that_was_given(configuration: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", *configuration, "--dsn", "postgresql:///other"]) == ExitCode.OK
    assert 'dsn = "postgresql:///other"' in capsys.readouterr().out.splitlines()


def test_what_others_chose_reaches_no_terminal_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "yzt.toml"
    file.write_text('[gateway]\n"\\u001b[2J\\nserving" = 1\n')

    assert main(["config", "check", "--config", str(file)]) == ExitCode.CONFIG

    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.rstrip("\n").isprintable()


def test_a_deeply_nested_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "yzt.toml"
    file.write_text("a = " + "[\n" * 5_000)

    assert main(["config", "check", "--config", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {file}: arrays or tables are nested too deeply\n"


def test_a_script_of_an_earlier_installation_stops_as_asked(tmp_path: Path) -> None:
    """Its entry point was `config.cli.commands:main`, which is called after a `git pull` without `make install`."""
    script = "import sys; sys.argv = ['yzt', 'keygen']; from config.cli.commands import main; main()"
    script += "; import signal; print(signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)

    assert done.stdout.splitlines()[-1] == "True"
