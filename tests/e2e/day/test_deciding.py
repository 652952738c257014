"""`yzt day defer | adopt | resume` against a running bank: the same command, given until it is done.

Belongs here: the whole way through real processes. Never here: what such an act may do (tests/ledger_core/control).
"""

from pathlib import Path

import numpy as np
import pytest

from config.cli.clearing.csv_lines import write_set
from config.kit.exit_codes import ExitCode
from frontend_sim.installation import desk_key_file
from frontend_sim.market.desks import DAY_SEAT
from protocol.client import contract_line
from protocol.records import RECORD
from protocol.vocabulary import BANK_SEAT, ClearedEvent
from tests.e2e.clerks import Clerks, pem, seal
from tests.e2e.house import house, wait_until

pytestmark = pytest.mark.postgres

PARTY, PAT, QUI = 2, 4, 5


class Deciders(Clerks):
    """Two of the people may move the day out of its plan."""

    def day(self, *words: str | Path) -> tuple[int, str]:
        """Over the day desk's seat: exit code, and all that was said."""
        config = self.found.config
        key = (
            "--key",
            str(desk_key_file(config, DAY_SEAT)),
            "--key-id",
            str(config.bank.seat_key_id + DAY_SEAT - BANK_SEAT),
        )
        code, out, err = self.yzt("day", *words, "--seat", str(DAY_SEAT), *key)
        return code, out + err

    def decided(self, what: str, file: Path, *words: str | Path) -> str:
        """Written, signed by both, sent; what was said last."""
        asked = (what, "--file", file, "--party", str(PARTY), *words)
        code, said = self.day(*asked, "--author", str(PAT), "--reason", "经纪商无数据")
        assert (code, f"yzt act sign {file}" in said) == (ExitCode.FAILED, True), said
        assert self.yzt("act", "sign", file, "--key", pem(self.folder, PAT))[0] == ExitCode.OK
        code, said = self.day(*asked)
        assert (code, f"yzt act countersign {file}" in said) == (ExitCode.FAILED, True), said
        person = ("--person", str(QUI), "--key", pem(self.folder, QUI))
        assert self.yzt("act", "countersign", file, *person)[0] == ExitCode.OK
        code, said = self.day(*asked)
        assert code == ExitCode.OK, said
        return said


def test_a_date_is_deferred_the_exchanges_data_are_adopted_and_it_ends(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with house(4) as found:
        clerks = Deciders(found, tmp_path, capfd)
        seal(tmp_path, clerks.yzt)
        for serial, person in enumerate((PAT, QUI), 1):
            clerks.hire(serial, person, "DAY")
        wait_until("the people", lambda: found.sql("SELECT count(*) FROM bank_persons").strip() == "5")
        date = _open_date(clerks)
        assert clerks.day("run", "sign-off")[0] == ExitCode.OK

        said = clerks.decided("defer", tmp_path / "defer.json", "--date", date)
        assert f"{date} of broker {PARTY}: trading, deferred" in said
        exchange = tmp_path / "exchange.csv"
        numbers = [customer.contract_no for customer in found.customers if customer.terms.party == PARTY]
        lines = [contract_line(number, ClearedEvent.OPENED, on=int(date)) for number in numbers]
        with exchange.open("w", encoding="utf-8") as stream:
            write_set(stream, np.frombuffer(b"".join(lines), RECORD))
        wait_until("the act", lambda: found.sql("SELECT last_serial FROM bank_persons WHERE person = 4").strip() == "1")
        said = clerks.decided("adopt", tmp_path / "adopt.json", "--date", date, "--set", exchange)
        assert f"set 1 of {date} is complete: {len(numbers)} lines, 0 listed" in said
        adopt = ("adopt", "--file", tmp_path / "adopt.json", "--party", str(PARTY), "--date", date, "--set", exchange)
        assert clerks.day(*adopt)[0] == ExitCode.OK  # again: it is done
        assert clerks.day("run", "all", "--party", str(PARTY))[0] == ExitCode.OK
        code, said = clerks.day("status")
        assert (code, "not signed on: none" in said, "published" in said) == (ExitCode.OK, False, True), said

        other = tmp_path / "defer.json"
        code, said = clerks.day("resume", "--file", other, "--party", str(PARTY), "--date", date)
        assert (code, said.strip()) == (ExitCode.DATA, f"yzt: {other}: it is another act, defer")


def _open_date(clerks: Deciders) -> str:
    code, said = clerks.day("status")
    assert (code, "not signed on: 2, 3" in said) == (ExitCode.OK, True), said
    return said.partition(":")[0]
