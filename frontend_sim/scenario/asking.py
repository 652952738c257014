"""What the bank has behind an event: asked of the processes, all of it, and nothing of it reckoned here.

Belongs here: the questions and their answers as values. Never here: names in place of numbers (telling), what was
expected (comparing).

Customers, restraints, the general ledger, obligations, pushes and the worklist come from the read model, in one
statement, so as of one row; lanes, and what may be bought and withdrawn, from the ledger, which is asked as each broker
asks it. The read model must tell the same of the latter two.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.postgres.server import ENVIRONMENT, EmbeddedPostgres
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.heard import HeardSeat
from gateway.day.desk import DayDesk
from protocol.codes import ReplyCode
from protocol.limits import QUERY_CONTRACTS_MAX
from protocol.messages.queries import Difference, SetAnswer

POLL_SECONDS = 0.02
WAITING_SAID_SECONDS = 2.0
PATIENCE_SECONDS = 120.0
STATEMENT = Path(__file__).with_name("read_model.sql").read_text(encoding="utf-8")


class Account(msgspec.Struct, frozen=True):
    """A savings account as `bank_accounts` has it."""

    account_no: int
    bank_account_no: int
    outlet: int
    status: str
    contract_no: int | None
    contract_status: str | None
    party: int
    balance_fen: int
    frozen_fen: int
    bought_unsettled_fen: int
    sold_unsettled_fen: int
    restrained_fen: int
    moved_remaining_fen: int
    moved_drawn_fen: int
    buying_power_fen: int
    withdrawable_fen: int


class BookPart(msgspec.Struct, frozen=True):
    """One line of `bank_general_ledger`."""

    party: int | None
    trade_date: int | None
    item: int | None
    debit_fen: int
    credit_fen: int


class Book(msgspec.Struct, frozen=True):
    """An account of the general ledger, and how it is split."""

    account_code: int
    account: str
    debit_fen: int
    credit_fen: int
    parts: list[BookPart]


class Obligation(msgspec.Struct, frozen=True):
    """One line of `bank_obligations`."""

    trade_date: int
    party: int
    case_no: int
    owed_by: str
    amount_fen: int
    state: str
    paid_fen: int
    advanced_fen: int
    bank_late: bool
    late_netted: bool
    objected: bool
    first_due_s: int
    last_due_s: int


class ClearingAccount(msgspec.Struct, frozen=True):
    """One line of `bank_clearing_accounts`."""

    party: int
    balance_fen: int
    lent_fen: int
    interest_fen: int
    limit_fen: int
    unpaid_fen: int
    overdue_fen: int


class Restraint(msgspec.Struct, frozen=True):
    """One line of `bank_restraints`."""

    restraint_no: int
    account_no: int
    kind: str
    state: str
    amount_fen: int
    lifted_fen: int
    deducted_fen: int
    left_fen: int
    senior_fen: int


class Push(msgspec.Struct, frozen=True):
    """One line of `bank_pushes`."""

    push: int
    party: int
    state: str
    reason: str | None
    contract_no: int | None


class Item(msgspec.Struct, frozen=True):
    """One line of `bank_worklist`."""

    kind: str
    trade_date: int
    party: int
    set_number: int | None
    difference: str | None
    field: str | None
    contract_no: int | None
    order_date: int | None
    order_seat: int | None
    order_number: int | None
    bank_has: int | None
    set_says: int | None
    amount_fen: int | None
    case_no: int | None
    age_days: int | None
    age_in: str | None
    owner: str | None
    closed_as: str | None
    act: str | None
    act_number: int | None
    reason: str | None
    author: str | None
    second: str | None


class FeedEnd(msgspec.Struct, frozen=True):
    """How far `bank_feed` is with a broker."""

    party: int
    position: int


class ReadModel(msgspec.Struct, frozen=True):
    """The read model as of one row."""

    sequence: int
    bank: str
    """By what acts name it."""
    accounts: list[Account]
    books: list[Book]
    obligations: list[Obligation]
    clearing: list[ClearingAccount]
    restraints: list[Restraint]
    pushes: list[Push]
    worklist: list[Item]
    feeds: list[FeedEnd]


@dataclass(frozen=True, slots=True)
class Lane:
    """A broker's trade date as the ledger tells it, with what was found when its set was compared."""

    party: int
    answer: SetAnswer
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was asked behind an event."""

    read_model: ReadModel
    lanes: list[Lane]
    apart: list[str]  # where ledger and read model tell different amounts of a customer
    gated_fen: dict[int, int]
    """By contract what was settled and waits for its broker, as the ledger tells it."""


@dataclass(slots=True)
class Asking:
    """Who is asked."""

    server: EmbeddedPostgres
    bank: HeardSeat
    brokers: dict[int, HeardSeat]  # by party
    cast: Cast
    say: Progress

    async def see(self, sequence: int, trade_dates: list[int]) -> Seen:
        """Everything as of journal row `sequence` or later; lanes of these dates, ascending.

        Raises: ProcessFault when the read model does not get there.
        """
        desk, lanes = DayDesk(self.bank, self.say), []
        for trade_date in trade_dates:
            for broker in self.cast.brokers.values():
                lane = await desk.lane(trade_date, broker.party)
                is_found = any(lane.answer.differences) and not lane.answer.compared  # compared to the end
                found = await desk.differences(trade_date, broker.party) if is_found else []
                lanes.append(Lane(broker.party, lane.answer, found))
        told = [lane.answer.as_of_sequence for lane in lanes]  # a desk that was killed told nobody how far it got
        read_model = await self._read_model(max(sequence, *told))
        return Seen(read_model, lanes, await self._apart(read_model), await self._gated(read_model))

    async def _read_model(self, sequence: int) -> ReadModel:
        began, said, reached = trio.current_time(), 0.0, -1
        while trio.current_time() - began < PATIENCE_SECONDS:
            answer = await self._ask()
            if answer is not None:
                reached = answer.sequence
                if reached >= sequence:
                    return answer
            if trio.current_time() - max(began, said) >= WAITING_SAID_SECONDS:
                said = trio.current_time()
                self.say(f"waiting for the read model: it is at row {reached}, the bank at row {sequence}")
            await trio.sleep(POLL_SECONDS)
        message = f"the read model is at journal row {reached} after {PATIENCE_SECONDS:.0f} s, expected {sequence}"
        raise ProcessFault(message, ExitCode.UNAVAILABLE)

    async def bank_of_acts(self, sequence: int) -> str:
        """By what acts name this bank, once the read model is at journal row `sequence` or later."""
        return (await self._read_model(sequence)).bank

    async def _ask(self) -> ReadModel | None:
        options = ["--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
        command = [self.server.binary("psql"), *options, "--command", STATEMENT, self.server.dsn]
        try:
            done = await trio.run_process(command, capture_stdout=True, capture_stderr=True, env=dict(ENVIRONMENT))
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ProcessFault(f"psql: {' '.join(reason)}", ExitCode.UNAVAILABLE) from None
        found = msgspec.json.decode(done.stdout)
        if found["sequence"] is None or found["accounts"] is None:
            return None
        return msgspec.convert({name: value or [] for name, value in found.items()}, ReadModel)

    async def _gated(self, read_model: ReadModel) -> dict[int, int]:
        """Of every contract that a broker has and that waits for something."""
        found = {}
        for account in read_model.accounts:
            seat = self.brokers.get(account.party)
            if seat is None or not account.contract_no:
                continue
            dates = (await seat.open_items(account.contract_no)).dates
            waits = [each.sold_unsettled_fen + each.cleared_credits_fen for each in dates if each.is_settled]
            found[account.contract_no] = sum(waits)
        return found

    async def _apart(self, read_model: ReadModel) -> list[str]:
        """Where the ledger tells a broker another amount of a customer than the read model has."""
        found = []
        for party, seat in self.brokers.items():
            own = {each.contract_no: each for each in read_model.accounts if each.party == party and each.contract_no}
            numbers = [number for number in own if number is not None]
            for first in range(0, len(numbers), QUERY_CONTRACTS_MAX):
                for money in (await seat.buying_power(numbers[first : first + QUERY_CONTRACTS_MAX])).contracts:
                    has = own[money.contract_no]
                    told = (money.buying_power_fen, money.withdrawable_fen)
                    if money.code == ReplyCode.ACCEPTED and told != (has.buying_power_fen, has.withdrawable_fen):
                        found.append(
                            f"{self.cast.customer_name(money.contract_no)}: the ledger tells buying power and "
                            f"withdrawable {told} fen, the read model {has.buying_power_fen, has.withdrawable_fen}"
                        )
        return found
