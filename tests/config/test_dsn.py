"""A DSN is looked at before anything starts, and never repeated where it may hold a password."""

from pathlib import Path

import pytest

from config.cli.commands import main
from config.dsn import BAD_PORT, fault_of, place_of
from config.kit.exit_codes import ExitCode


@pytest.mark.parametrize(
    ("dsn", "place"),
    [
        ("postgresql://yzt@db.example/yzt", "db.example"),
        ("postgres://yzt:s%2Fecret@db.example:5433/yzt", "db.example:5433"),
        ("postgresql://[::1]:5433/yzt", "[::1]:5433"),
        ("postgresql://one:5432,two:5433/yzt", "one:5432,two:5433"),
        ("postgresql:///yzt?host=/run/postgresql&user=yzt", "/run/postgresql"),
        ("postgresql:///yzt?host=db.example&port=5433", "db.example:5433"),
        ("postgresql:///yzt", "the local socket"),
    ],
)
def test_a_sound_dsn_leads_somewhere(dsn: str, place: str) -> None:
    assert fault_of(dsn) is None
    assert place_of(dsn) == place


@pytest.mark.parametrize(
    ("dsn", "fault"),
    [
        ("mysql://h/d", "must begin with postgresql://"),
        ("postgresql://h:x/d", BAD_PORT),
        ("postgresql://h:0/d", BAD_PORT),
        ("postgresql://h:65536/d", BAD_PORT),
        ("postgresql://u:secret/word@h/d", BAD_PORT),
        ("postgresql:///d?host=h&port=x", BAD_PORT),
        ("postgresql://[::1/d", "is no URL of the form"),
        ("postgresql://h/d?sslmode", "is no URL of the form"),
    ],
)
def test_a_faulty_dsn_is_told_without_its_password(dsn: str, fault: str) -> None:
    told = fault_of(dsn)

    assert told is not None
    assert told.startswith(fault)
    assert "secret" not in told


@pytest.mark.parametrize("command", [["up"], ["load", "data.csv"], ["audit", "verify"]])
def test_the_option_is_named_with_78(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--dsn", "postgresql://h:port/d"]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: --dsn: {BAD_PORT}\n"


def test_the_setting_is_named_with_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "yzt.toml"
    file.write_text('[ledger]\ndsn = "postgresql://h:port/d"\n', encoding="utf-8")

    assert main(["up", "--config", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == f"yzt: {file}: ledger.dsn: {BAD_PORT}\n"
