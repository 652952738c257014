"""`yzt act` with PEM keys against a running bank, from the seal to a stopped broker; and what is refused on the way.

Belongs here: the whole way through real processes. Never here: every refusal (tests/ledger_core/control).
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from config.cli import commands as cli
from config.keys import public_file_of, public_key_hex
from config.kit.exit_codes import ExitCode
from frontend_sim.installation import desk_key_file
from frontend_sim.market.desks import TELLER_SEAT
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.vocabulary import BANK_SEAT
from tests.e2e.house import House, house, wait_until, write_config

pytestmark = pytest.mark.postgres

SEAT = 21
SUITES = {1: "ed25519", 2: "p256", 3: "ed25519", 4: "p256", 5: "ed25519"}
Yzt = Callable[..., tuple[int, str, str]]


def pem(folder: Path, person: int) -> Path:
    return folder / f"person-{person}.pem"


def seal(folder: Path, yzt: Yzt) -> None:
    """Keys for five people; three administrators are loaded as master data."""
    for person, suite in SUITES.items():
        assert yzt("keygen", pem(folder, person), "--suite", suite)[0] == ExitCode.OK
    lines = ["person,staff_no,name,outlet,rights,suite,public_key"]
    for person in (1, 2, 3):
        key = public_key_hex(public_file_of(pem(folder, person)))
        lines.append(f"{person},E{person},管理员{person},0,administer,{SUITES[person]},{key}")
    file = folder / "persons.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, _, err = yzt("load", file)
    assert (code, "persons 3 loaded, 0 already there" in err) == (ExitCode.OK, True)


class Clerks:
    """People with PEM files beside a running installation, and the commands that they give."""

    def __init__(self, found: House, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.found, self.folder, self._capfd = found, folder, capfd
        self._config = write_config(found.config)
        key_id = found.config.bank.seat_key_id + TELLER_SEAT - BANK_SEAT
        self._desk = ("--key", str(desk_key_file(found.config, TELLER_SEAT)), "--key-id", str(key_id))

    def yzt(self, command: str, *words: str | Path) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        config = () if command == "keygen" else ("--config", str(self._config))
        code = cli.main([command, *map(str, words), *config])
        said = self._capfd.readouterr()
        return code, said.out, said.err

    def made(self, name: str, people: tuple[int, int], act: str, serial: int, *fields: str) -> Path:
        """Written and signed by the first, countersigned by the second."""
        file, (author, second) = self.folder / name, people
        asked = ("--author", str(author), "--reason", "应急", "--serial", str(serial))
        assert self.yzt("act", "write", act, file, *fields, *asked)[0] == ExitCode.OK
        assert self.yzt("act", "sign", file, "--key", pem(self.folder, author))[0] == ExitCode.OK
        person = ("--person", str(second), "--key", pem(self.folder, second))
        assert self.yzt("act", "countersign", file, *person)[0] == ExitCode.OK
        return file

    def sent(self, file: Path) -> tuple[int, str]:
        """Exit code, and all that was said."""
        code, out, err = self.yzt("act", "send", file, *self._desk)
        return code, (out + err).strip()

    def hire(self, serial: int, person: int) -> None:
        """One who may stop brokers."""
        fields = (f"person={person}", f"staff_no=E{person}", f"name=经办{person}", "outlet=0", "rights=BROKERS")
        key = (f"suite={SUITES[person]}", f"public_key={public_file_of(pem(self.folder, person))}", "key_id=1")
        all_fields = (*fields, *key, "from_s=", "until_s=")
        file = self.made(f"hire-{person}.json", (1, 2), "register_person", serial, *all_fields)
        assert self.sent(file)[0] == ExitCode.OK

    def refused(self, name: str, wrong: dict[str, object], why: ReplyCode) -> None:
        """A file that somebody has made is refused in one clear line."""
        file = self.folder / name
        file.write_text(json.dumps(wrong), "utf-8")
        code, said = self.sent(file)
        assert (code, said.count("\n")) == (ExitCode.FAILED, 0)
        assert f"{file}: refused: {why.name}: " in said


def test_an_act_is_written_signed_countersigned_and_sent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with house(4) as found:
        clerks = Clerks(found, tmp_path, capfd)
        seal(tmp_path, clerks.yzt)
        for serial, person in enumerate((4, 5), 1):
            clerks.hire(serial, person)
        stop = clerks.made("stop.json", (4, 5), "stop_broker", 1, "party=2")
        kept = json.loads(stop.read_text("utf-8"))
        code, out, _ = clerks.yzt("act", "show", stop)
        assert (code, out.splitlines()[0]) == (ExitCode.OK, kept["text"])

        altered = kept["text"].replace('"party":2', '"party":3')
        clerks.refused("altered.json", kept | {"text": altered}, ReplyCode.ACT_NOT_SIGNED)
        twice = kept["signatures"][:1] * 2
        clerks.refused("by-its-author.json", kept | {"signatures": twice}, ReplyCode.SECOND_PERSON_NEEDED)
        alone = tmp_path / "alone.json"
        alone.write_text(json.dumps(kept | {"signatures": kept["signatures"][:1]}), "utf-8")
        code, _, err = clerks.yzt("act", "countersign", alone, "--person", "4", "--key", pem(tmp_path, 4))
        assert (code, "its author cannot countersign it" in err) == (ExitCode.DATA, True)

        code, said = clerks.sent(stop)
        assert (code, f"{stop}: it took effect, number 3, in row " in said) == (ExitCode.OK, True)
        clerks.refused("again.json", kept, ReplyCode.ACT_REPEATED)
        assert trio.run(_freeze, found) == ReplyCode.BROKER_STOPPED
        said = clerks.yzt("load", tmp_path / "persons.csv")[2].strip()
        assert said.endswith("refused by the bank: ACT_NEEDED; the bank is sealed: see `yzt act`")
        _looks_at_what_people_did(clerks)


def _looks_at_what_people_did(clerks: Clerks) -> None:
    read = "SELECT number, act, author, second_person, seat FROM bank_acts ORDER BY number"
    wait_until("the read model", lambda: len(clerks.found.sql(read).split()) == 3)
    assert clerks.found.sql(read).split()[-1] == f"3|stop_broker|4|5|{TELLER_SEAT}"
    codes = "SELECT code FROM bank_act_refusals ORDER BY sequence"
    wanted = ["ACT_NOT_SIGNED", "SECOND_PERSON_NEEDED", "ACT_REPEATED"]
    wait_until("refusals", lambda: clerks.found.sql(codes).split() == wanted)
    file = clerks.folder / "void.json"
    code, _, err = clerks.yzt("act", "write", "void", file, "--author", "4", "--reason", "x")
    assert (code, "void, serial 2 of person 4; its author signs it" in err) == (ExitCode.OK, True)


async def _freeze(found: House) -> ReplyCode:
    async with Seat.open(found.seat(SEAT)) as seat:
        return (await seat.freeze(found.contracts_of(SEAT)[0], 1)).code
