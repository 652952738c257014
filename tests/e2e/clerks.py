"""People of a running bank with PEM files, and the commands that they give.

Belongs here: the seal, who is hired, writing, signing and sending acts. Never here: what an act should have done.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.keys import public_file_of, public_key_hex
from config.kit.exit_codes import ExitCode
from frontend_sim.installation import desk_key_file
from frontend_sim.market.desks import TELLER_SEAT
from protocol.codes import ReplyCode
from protocol.vocabulary import BANK_SEAT
from tests.e2e.house import House, write_config

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
    """Beside a running installation. What a command prints is taken up."""

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

    def alone(self, name: str, author: int, act: str, serial: int, *fields: str) -> Path:
        """Written and signed by one person."""
        file = self.folder / name
        asked = ("--author", str(author), "--reason", "经办", "--serial", str(serial))
        assert self.yzt("act", "write", act, file, *fields, *asked)[0] == ExitCode.OK
        assert self.yzt("act", "sign", file, "--key", pem(self.folder, author))[0] == ExitCode.OK
        return file

    def sent(self, file: Path) -> tuple[int, str]:
        """Exit code, and all that was said."""
        code, out, err = self.yzt("act", "send", file, *self._desk)
        return code, (out + err).strip()

    def hire(self, serial: int, person: int, right: str = "BROKERS") -> None:
        """One who has this right."""
        fields = (f"person={person}", f"staff_no=E{person}", f"name=经办{person}", "outlet=0", f"rights={right}")
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
