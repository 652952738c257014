"""What a configuration file may say, and the one line for each thing it may not."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.kit.exit_codes import ConfigFault, ExitCode
from config.schema import Config, dump, load, with_dsn, without_secrets


def written(folder: Path, text: str) -> Path:
    """A configuration file with this text."""
    file = folder / "yzt.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_alone_are_a_configuration() -> None:
    config = load(None)

    assert config.gateway.credit_records == 65_536
    assert config.ledger.group_commit_target_ns == 5_000_000
    assert config.state_directory == Path.cwd() / "var" / "yzt"
    assert config.ledger_socket == Path.cwd() / "var" / "yzt" / "ledger.sock"


def test_a_file_changes_what_it_names_and_paths_are_seen_from_it(tmp_path: Path) -> None:
    config = load(written(tmp_path, '[state]\ndirectory = "here"\n[gateway]\nport = 0\n'))

    assert config.state_directory == tmp_path / "here"
    assert config.gateway.port == 0
    assert config.gateway.host == "127.0.0.1"
    assert config.key_file("p256") == tmp_path / "here" / "keys" / "bank-p256.pem"
    assert config.ready_file("ledger") == tmp_path / "here" / "ledger.ready"


FORMER_KEYS = """
[[bank.former_keys]]
suite = "ed25519"
key_id = 11
file = "old.pem"
[[bank.former_keys]]
suite = "p256"
key_id = 12
file = "old-p256.pem"
"""


def test_former_keys_of_the_bank_are_named_with_the_ids_that_they_had(tmp_path: Path) -> None:
    former = load(written(tmp_path, FORMER_KEYS)).bank.former_keys

    assert load(None).bank.former_keys == ()
    assert [(key.suite, key.key_id, key.file) for key in former] == [
        ("ed25519", 11, "old.pem"),
        ("p256", 12, "old-p256.pem"),
    ]


@pytest.mark.parametrize("text", ['[ledger]\ndsn = "postgresql://h/d?options=\\"银证通\\""\n', FORMER_KEYS])
def test_what_is_shown_reads_back_to_the_same(tmp_path: Path, text: str) -> None:
    config = load(written(tmp_path, text))
    again = tmp_path / "elsewhere" / "again.toml"
    again.parent.mkdir()
    again.write_text(dump(config), encoding="utf-8")

    assert load(again) == config


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[gateway", "Expected ']' at the end of a table declaration (at end of document)"),
        ("[gateway]\nprot = 1", "gateway: Object contains unknown field `prot`"),
        ("[gateway]\nport = 65536", "gateway.port: Expected `int` <= 65535"),
        ('[gateway]\nport = "x"', "gateway.port: Expected `int`, got `str`"),
        ("[gateway]\ncredit_records = 16383", "gateway.credit_records: Expected `int` >= 16384"),
        ("[ledger]\ngroup_records_max = 8191", "ledger.group_records_max: Expected `int` >= 8192"),
        (
            "[ledger]\ngroup_records_max = 8193",
            "ledger.group_records_max: must be a multiple of a frame's 8192",
        ),
        ('[gateway.tls]\nkey = "k"', "gateway.tls: certificate, key and ca: all three or none"),
        ("[trade]\ndate = 20260230", "trade.date: 20260230 is no date yyyymmdd"),
        ('[calendar]\nexchanges = ["XNYS"]', "calendar.exchanges[0]: Invalid enum value 'XNYS'"),
        ('[calendar]\nexchanges = ["XSHG", "XSHG"]', "calendar.exchanges: an exchange stands there twice"),
        ('[calendar]\nsign_off = "15:60:00"', "calendar.sign_off: 15:60:00 is no time of day HH:MM:SS"),
        ("[calendar]\nsign_off = 15:30:00", "calendar.sign_off: Expected `str`, got `time`"),
        (
            '[calendar]\nfirst_due = "14:00:00"',
            "calendar: pay_from, late_from, first_due and last_due must follow one another",
        ),
        (
            '[calendar]\nphases_shanghai = ["09:30:00-11:30:00 sales"]',
            "calendar.phases_shanghai: 09:30:00-11:30:00 sales is no phase such as 09:30:00-11:30:00 orders cancels",
        ),
        (
            '[calendar]\nphases_shenzhen = ["13:00:00-15:00:00 orders", "09:30:00-11:30:00 orders"]',
            "calendar.phases_shenzhen: phases must follow one another",
        ),
        (
            '[calendar]\nexchanges = ["XSHG"]\nzone = "Asia/Peking"',
            "calendar.zone: Asia/Peking is no time zone known here, such as Asia/Shanghai",
        ),
        (
            '[calendar]\nexchanges = ["XSHG"]\nzone = "Asia"',
            "calendar.zone: Asia is no time zone known here, such as Asia/Shanghai",
        ),
        (
            '[calendar]\nexchanges = ["XSHG"]\nzone = "../UTC"',
            "calendar.zone: ../UTC is no time zone known here, such as Asia/Shanghai",
        ),
        (
            '[ledger]\ndsn = "host=x"',
            'ledger.dsn: must begin with postgresql://, or be "" for the embedded server',
        ),
        (
            '[bank]\nformer_keys = [{suite = "p256", key_id = 3, file = "f"}]',
            "bank.former_keys: each key_id must differ from every other key's: an id is never used twice",
        ),
        (
            '[bank]\nformer_keys = [{suite = "p256", key_id = 9}]',
            "bank.former_keys[0]: Object missing required field `file`",
        ),
        ("[bank]\np256_key_id = 1", "bank: ed25519_key_id, p256_key_id and seat_key_id must differ"),
        (
            "[gateway]\nmetrics_port = 7610",
            "gateway.port: gateway, metrics of gateway, ledger, follower and the desks need six different ports",
        ),
        (
            "[supervise]\nstop_ns = 5_000_000_000",
            "gateway.drain_ns: must not exceed supervise.stop_ns, which would cut the drain short",
        ),
    ],
)
def test_each_mistake_gets_one_line_with_file_key_and_reason(tmp_path: Path, text: str, line: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ConfigFault) as caught:
        load(file)

    assert str(caught.value) == f"{file}: {line}"
    assert caught.value.exit_code is ExitCode.CONFIG


def test_a_file_that_is_not_text_or_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "yzt.toml"
    with pytest.raises(ConfigFault, match="No such file"):
        load(file)
    file.write_bytes(b"# \xff")
    with pytest.raises(ConfigFault, match=r":1: byte 3 of the line is not UTF-8"):
        load(file)


def test_a_socket_path_longer_than_the_kernel_takes_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, f'[ledger]\nsocket = "/{"x" * 107}"\n')

    with pytest.raises(ConfigFault, match=r"ledger\.socket: .* has 108 bytes, at most 107"):
        load(file)


def test_no_process_runs_without_its_assertions() -> None:
    program = "from config.schema import load; load(None)"
    done = subprocess.run(
        [sys.executable, "-O", "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr.endswith(
        "ConfigFault: python -O removes checks of the books: start without -O and PYTHONOPTIMIZE\n"
    )


def test_a_loaded_configuration_cannot_be_changed() -> None:
    config: Config = load(None)

    with pytest.raises(AttributeError):
        config.gateway.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://yzt:s3:cret@db:5432/yzt", "postgresql://yzt:***@db:5432/yzt"),
        ("postgresql://db/yzt?user=yzt&password=s3cret", "postgresql://db/yzt?user=yzt&password=***"),
        ("postgresql://yzt@/yzt?host=/run/postgresql", "postgresql://yzt@/yzt?host=/run/postgresql"),
    ],
)
def test_a_password_is_not_shown(dsn: str, shown: str) -> None:
    assert without_secrets(with_dsn(load(None), dsn)).ledger.dsn == shown
