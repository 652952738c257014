"""The ledger of practice: a naive one that knows money, by the auditor's reading of the rules.

Belongs here: verdicts, and what is told of accounts. Never here: numbers and stored answers (naive_ledger). Every
contract number with right check digits exists as soon as it is named: it is of the party that names it first, active,
with OPENING_FEN on its account.
"""

import numpy as np

from frontend_sim.auditor.accounts.audited_account import Contract
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Placed, Seen, seen_block
from frontend_sim.practice.naive_ledger import NaiveLedger
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.given_numbers import account_no_from_index, index_from_contract_no
from protocol.header import Header
from protocol.messages.base import Message
from protocol.messages.codec import decode_control
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.queries import (
    AccountAnswer,
    AccountFacts,
    AccountQuery,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    ContractMoney,
    QueryMessage,
)
from protocol.records import RECORD, OutcomeArray, RecordArray, records_from_body
from protocol.vocabulary import ContractEvent, ContractStatus, FrameKind, Role

OPENING_FEN = 10_000_000
TRADE_DATE = 20_260_105
NEXT_TRADE_DATE = 20_260_106
CONTRACTS_MAX = 1_000_000  # named, before further ones read as unknown: all is kept in memory
BROKER_EVENTS = (ContractEvent.SUSPEND, ContractEvent.RESUME, ContractEvent.TERMINATE)


class PracticeLedger(NaiveLedger):
    """Knows every contract. `is_quick`: accept every record without looking, for measuring."""

    def __init__(self) -> None:
        super().__init__(TRADE_DATE)
        self.is_quick = False
        self._law = Auditor()

    def decide(self, frame: Frame, decided_at_ns: int) -> OutcomeArray:
        """By the auditor's reading, record after record."""
        header = frame.header
        outcomes = super().decide(frame, decided_at_ns)
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

    def query(self, header: Header, query: QueryMessage) -> Message:
        """Answer from what is remembered."""
        if isinstance(query, BuyingPowerQuery):
            money = [self._money(number, header.sender) for number in query.contract_nos]
            return BuyingPowerAnswer(self.sequence, money)
        if isinstance(query, AccountQuery):
            unknown = int(ReplyCode.ACCOUNT_UNKNOWN)
            facts = [AccountFacts(number, unknown, 0, 0, 0, 0) for number in query.bank_account_nos]
            return AccountAnswer(self.sequence, facts)
        return super().query(header, query)

    def applied_records(self, seat: int) -> RecordArray:
        """Every record that was applied for a seat, in order."""
        requests = [request for request, _ in self.seats[seat].answered.values()]
        bodies = [request.body for request in requests if request.header.kind == FrameKind.RECORDS]
        return np.frombuffer(b"".join(bodies), RECORD)

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
