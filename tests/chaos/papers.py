"""What two people sign for the day desk, kept in a file: a desk that is killed sends the same act again, and no other.

Belongs here: writing, keeping. Never here: what is signed for (day_story).
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from protocol.acts.table import AnyAct
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_control, encode
from protocol.messages.persons import Act
from protocol.vocabulary import Right
from tests.e2e.house import House
from tests.people import REASON, Common, Office, administrators, signed

DEE, EVE = 4, 5
VALID_S = 3_600
BANK_ID = "SELECT encode(substring(digest FROM 1 FOR 8), 'hex') FROM journal ORDER BY sequence LIMIT 1"
Form = Callable[..., AnyAct]


class Papers:
    """The acts of DEE, which EVE countersigns, by what they are about."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    async def begun(cls, found: House, file: Path) -> "Papers":
        """Seal the bank and register both people."""
        papers, bank = cls(file), found.sql(BANK_ID).strip()
        papers._keep(bank, {})
        office = Office(bytes.fromhex(bank), int(time.time()) + VALID_S)
        async with Seat.open(found.bank()) as seat:
            for message in (administrators(), office.hired(DEE, Right.RECONCILE), office.hired(EVE, Right.RECONCILE)):
                assert (await seat.control(message)).accepted
        return papers

    def _keep(self, bank: str, acts: Mapping[str, str]) -> None:
        self._file.write_text(json.dumps({"bank": bank, "acts": acts}), "utf-8")

    async def send(self, seat: Seat, about: str, form: Form, fields: Mapping[str, int | str]) -> int:
        """Send the act about something, written and signed when it is asked for first. Returns its number."""
        kept = json.loads(self._file.read_text("utf-8"))
        if about not in kept["acts"]:
            serial = len(kept["acts"]) + 1
            common = Common(
                author=DEE, bank=kept["bank"], reason=REASON, serial=serial, valid_until_s=int(time.time()) + VALID_S
            )
            kept["acts"][about] = encode(signed(form(**common, **fields), DEE, EVE)).hex()
            self._keep(kept["bank"], kept["acts"])
        act = decode_control(bytes.fromhex(kept["acts"][about]))
        assert isinstance(act, Act)
        outcome = await seat.control(act)
        assert outcome.code in (ReplyCode.ACCEPTED, ReplyCode.ACT_REPEATED), outcome
        return outcome.remaining_fen
