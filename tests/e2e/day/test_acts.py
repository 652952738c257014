"""`yzt act` with PEM keys against a running bank, from the seal to a stopped broker; and what is refused on the way.

Belongs here: the whole way through real processes. Never here: every refusal (tests/ledger_core/control).
"""

import json
from pathlib import Path

import pytest
import trio

from config.kit.exit_codes import ExitCode
from frontend_sim.market.desks import TELLER_SEAT
from protocol.client import Seat
from protocol.codes import ReplyCode
from tests.e2e.clerks import Clerks, pem, seal
from tests.e2e.house import House, house, wait_until

pytestmark = pytest.mark.postgres

SEAT = 21


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
