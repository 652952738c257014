"""Two opinions written apart, the auditor's and the ledger core's, about the same arbitrary day.

They share no code but the wire's words. A difference means that one of them reads the rules wrongly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend_sim.auditor.accounts.withheld import Restraint
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Placed, seen_block
from frontend_sim.auditor.register import Totals
from frontend_sim.market.request_blocks import NO_TARGET, Request, TargetKey, record_block
from ledger.core.engine import apply_genesis, decide_block, decide_control, totals
from ledger.core.state.book import Book
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.header import PREFIX, PrefixArray
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.messages.control import ChangeMode, ControlMessage, Genesis, PartyEntry, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts, SignContracts
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.vocabulary import (
    AccountEvent,
    AccountStatus,
    ContractStatus,
    FrameKind,
    Market,
    Mode,
    RecordKind,
    RestraintKind,
    Role,
    SeatRole,
    Way,
)
from tests.bank_seats import BANK_SEATS, SAVINGS_SEAT, SEAT_ROLES, bank_seat_for
from tests.customers import account, contract, restraint

T = TypeVar("T")
TODAY = 20_260_105
PARTY_OF_SEAT = {SAVINGS_SEAT: 1, 21: 2, 22: 2, 31: 3}
PROCEEDS_AT_FILL = {2: True, 3: False}
ACTIVE = ContractStatus.ACTIVE
CUSTOMERS = (
    (2, ACTIVE, 100),
    (2, ACTIVE, COLUMN_FEN_MAX),
    (3, ACTIVE, 50),
    (2, ContractStatus.SUSPENDED, 9),
    (2, ACTIVE, 9),
)
RESTRAINED, LOST = 2, 4
"""Places of the customer with a restraint, and of the one whose card is lost."""
SPARE_ACCOUNTS = 3
SPARE_FEN = 11
RESTRAINED_FEN = 7
JUDICIAL = RestraintKind.JUDICIAL
FIRST_RESTRAINTS = ((JUDICIAL, 9), (RestraintKind.OTHER, 12), (JUDICIAL, 15))
DECIDED_AT_NS = 1_000
HIGHEST_NUMBER = 16

OWN = {
    1: (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL),
    2: (RecordKind.FREEZE, RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL),
}
OWN[3] = OWN[2]
INDICES = {1: (0, 0, 0, 0, 1, 2, 3, 4), 2: (0, 0, 0, 0, 0, 0, 1, 3, 4), 3: (2,)}
AMOUNTS = (1, 1, 5, 10, 10, 20, 20, 43, 50, 93, 100)
STRANGE_AMOUNTS = (0, -1, 101, AMOUNT_FEN_MAX, AMOUNT_FEN_MAX + 1)


def mostly(usual: Sequence[T], strange: Sequence[T]) -> st.SearchStrategy[T]:
    """One time in sixteen: something that a sender should not send. One draw, as draws take most of the time here."""
    return st.sampled_from([*usual] * 15 * len(strange) + [*strange] * len(usual))


LINES = range(RecordKind.CLEAR_ORDER, RecordKind.REVERT + 1)  # of the day's close: another auditor judges those
KIND = {party: mostly(own, [kind for kind in RecordKind if kind not in LINES]) for party, own in OWN.items()}
INDEX = {party: mostly(own, (0, 2, 99)) for party, own in INDICES.items()}
AMOUNT = mostly(AMOUNTS, STRANGE_AMOUNTS)
WRONG_BY = mostly((0,), (1,))
IS_STRANGE = mostly((False,), (True,))
TARGET = {
    party: st.sampled_from([(TODAY, seat, number) for seat in seats for number in range(1, HIGHEST_NUMBER + 1)])
    for party, seats in {1: (21, 21, 22), 2: (21, 21, 22), 3: (31,)}.items()
}
RELEASE = st.sampled_from((0, 0, 5, 10))
WAY = st.sampled_from((*[Way.CASH] * 4, Way.CARD, Way.FORCED_CARD, Way.JUDICIAL, Way.JUDICIAL, Way.CARD_COLLECTED))
RESTRAINT = st.sampled_from((1, 2, 2, 2, 3, 4, 4, 5))
TRADED_ON = mostly((TODAY,), (0, TODAY - 1, TODAY + 1))


@st.composite
def requests(draw: st.DrawFn, party: int) -> Request:
    kind = draw(KIND[party])
    index = draw(INDEX[party])
    of_account = (kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)) != draw(IS_STRANGE)
    contract_no = account_no_from_index(SPARE_ACCOUNTS + index) if of_account else contract_no_from_index(index)
    target: TargetKey = draw(TARGET[party]) if kind in (RecordKind.RELEASE, RecordKind.FILL_BUY) else NO_TARGET
    release_fen = draw(RELEASE) if kind == RecordKind.FILL_BUY else 0
    traded_on = draw(TRADED_ON) if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL) else 0
    contract_no += draw(WRONG_BY)
    way = draw(WAY) if kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL) else Market.NONE
    if way == Way.JUDICIAL:
        target = (0, 0, draw(RESTRAINT))
    return Request(kind, contract_no, draw(AMOUNT), target, market=way, release_fen=release_fen, traded_on=traded_on)


@st.composite
def frames(draw: st.DrawFn) -> tuple[int, int, list[Request]]:
    """Seat, valid-until, records."""
    seat = draw(st.sampled_from((SAVINGS_SEAT, 21, 21, 21, 22, 31)))
    until_ns = draw(st.sampled_from((0, 0, 0, 0, DECIDED_AT_NS, DECIDED_AT_NS - 1, DECIDED_AT_NS + 1)))
    return seat, until_ns, draw(st.lists(requests(PARTY_OF_SEAT[seat]), min_size=1, max_size=10))


rows = st.lists(frames(), min_size=1, max_size=4)


@dataclass
class Day:
    """The core decides, the auditor watches."""

    mode: Mode = Mode.FREEZE
    book: Book = field(default_factory=Book.empty)
    auditor: Auditor = field(default_factory=Auditor)
    numbers: dict[int, int] = field(default_factory=lambda: dict.fromkeys([*PARTY_OF_SEAT, *SEAT_ROLES], 1))

    def __post_init__(self) -> None:
        bank = PartyEntry(1, int(Role.BANK), 1, "Bank", False, [], BANK_SEATS)
        apply_genesis(self.book, Genesis(bank, TODAY), 1, bytes(32))
        self.auditor.register_party(1, Role.BANK, False)
        for party, proceeds in PROCEEDS_AT_FILL.items():
            self._control(RegisterParty(party, int(Role.BROKER), 1, f"Broker {party}", proceeds))
            self.auditor.register_party(party, Role.BROKER, proceeds)
            self._control(ChangeMode(party, self.mode))
            self.auditor.change_mode(party, self.mode)
        for seat, party in PARTY_OF_SEAT.items():
            if party != 1:
                self._control(RegisterSeat(seat, party, SeatRole.BROKER))
        balances_fen = [SPARE_FEN] * SPARE_ACCOUNTS + [balance_fen for _, _, balance_fen in CUSTOMERS]
        self._control(OpenAccounts([account(row, fen) for row, fen in enumerate(balances_fen)]))
        for row, fen in enumerate(balances_fen):
            self.auditor.open_account(account_no_from_index(row), fen)
        rows = range(SPARE_ACCOUNTS, len(balances_fen))
        signed = [contract(row, party, status) for row, (party, status, _) in zip(rows, CUSTOMERS, strict=True)]
        self._control(SignContracts(signed))
        for index, terms in enumerate(signed):
            status = ContractStatus(terms.status)
            self.auditor.sign_contract(contract_no_from_index(index), terms.account_no, terms.party, status)
        restrained, lost = (account_no_from_index(SPARE_ACCOUNTS + place) for place in (RESTRAINED, LOST))
        self._control(restraint(restrained, RESTRAINED_FEN))
        self.auditor.accounts[restrained].withheld.restraints.append(Restraint(1, JUDICIAL, RESTRAINED_FEN, 0))
        first = account_no_from_index(SPARE_ACCOUNTS)
        for number, (kind, fen) in enumerate(FIRST_RESTRAINTS, 2):
            self._control(restraint(first, fen, kind))
            self.auditor.accounts[first].withheld.restraints.append(Restraint(number, kind, fen, 0))
        self._control(ChangeAccount(lost, AccountEvent.REPORT_LOSS))
        self.auditor.accounts[lost].status = AccountStatus.LOSS_REPORTED

    def prefix(self, seat: int, kind: FrameKind, count: int, valid_until_ns: int = 0) -> PrefixArray:
        prefix = np.zeros(1, PREFIX)
        prefix["kind"], prefix["seat"], prefix["sender"] = kind, seat, PARTY_OF_SEAT.get(seat, 1)
        prefix["trade_date"], prefix["record_count"] = TODAY, count
        prefix["valid_until_ns"], prefix["first_number"] = valid_until_ns, self.numbers[seat]
        self.numbers[seat] += count
        return prefix

    def _control(self, message: ControlMessage) -> None:
        outcome = decide_control(
            self.book, self.prefix(bank_seat_for(message), FrameKind.CONTROL, 1), [message], DECIDED_AT_NS
        )
        assert np.frombuffer(outcome, OUTCOME)["code"].tolist() == [0]

    def decide(self, row: list[tuple[int, int, list[Request]]]) -> None:
        """One journal row: the core decides all frames, the auditor sees what each seat saw."""
        blocks: list[RecordArray] = [record_block(sent) for _, _, sent in row]
        prefixes = [
            self.prefix(seat, FrameKind.RECORDS, len(block), until)
            for (seat, until, _), block in zip(row, blocks, strict=True)
        ]
        records = np.frombuffer(b"".join(block.tobytes() for block in blocks), RECORD)  # concatenate would repack
        told = decide_block(self.book, np.concatenate(prefixes), records, DECIDED_AT_NS)
        outcomes = np.frombuffer(told, OUTCOME)
        ends = list(accumulate(len(block) for block in blocks))
        seen = []
        for (seat, until, _), prefix, block, end in zip(row, prefixes, blocks, ends, strict=True):
            first = int(prefix["first_number"][0])
            placed = Placed(PARTY_OF_SEAT[seat], seat, TODAY, first, self.book.sequence, DECIDED_AT_NS, until)
            seen += seen_block(placed, block, outcomes[end - len(block) : end])
        self.auditor.judge(seen)


@settings(max_examples=200)
@given(st.lists(rows, min_size=1, max_size=8), st.sampled_from(Mode))
def test_the_auditor_and_the_core_agree_on_every_answer_and_every_total(
    day: list[list[tuple[int, int, list[Request]]]], mode: Mode
) -> None:
    both = Day(mode)
    for row in day:
        both.decide(row)
    assert both.auditor.mismatches == []
    by_core = {entry.party: Totals(*entry.amounts_fen) for entry in totals(both.book)}
    assert both.auditor.totals() == by_core
