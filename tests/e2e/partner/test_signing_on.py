"""A customer signs on by phone and web through all processes: first password, wrong ones, bars, a change, a kill.

And no password, pepper or box is left anywhere: every file, log, metric and row that the run leaves behind is searched.
Belongs here: the whole way through real processes. Never here: every answer of the desk (tests/gateway/passwords).
"""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from config.cli.links import seat_settings
from config.kit.exit_codes import ExitCode
from config.kit.wall_clock import SimulatedClock
from config.supervise.status import status_of
from frontend_sim.installation import desk_key_file, new_party_signer
from frontend_sim.market.bank import BrokerEntry, open_accounts, register_broker, sign_contracts
from frontend_sim.market.desks import KEY_VALID_UNTIL_NS, TELLER_SEAT, must_accept
from frontend_sim.market.market_day import make_account
from protocol.client import PasswordFound as Found
from protocol.client import Seat
from protocol.client.verbs import passwords as sdk
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage, RegisterChannelSeat, RegisterKey, RegisterParty, SetScheme
from protocol.messages.customers.accounts import ContractTerms
from protocol.messages.orders.signing_on import PasswordAnswer
from protocol.messages.queries import BuyingPowerAnswer
from protocol.passwords import Attempt, sealed_attempt
from protocol.vocabulary import BANK_SEAT, ContractStatus, Role, Scheme
from tests.e2e.clerks import Clerks, seal
from tests.e2e.house import House, house, wait_until
from tests.e2e.left_behind import left_behind, places_with

pytestmark = pytest.mark.postgres

BROKER, CHANNEL = 4, 5
PHONE, WEB = 1, 2  # channels of one party
SEATS = {PHONE: 51, WEB: 52}
ROW, BALANCE_FEN = 900, 123_456
FIRST, NEXT, AGAIN, WRONG = "planted-first", "planted-next", "planted-again", "planted-wrong"
DESK = "password_desk"
NEW_DESK_NS = 7 * 10**9  # until one that begins believes a box


class Customer:
    """Of a broker of scheme A, and the bank's channels that serve him."""

    def __init__(self, found: House) -> None:
        self.found = found
        self.signer = new_party_signer(found.config, CHANNEL, "ed25519")
        self.contract_no = trio.run(self._come)

    async def _come(self) -> int:
        """Broker, channels, account and contract."""
        signer = new_party_signer(self.found.config, BROKER, "ed25519")
        async with Seat.open(self.found.bank(), self.found.clock) as bank:
            await register_broker(bank, BrokerEntry(BROKER, "Fuxing Securities", (41,), signer))
            messages: tuple[ControlMessage, ...] = (
                SetScheme(BROKER, Scheme.A),
                RegisterParty(CHANNEL, Role.CHANNEL, int(self.signer.suite), "phone and web", False),
                RegisterKey(CHANNEL, self.signer.key_id, self.signer.public_key(), 0, KEY_VALID_UNTIL_NS, 0),
                *(RegisterChannelSeat(seat, CHANNEL, channel, BROKER) for channel, seat in SEATS.items()),
            )
            for message in messages:
                await must_accept(bank, message, type(message).__name__)
            account_no = await open_accounts(bank, [make_account(ROW, BALANCE_FEN)])
            return await sign_contracts(bank, [ContractTerms(account_no, BROKER, [], ContractStatus.ACTIVE)])

    def by(self, channel: int, say: Callable[[Seat], Awaitable[PasswordAnswer]]) -> Found:
        """What comes of an attempt; one that met the read model between two passwords is made again."""

        async def said() -> PasswordAnswer:
            settings = seat_settings(self.found.config, CHANNEL, SEATS[channel], self.signer)
            async with Seat.open(settings, self.found.clock) as seat:
                return await say(seat)

        while (answer := trio.run(said)).found == Found.STALE:
            pass
        return Found(answer.found)

    def signs_on(self, channel: int, password: str) -> Found:
        return self.by(channel, lambda seat: seat.sign_on(self.contract_no, password))

    def has_fen(self, channel: int) -> tuple[int, int]:
        """Code and buying power, as the channel is told them."""

        async def told() -> BuyingPowerAnswer:
            settings = seat_settings(self.found.config, CHANNEL, SEATS[channel], self.signer)
            async with Seat.open(settings, self.found.clock) as seat:
                return await seat.buying_power([self.contract_no])

        (money,) = trio.run(told).contracts
        return money.code, money.buying_power_fen

    def signs_off(self, channel: int) -> ReplyCode:
        async def said() -> ReplyCode:
            settings = seat_settings(self.found.config, CHANNEL, SEATS[channel], self.signer)
            async with Seat.open(settings, self.found.clock) as seat:
                return (await seat.sign_off(self.contract_no)).code

        return trio.run(said)

    def stands(self) -> str:
        """State, failures and bars in the read model."""
        read = "SELECT state, failures, barred_channels FROM bank_passwords"  # he alone has one
        return self.found.sql(read).strip()

    def waits_until(self, stands: str) -> None:
        wait_until(stands, lambda: self.stands() == stands)


def answers(found: House) -> None:
    """The desk has reached the bank, and boxes that are sealed from now on are good."""
    wait_until("the password desk", lambda: status_of(found.config).processes[DESK].serves)
    SimulatedClock(found.config.clock_file).forward(NEW_DESK_NS)


def first_password(clerks: Clerks, contract_no: int, password: str) -> tuple[int, str]:
    """`yzt passwords set`, which reads it from a descriptor: exit code, and what it says."""
    reading, writing = os.pipe()
    os.write(writing, password.encode() + b"\n")
    os.close(writing)
    key_id = clerks.found.config.bank.seat_key_id + TELLER_SEAT - BANK_SEAT
    key = ("--key", desk_key_file(clerks.found.config, TELLER_SEAT), "--key-id", str(key_id))
    try:
        code, out, err = clerks.yzt("passwords", "set", str(contract_no), *key, "--password-fd", str(reading))
    finally:
        os.close(reading)
    return code, (out + err).strip()


def killed_with_a_verdict_under_way(ann: Customer) -> None:
    """The ledger stands still, the desk has found and sent a verdict, and is killed: it counts once, and the customer
    hears that nobody knows.
    """
    found, heard = ann.found, list[Found]()
    outbox = found.config.state_directory / "password_desk.outbox"
    before, pid = outbox.read_bytes(), found.supervisor.pid("ledger")

    async def attempt() -> None:
        settings = seat_settings(found.config, CHANNEL, SEATS[PHONE], ann.signer)
        async with Seat.open(settings, found.clock) as seat:
            os.kill(pid, signal.SIGSTOP)
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(listen, seat)
                    while outbox.read_bytes() == before:  # noqa: ASYNC110 - another process writes it
                        await trio.sleep(0.01)
                    await trio.to_thread.run_sync(found.supervisor.kill, DESK)
            finally:
                os.kill(pid, signal.SIGCONT)

    async def listen(seat: Seat) -> None:
        heard.append(Found((await seat.sign_on(ann.contract_no, WRONG)).found))

    trio.run(attempt)
    assert heard == [Found.AWAY]
    ann.waits_until("SET|1|{}")
    answers(found)
    ann.waits_until("SET|1|{}")


def test_a_customer_signs_on_and_no_password_is_left_anywhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[bytes] = []

    def sealed(attempt: Attempt, public_key: bytes) -> bytes:
        boxes.append(sealed_attempt(attempt, public_key))
        return boxes[-1]

    monkeypatch.setattr(sdk, "sealed_attempt", sealed)
    with house(4, checks_passwords=True) as found:
        ann, clerks = Customer(found), Clerks(found, tmp_path, capfd)
        answers(found)
        assert first_password(clerks, ann.contract_no, FIRST)[0] == ExitCode.OK
        ann.waits_until("SET|0|{}")
        assert first_password(clerks, ann.contract_no, NEXT)[0] == ExitCode.FAILED

        assert ann.has_fen(PHONE) == (ReplyCode.NOT_SIGNED_ON, 0)
        assert ann.signs_on(PHONE, FIRST) == Found.SIGNED_ON
        assert [ann.has_fen(each) for each in (PHONE, WEB)] == [(0, BALANCE_FEN), (ReplyCode.NOT_SIGNED_ON, 0)]
        assert [ann.signs_on(PHONE, WRONG) for _ in range(3)] == [Found.FAILED] * 3
        assert ann.signs_on(PHONE, FIRST) == Found.FAILED  # barred for the date
        ann.waits_until("SET|3|{1}")

        seal(tmp_path, clerks.yzt)
        clerks.hire(1, 4, "CUSTOMERS")
        unlocked = clerks.alone("unlock.json", 4, "unlock_password", 1, f"contract_no={ann.contract_no}")
        assert clerks.sent(unlocked)[0] == ExitCode.OK
        ann.waits_until("SET|0|{}")
        assert ann.signs_on(PHONE, FIRST) == Found.SIGNED_ON
        assert [ann.signs_on(PHONE, WRONG) for _ in range(3)] == [Found.FAILED] * 3
        assert ann.signs_on(WEB, FIRST) == Found.SIGNED_ON  # the other channel works

        changed = ann.by(WEB, lambda seat: seat.change_password(ann.contract_no, FIRST, NEXT))
        assert changed == Found.SET
        assert ann.has_fen(WEB) == (ReplyCode.NOT_SIGNED_ON, 0)
        assert ann.signs_on(WEB, FIRST) == Found.FAILED
        assert ann.signs_on(WEB, NEXT) == Found.SIGNED_ON
        assert [ann.signs_off(WEB), ann.signs_off(WEB)] == [ReplyCode.ACCEPTED, ReplyCode.NOT_SIGNED_ON]
        ann.waits_until("SET|0|{}")

        killed_with_a_verdict_under_way(ann)
        assert ann.signs_on(PHONE, NEXT) == Found.SIGNED_ON
        clerks.hire(2, 5, "CUSTOMERS")
        reset = clerks.made("reset.json", (4, 5), "reset_password", 2, f"contract_no={ann.contract_no}")
        assert clerks.sent(reset)[0] == ExitCode.OK
        ann.waits_until("NONE|0|{}")
        assert ann.has_fen(PHONE) == (ReplyCode.NOT_SIGNED_ON, 0)
        assert ann.signs_on(PHONE, NEXT) == Found.FAILED
        assert first_password(clerks, ann.contract_no, AGAIN)[0] == ExitCode.OK
        ann.waits_until("SET|0|{}")
        assert ann.signs_on(PHONE, AGAIN) == Found.SIGNED_ON
        nothing_is_left(found, boxes, capfd)


def nothing_is_left(found: House, boxes: list[bytes], capfd: pytest.CaptureFixture[str]) -> None:
    """Of passwords, boxes and the pepper; and the desk leaves no core."""
    limits = Path(f"/proc/{found.supervisor.pid(DESK)}/limits").read_text()
    (core,) = [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core == ["0", "0"]
    places, out = left_behind(found), capfd.readouterr()
    places.append(("the test", (out.out + out.err).encode()))
    assert places_with(places, [FIRST, NEXT, AGAIN, WRONG, *boxes]) == set()
    pepper_file = found.config.passwords_folder / "pepper.key"
    pepper = bytes.fromhex(pepper_file.read_text())
    assert places_with(places, [pepper]) == {str(pepper_file)}

    # The same search finds what is no secret: a verifier, in the journal's control and in the read model.
    salt = found.sql("SELECT encode(salt, 'hex') FROM passwords LIMIT 1").strip()
    assert "passwords" in places_with(places, [salt])
    assert len(boxes) > len(SEATS)
    named = [name for name, _ in places]
    assert f"metrics of {DESK}" in named
    assert any(name.endswith(f"{DESK}.log") for name in named)
