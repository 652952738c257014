"""`yzt load` of what is there: the same is harmless, another is told field by field; `--dry-run` sends nothing.

An outlet that is told otherwise is registered so; one that nobody registered is warned of.

Belongs here: the command against a running system. Never here: the comparison alone (tests/frontend_sim).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.keys import public_key_hex, write_key_pair
from config.kit.exit_codes import ExitCode
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
    files = {
        "parties.csv": "party,role,suite,name,proceeds_at_fill\n7,broker,ed25519,Haitong,yes\n",
        "keys.csv": f"party,seat,key_id,public_key,not_before,not_after\n7,0,1,{key},,\n",
        "seats.csv": "seat,party,role\n71,7,broker\n",
        "outlets.csv": "outlet,level,parent,name\n1,branch,,分行\n10,sub_branch,1,支行\n11,outlet,10,一所\n",
        "accounts.csv": f"bank_account_no,outlet,holder,balance_fen\n6333000000000001,11,{9:032x},500\n",
        "contracts.csv": "bank_account_no,party,shanghai,shenzhen,status\n6333000000000001,7,A123456789,,active\n",
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
    assert "sound: parties 1, keys 1, seats 1, outlets 3, accounts 1, contracts 1" in dry[2]
    assert "0 there, 0 fields differ" in dry[2]
    assert "warning" not in dry[2]
    assert load()[0] == ExitCode.OK
    again = load()
    assert again[0] == ExitCode.OK, again
    assert "8 there, 0 fields differ" in again[2]
    for name, text in files.items():
        changed = (
            text.replace("Haitong", "Haitong Securities")
            .replace("一所", "二所")
            .replace(",500", ",501")
            .replace("A123456789", "A123456780")
        )
        (tmp_path / name).write_text(changed, "utf-8")
    renamed = f"{paths[3]}:4: outlet 11: name is '一所' in the bank, '二所' in the file"
    for options, of_outlets in ((["--dry-run"], [renamed]), ([], list[str]()), (["--dry-run"], list[str]())):
        code, out, _err = load(*options)
        assert code == ExitCode.FAILED
        assert out.splitlines() == [
            f"{paths[0]}:2: party 7: name is 'Haitong' in the bank, 'Haitong Securities' in the file",
            *of_outlets,
            f"{paths[4]}:2: account 6333000000000001: balance_fen is 500 in the bank, 501 in the file",
            f"{paths[5]}:2: contract on account 6333000000000001: shanghai is 'A123456789' in the bank, "
            "'A123456780' in the file",
        ]


def test_accounts_at_an_outlet_that_nobody_registered_are_loaded_with_a_warning(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, accounts, outlets = write_config(own_house.config), tmp_path / "accounts.csv", tmp_path / "outlets.csv"
    lines = [f"633300000000000{place},{outlet},{place:032x},5" for place, outlet in enumerate((91, 92, 91, 93, 92))]
    accounts.write_text("\n".join(["bank_account_no,outlet,holder,balance_fen", *lines, ""]), "utf-8")

    def warnings(*arguments: str | Path) -> list[str]:
        assert cli.main(["load", "--config", str(config), *map(str, arguments)]) == ExitCode.OK
        return [line for line in capfd.readouterr().err.splitlines() if "warning" in line]

    def of(line: int, outlet: int, count: int) -> list[str]:
        neither = "is registered neither in these files nor in the bank"
        return [f"{accounts}:{line}: warning: outlet {outlet} {neither} ({count} such lines)"]

    assert warnings("--dry-run", accounts) == warnings(accounts) == of(2, 91, 5)
    rest = "outlet,level,parent,name\n1,branch,,分行\n10,sub_branch,1,支行\n91,outlet,10,一所\n"
    outlets.write_text(rest, "utf-8")
    assert warnings("--dry-run", accounts) == of(2, 91, 5)
    assert warnings("--dry-run", accounts, outlets) == of(3, 92, 3)
    assert warnings(outlets) == []
    assert warnings(accounts) == of(3, 92, 3)
    outlets.write_text(f"{rest}92,outlet,10,二所\n93,outlet,10,三所\n", "utf-8")
    assert warnings(outlets, accounts) == []
    assert warnings("--dry-run", accounts) == []
