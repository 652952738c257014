"""`yzt load` of what is there: the same is harmless, another is told field by field; `--dry-run` sends nothing.

Belongs here: the command against a running system. Never here: the comparison alone (tests/frontend_sim).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.keys import public_key_hex, write_key_pair
from config.kit.exit_codes import ExitCode
from protocol.vocabulary import contract_no_from_index
from tests.e2e.house import House, house, write_config

pytestmark = pytest.mark.postgres


@pytest.fixture
def own_house() -> Iterator[House]:
    """An installation of its own: others count the contracts of the shared one."""
    with house(2) as found:
        yield found


def test_what_differs_from_what_is_there_is_told(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = write_config(own_house.config)
    key = public_key_hex(write_key_pair(tmp_path / "key.pem", "ed25519"))
    first = len(own_house.customers)
    files = {
        "parties.csv": "party,role,suite,name,proceeds_at_fill\n7,broker,ed25519,Haitong,yes\n",
        "keys.csv": f"party,seat,key_id,public_key,not_before,not_after\n7,0,1,{key},,\n",
        "seats.csv": "seat,party,role\n71,7,broker\n",
        "contracts.csv": "contract_no,account_no,party,status,balance_fen\n"
        + f"{contract_no_from_index(first)},6333000000000001,7,active,500\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = [str(tmp_path / name) for name in files]

    def load(*options: str) -> tuple[int, str, str]:
        code = cli.main(["load", "--config", str(config), *options, *paths])
        said = capfd.readouterr()
        return code, said.out, said.err

    dry = load("--dry-run")
    assert dry[0] == ExitCode.OK, dry
    assert "sound: RegisterParty 1, RegisterKey 1, RegisterSeat 1, OpenContracts 1" in dry[2]
    assert "0 there, 0 fields differ" in dry[2]
    assert load()[0] == ExitCode.OK
    again = load()
    assert again[0] == ExitCode.OK, again
    assert "4 there, 0 fields differ" in again[2]
    for name, text in files.items():
        changed = text.replace("Haitong", "Haitong Securities").replace("0001,7,active,500", "0002,7,active,501")
        (tmp_path / name).write_text(changed, "utf-8")
    for options in ((), ("--dry-run",)):
        code, out, _err = load(*options)
        assert code == ExitCode.FAILED
        assert out.splitlines() == [
            f"{paths[0]}:2: party 7: name is 'Haitong' in the bank, 'Haitong Securities' in the file",
            f"{paths[3]}:2: contract {contract_no_from_index(first)}: account_no is 6333000000000001 in the bank, "
            "6333000000000002 in the file",
            f"{paths[3]}:2: contract {contract_no_from_index(first)}: balance_fen is 500 in the bank, 501 in the file",
        ]
