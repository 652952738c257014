"""A ledger in memory: numbers, stored answers, and verdicts by the auditor's reading of the rules.

Belongs here: what a bank must remember so that repeats get stored answers. Never here: sockets, sessions, disks: all of
it is gone with the process. Every contract number with right check digits exists as soon as it is named: it is of the
party that names it first, active, with OPENING_FEN on its account.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from frontend_sim.auditor.audited_account import Contract
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Placed, Seen, seen_block
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import Header, answer_header
from protocol.limits import SESSION_VERSION_STEP_MAX
from protocol.messages.accounts import ChangeContract
from protocol.messages.base import Message
from protocol.messages.codec import decode_control
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import (
    AccountAnswer,
    AccountFacts,
    AccountQuery,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    ContractMoney,
    OutcomeAnswer,
    OutcomeQuery,
    QueryMessage,
    TotalsAnswer,
)
from protocol.messages.session import NotApplied
from protocol.records import (
    OUTCOME,
    RECORD,
    OutcomeArray,
    OutcomesPreamble,
    RecordArray,
    outcomes_from_body,
    pack_preamble,
    records_from_body,
    unpack_preamble,
)
from protocol.vocabulary import (
    ContractEvent,
    ContractStatus,
    FrameKind,
    Role,
    account_no_from_index,
    index_from_contract_no,
)

OPENING_FEN = 10_000_000
TRADE_DATE = 20_260_105
NEXT_TRADE_DATE = 20_260_106
CONTRACTS_MAX = 1_000_000  # named, before further ones read as unknown: all is kept in memory
REQUESTS_MAX = 2_000_000  # decided, before new ones are told SEAT_DATE_FULL: likewise
BROKER_EVENTS = (ContractEvent.SUSPEND, ContractEvent.RESUME, ContractEvent.TERMINATE)


@dataclass
class SeatBooks:
    """What is remembered of one seat."""

    session_version: int = 0
    next_number: int = 1
    answers: dict[tuple[int, int], tuple[Header, Frame]] = field(default_factory=dict)  # by date and first number
    requests: list[Frame] = field(default_factory=list)  # as applied, once each


Answer = Frame | tuple[Header, NotApplied]


class PracticeLedger:
    """Decides at once, remembers everything. `is_quick`: accept every record without looking, for measuring."""

    def __init__(self) -> None:
        self.trade_date = TRADE_DATE
        self.sequence = 0
        self.is_quick = False
        self.is_full = False  # refuse new numbers with SEAT_DATE_FULL
        self.seats: defaultdict[int, SeatBooks] = defaultdict(SeatBooks)
        self._law = Auditor()
        self._decided = 0

    def negotiate(self, header: Header) -> SeatHead:
        """Take a session version that grows, in a step that uses no seat up."""
        books = self.seats[header.seat]
        if not 0 < header.session_version - books.session_version <= SESSION_VERSION_STEP_MAX:
            return self._head(books, ReplyCode.SESSION_VERSION_NOT_GROWING)
        books.session_version = header.session_version
        return self._head(books, ReplyCode.ACCEPTED)

    def head(self, seat: int) -> SeatHead:
        """The durable head of a seat."""
        return self._head(self.seats[seat], ReplyCode.ACCEPTED)

    def roll(self) -> None:
        """Close the trade date and open the next day: numbers begin at 1 again."""
        today = date(self.trade_date // 10_000, self.trade_date // 100 % 100, self.trade_date % 100)
        self.trade_date = int(f"{today + timedelta(days=1):%Y%m%d}")
        for books in self.seats.values():
            books.next_number = 1

    def take(self, frame: Frame, decided_at_ns: int, code: ReplyCode | None = None) -> Answer:
        """Decide a request frame, or repeat its stored answer, or say that it was not applied.

        With a `code` what is new is refused with it, whatever it asks for.
        """
        header = frame.header
        books = self.seats[header.seat]
        stored = books.answers.get((header.trade_date, header.first_number))
        if stored is not None:
            request, answer = stored
            if (request.kind, request.record_count, request.body_digest) == (
                header.kind,
                header.record_count,
                header.body_digest,
            ):
                return answer
        if stored is not None or (header.trade_date == self.trade_date and header.first_number < books.next_number):
            return self._refuse(header, ReplyCode.DUPLICATE_OTHER_CONTENT)
        if header.trade_date != self.trade_date:
            return self._refuse(header, ReplyCode.WRONG_TRADE_DATE)
        if header.first_number > books.next_number:
            return self._refuse(header, ReplyCode.SEQUENCE_GAP)
        if self.is_full or self._decided + header.record_count > REQUESTS_MAX:
            return self._refuse(header, ReplyCode.SEAT_DATE_FULL)
        self.sequence += 1
        self._decided += header.record_count
        books.next_number += header.record_count
        books.requests.append(frame)
        answer = self._outcomes(header, self._decide(frame, decided_at_ns, code), decided_at_ns)
        books.answers[(header.trade_date, header.first_number)] = (header, answer)
        return answer

    def query(self, header: Header, query: QueryMessage) -> Message:
        """Answer from what is remembered."""
        if isinstance(query, BuyingPowerQuery):
            money = [self._money(number, header.sender) for number in query.contract_nos]
            return BuyingPowerAnswer(self.sequence, money)
        if isinstance(query, OutcomeQuery):
            for (trade_date, first), (request, answer) in self.seats[header.seat].answers.items():
                index = query.number - first
                if trade_date == query.trade_date and 0 <= index < request.record_count:
                    code, state, _, remaining_fen = outcomes_from_body(answer.body)[index].tolist()
                    told = unpack_preamble(answer.body)
                    return OutcomeAnswer(True, code, state, remaining_fen, told.sequence, told.decided_at_ns)
            return OutcomeAnswer(False, 0, 0, 0, 0, 0)
        if isinstance(query, AccountQuery):
            unknown = int(ReplyCode.ACCOUNT_UNKNOWN)
            facts = [AccountFacts(number, unknown, 0, 0, 0, 0) for number in query.bank_account_nos]
            return AccountAnswer(self.sequence, facts)
        return TotalsAnswer(self.sequence, True, [])

    def applied_records(self, seat: int) -> RecordArray:
        """Every record that was applied for a seat, in order."""
        bodies = [frame.body for frame in self.seats[seat].requests if frame.header.kind == FrameKind.RECORDS]
        return np.frombuffer(b"".join(bodies), RECORD)

    def _head(self, books: SeatBooks, code: ReplyCode) -> SeatHead:
        return SeatHead(books.session_version, self.trade_date, books.next_number, int(code))

    def _refuse(self, header: Header, code: ReplyCode) -> tuple[Header, NotApplied]:
        next_number = self.seats[header.seat].next_number
        refusal = NotApplied(int(code), header.first_number, next_number, 0)
        return header._replace(trade_date=self.trade_date), refusal

    def _contract(self, contract_no: int, party: int) -> Contract | None:
        """A contract, signed on an account of its own when it is named for the first time."""
        contract = self._law.contracts.get(contract_no)
        index = index_from_contract_no(contract_no)
        if contract is None and 0 <= index < CONTRACTS_MAX:
            account_no = account_no_from_index(index)
            self._law.open_account(account_no, OPENING_FEN)
            contract = self._law.sign_contract(contract_no, account_no, party, ContractStatus.ACTIVE)
        return contract

    def _money(self, contract_no: int, party: int) -> ContractMoney:
        contract = self._contract(contract_no, party)
        if contract is None or contract.party != party:
            return ContractMoney(contract_no, int(ReplyCode.CONTRACT_UNKNOWN), 0, 0, 0)
        if contract.status == ContractStatus.TERMINATED:
            return ContractMoney(contract_no, 0, contract.status, 0, 0)
        power_fen, sold_fen = contract.account.buying_power_fen, contract.account.sold_fen
        return ContractMoney(contract_no, 0, contract.status, max(0, power_fen), max(0, power_fen - sold_fen))

    def _decide(self, frame: Frame, decided_at_ns: int, code: ReplyCode | None) -> OutcomeArray:
        header = frame.header
        outcomes = np.zeros(header.record_count, OUTCOME)
        if code is not None:
            outcomes["code"] = int(code)
            return outcomes
        self._law.register_party(header.sender, Role.BROKER, False)
        self._law.open_date(self.trade_date)
        if header.kind == FrameKind.CONTROL:
            outcomes["code"] = self._control(frame)
            return outcomes
        if self.is_quick:
            outcomes["state"], outcomes["remaining_fen"] = 1, 1
            return outcomes
        first, until_ns = header.first_number, header.valid_until_ns
        placed = Placed(header.sender, header.seat, header.trade_date, first, self.sequence, decided_at_ns, until_ns)
        for index, asked in enumerate(seen_block(placed, records_from_body(frame.body), outcomes)):
            outcomes[index] = self._verdict(asked)
        return outcomes

    def _verdict(self, asked: Seen) -> tuple[int, int, int, int]:
        self._contract(asked.contract_no, asked.party)
        code, state, remaining_fen = self._law.verdict(asked)
        if code == ReplyCode.ACCEPTED:
            self._law.apply(asked)
        return int(code), state, 0, remaining_fen

    def _control(self, frame: Frame) -> ReplyCode:
        try:
            message = decode_control(frame.body)
        except PeerViolation:
            return ReplyCode.REQUEST_MALFORMED
        if not isinstance(message, ChangeContract) or message.event not in BROKER_EVENTS:
            return ReplyCode.ROLE_FORBIDS
        contract = self._contract(message.contract_no, frame.header.sender)
        if contract is None or contract.party != frame.header.sender:
            return ReplyCode.CONTRACT_UNKNOWN
        code = contract.refusal_of(message.event)
        if code == ReplyCode.ACCEPTED:
            contract.change(message.event)
        return code

    def _outcomes(self, header: Header, outcomes: OutcomeArray, decided_at_ns: int) -> Frame:
        preamble = OutcomesPreamble(self.sequence, decided_at_ns, bytes(32), header.body_digest)
        answer = answer_header(
            header,
            FrameKind.OUTCOMES,
            decided_at_ns,
            header.trade_date,
            key_id=header.suite,
            record_count=header.record_count,
        )
        return make_unsigned_frame(answer, pack_preamble(preamble) + outcomes.tobytes())
