"""`python -m benchmarks.micro.lines`: what a line of a clearing set costs at each station, in processor time.

Belongs here: the measurement behind docs/performance.md, station by station in one process. Never here: anything that
the product runs, sockets, signatures, PostgreSQL.

The bank has BROKERS brokers and a million contracts; the sets of SENDING of them come in, in the frames of case k, and
are compared. Each figure is the lowest of ROUNDS, in turns.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace as with_other

import numpy as np
from msgspec.structs import replace

from benchmarks.day.trade import BrokerTrade
from gateway.own_book.book import OwnBook
from ledger.core import engine
from ledger.core.control.day import lanes
from ledger.core.rows.row import Row
from ledger.core.state.book import BookSize
from ledger.follower.projection.request_blocks import RequestRuns
from protocol.client import totals_of_set
from protocol.given_numbers import account_no_from_index
from protocol.limits import FRAME_RECORDS_MAX
from protocol.messages.control import RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import AccountTerms, ContractTerms, OpenAccounts, SignContracts
from protocol.messages.day.steps import AnnounceSet, CompleteSet, Reconcile, SignOff, WithdrawSet
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import Role, SeatRole, Suite
from tests.customers import account, contract
from tests.ledger_core.desk import MONDAY, OWNERS, SPARE_ACCOUNTS, Desk, Frame

BROKERS, SENDING = 20, 2
CONTRACTS, ORDERS = 50_000, 100_000  # of each broker
OPENED_AT_ONCE = 8_000
FIRST_PARTY, FIRST_SEAT = 4, 31
ROUNDS = 5


class Day:
    """A bank that is signed off, and the sets that its brokers send."""

    def __init__(self) -> None:
        self.desk = Desk(BookSize(contracts_max=2**20, requests_max=2**20, accounts_max=2**20))
        self.own_book = OwnBook()
        self.own_book.open_accounts(account_no_from_index(0), [account(each, 0) for each in range(SPARE_ACCOUNTS)])
        self.trades: dict[int, BrokerTrade] = {}
        self.spent_ns: dict[str, list[float]] = {}
        for place in range(BROKERS):
            self._register(place)
        first_contract = int(self.desk.book.contracts_count) - BROKERS * CONTRACTS
        for place in range(SENDING):
            drawn = BrokerTrade.drawn(place, MONDAY, CONTRACTS, ORDERS)
            who, first = drawn.who + first_contract, drawn.first_contract + first_contract
            party, seat = FIRST_PARTY + place, FIRST_SEAT + place
            trade = with_other(drawn, party=party, seat=seat, who=who, first_contract=first)
            self.trades[seat] = trade
            for block in (*trade.order_blocks(), *trade.event_blocks()):
                self.decide(seat, block)
        self.desk.done(SignOff(MONDAY))

    def _register(self, place: int) -> None:
        desk, party, seat = self.desk, FIRST_PARTY + place, FIRST_SEAT + place
        OWNERS[seat] = party
        desk.done(RegisterParty(party, Role.BROKER, Suite.ED25519_SHA256, f"broker {party}", True))
        desk.done(RegisterSeat(seat, party, SeatRole.BROKER))
        for start in range(0, CONTRACTS, OPENED_AT_ONCE):
            count = min(OPENED_AT_ONCE, CONTRACTS - start)
            opened: list[AccountTerms] = [account(place * CONTRACTS + start + each, 2**39) for each in range(count)]
            bank_no = opened[0].bank_account_no
            opened = [replace(each, bank_account_no=bank_no + 10**9 + row) for row, each in enumerate(opened)]
            account_no = desk.told(OpenAccounts(opened)).remaining_fen
            signed: list[ContractTerms] = [contract(account_no // 100 + each, party) for each in range(count)]
            contract_no = desk.told(SignContracts(signed)).remaining_fen
            self.own_book.open_accounts(account_no, opened)
            self.own_book.sign_contracts(contract_no, signed)
            del desk.rows[1:-1]  # nobody replays them here

    def decide(self, seat: int, block: RecordArray) -> bytes:
        """The outcomes of a frame. Raises RuntimeError when one is refused."""
        outcomes = engine.decide_block(self.desk.book, self.desk.prefixes(Frame(seat, block)), block, self.desk.now_ns)
        if np.frombuffer(outcomes, OUTCOME)["code"].any():
            raise RuntimeError("a record was refused")
        return outcomes

    def spend(self, station: str, lines: int, does: Callable[[], object]) -> None:
        """Count the processor time of what is done with so many lines."""
        begun_ns = time.process_time_ns()
        does()
        self.spent_ns.setdefault(station, []).append((time.process_time_ns() - begun_ns) / lines)

    def send(self, seat: int, trade: BrokerTrade) -> int:
        """One broker's set through all stations. Returns its number."""
        lines, desk = trade.lines(), self.desk
        count = len(lines)
        self.spend("client: added up, cut, hashed", count, lambda: totals_of_set(lines))
        number = desk.told(AnnounceSet(MONDAY, 0, totals_of_set(lines)), seat).remaining_fen
        blocks = [lines[start : start + FRAME_RECORDS_MAX] for start in range(0, count, FRAME_RECORDS_MAX)]
        outcomes: list[bytes] = []
        self.spend("ledger: decided", count, lambda: outcomes.extend(self.decide(seat, block) for block in blocks))
        self.spend("gateway: own book", count, lambda: self._add(blocks, outcomes))
        rows = list(self._rows(seat, blocks, outcomes))
        self.spend("follower: encoded for COPY", count, lambda: list(RequestRuns.of(rows).chunks()))
        if desk.told(CompleteSet(MONDAY, number), seat).code:
            raise RuntimeError("a set is not complete")
        return number

    def _add(self, blocks: list[RecordArray], outcomes: list[bytes]) -> None:
        for block, told in zip(blocks, outcomes, strict=True):
            self.own_book.add(block, np.frombuffer(told, OUTCOME))
            self.own_book.check_complete()

    def _rows(self, seat: int, blocks: list[RecordArray], outcomes: list[bytes]) -> Iterator[Row]:
        for place, (block, told) in enumerate(zip(blocks, outcomes, strict=True)):
            headers = self.desk.prefixes(Frame(seat, block)).tobytes()
            records, genesis = block.tobytes(), self.desk.rows[0]
            yield with_other(genesis, sequence=2 + place, headers=headers, records=records, outcomes=told, control=b"")

    def compare(self, party: int) -> None:
        """A complete set, to its end."""
        first, is_begun = 0, False
        while first or not is_begun:
            first, is_begun = lanes.compare(self.desk.book, Reconcile(MONDAY, party, first)), True


def main() -> None:
    """Print one line for each station."""
    day = Day()
    for _ in range(ROUNDS):
        for seat, trade in day.trades.items():
            number, count = day.send(seat, trade), len(trade.lines())
            day.spend("ledger: compared", count, lambda party=trade.party: day.compare(party))  # type: ignore[misc]
            if day.desk.told(WithdrawSet(MONDAY, number), seat).code:
                raise RuntimeError("a set cannot be withdrawn")
    for station, each_ns in day.spent_ns.items():
        print(f"{station}: {min(each_ns):.0f} ns a line")


if __name__ == "__main__":
    main()
