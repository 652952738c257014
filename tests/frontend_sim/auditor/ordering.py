"""The auditor looks on while orders go through a bank by chance.

Belongs here: what it is told of each step, as whoever is at the seats knows it. Never here: what is said
(tests.ledger_core.ordering.by_chance), assertions.
"""

from dataclasses import dataclass, field

import numpy as np

from frontend_sim.auditor.accounts.withheld import Restraint
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Placed, Seen, seen_block
from frontend_sim.auditor.orders.through_bank import OfChannel
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.control import ControlMessage, OpenTradeDate, RegisterChannelSeat, RegisterParty, SetScheme
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts, ReplaceCard, SignContracts
from protocol.messages.customers.restraints import Restrain
from protocol.messages.day.steps import SignOn
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.phases import SetPhases
from protocol.messages.orders.securities import RegisterSecurities, ResumeSecurity, SetPrices, SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier
from protocol.records import OUTCOME
from protocol.vocabulary import AccountEvent, AccountStatus, ContractStatus, RecordKind, Role, Scheme, SeatRole
from tests.bank_seats import PASSWORD_SEAT, SEAT_ROLES, TELLER_SEAT
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, OWNERS, Answer, Desk, Frame


@dataclass
class Onlooker:
    """An auditor beside the desk."""

    desk: Desk
    auditor: Auditor = field(default_factory=Auditor)

    def __post_init__(self) -> None:
        self.auditor.register_party(1, Role.BANK, False)
        self.auditor.register_party(BROKER, Role.BROKER, True)
        self.auditor.register_party(OTHER_BROKER, Role.BROKER, False)
        self.auditor.open_date(MONDAY)
        bank = self.auditor.through_bank
        bank.desks = {PASSWORD_SEAT: SeatRole.PASSWORD_DESK, TELLER_SEAT: SeatRole.TELLER_DESK}
        self.auditor.day_desks = {seat for seat, role in SEAT_ROLES.items() if role == SeatRole.DAY_DESK}

    def heard(self, message: ControlMessage, seat: int, answer: Answer) -> None:
        """Of what was accepted."""
        if answer.code != ReplyCode.ACCEPTED:
            return
        auditor, bank, told = self.auditor, self.auditor.through_bank, answer.remaining_fen
        date = self.desk.book.trade_date
        match message:
            case SetScheme(party, scheme):
                auditor.change_scheme(party, Scheme(scheme))
            case RegisterParty(party, role):
                auditor.register_party(party, Role(role), message.proceeds_at_fill)
            case RegisterChannelSeat(number, _, channel, broker):
                bank.channel_seats[number] = OfChannel(channel, broker)
            case OpenAccounts(accounts):
                for place, terms in enumerate(accounts):
                    auditor.open_account(account_no_from_index(told // 100 + place), terms.balance_fen)
            case SignContracts(contracts):
                for place, one in enumerate(contracts):
                    number = contract_no_from_index(told // 100 + place)
                    auditor.sign_contract(number, one.account_no, one.party, ContractStatus(one.status), date)
            case ReplaceCard(contract_no, account_no):
                auditor.replace_card(contract_no, account_no, told, date)
            case ChangeAccount(account_no, AccountEvent.REPORT_LOSS):
                auditor.accounts[account_no].status = AccountStatus.LOSS_REPORTED
            case ChangeAccount(account_no, AccountEvent.LIFT_LOSS):
                auditor.accounts[account_no].status = AccountStatus.OPEN
            case Restrain(account_no=account_no, kind=kind, amount_fen=amount_fen):
                account = auditor.accounts[account_no]
                account.withheld.restraints.append(Restraint(told, kind, amount_fen, account.spent_fen))
                auditor.restraints_given += 1
            case OpenTradeDate(trade_date):
                auditor.roll(trade_date, self.desk.now_ns)
            case SignOn(trade_date):
                bank.sign_on_broker(OWNERS[seat], trade_date)
            case SetVerifier(contract_no):
                bank.change_password(contract_no).set()
            case ReportPasswordLoss(contract_no):
                bank.change_password(contract_no).lose()
            case EndSignOn(contract_no):
                bank.change_password(contract_no).until_s.pop(bank.channel_seats[seat].channel)
            case SetFees() | SetPhases() | RegisterSecurities() | SetPrices() | SuspendSecurity() | ResumeSecurity():
                bank.papers.hear(message, date)
            case _:
                raise AssertionError(f"nobody told the auditor what {message} does")

    def seen(self, frames: list[Frame], first_numbers: list[int], answers: list[Answer]) -> None:
        """All frames of a row, and in its feed the broker reads where its orders and cancels stand."""
        outcomes = np.zeros(len(answers), OUTCOME)
        for name, column in zip(("code", "state", "remaining_fen"), zip(*answers, strict=True), strict=True):
            outcomes[name] = column
        seen: list[Seen] = []
        for frame, first in zip(frames, first_numbers, strict=True):
            book, party = self.desk.book, OWNERS[frame.seat]
            numbers = (party, frame.seat, book.trade_date, first, book.sequence)
            placed = Placed(*numbers, self.desk.now_ns, frame.valid_until_ns)
            seen += seen_block(placed, frame.records, outcomes[len(seen) :][: len(frame.records)])
        if len(frames) > 1:
            self._read_feed(seen)
        self.auditor.judge(seen)

    def _read_feed(self, seen: list[Seen]) -> None:
        bank = self.auditor.through_bank
        last = bank.last_places.get((BROKER, self.desk.book.trade_date), 0)
        for one in seen:
            if one.kind in (RecordKind.ORDER, RecordKind.CANCEL) and one.code == ReplyCode.ACCEPTED:
                last += 1
                bank.places_told[one.trade_date, one.seat, one.number] = last
