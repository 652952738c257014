"""What an outsider is told of a ledger's rows: requests and answers, sets, steps of the day, acts of people.

Belongs here: telling the auditor what is in a row, and what both have in the end. Never here: what happens on the days
(tests.ledger_core), the auditor's own arithmetic (frontend_sim.auditor).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from frontend_sim.auditor.accounts.audited_account import Verdict
from frontend_sim.auditor.accounts.earning import NEVER
from frontend_sim.auditor.day.clearing import SetAudit
from frontend_sim.auditor.day.postings import Code
from frontend_sim.auditor.day.reconciling import Permitted, Tolerance
from frontend_sim.auditor.observations import ControlKind, Placed, Seen, seen_block
from frontend_sim.auditor.register import Totals
from ledger.core.engine import totals
from ledger.core.rows.row import Row
from protocol.acts.clearing import (
    AdvanceLimitAct,
    ClearingInterestAct,
    MarketRateAct,
    PayCustomerAct,
    PayOutAct,
    TakeBackFundAct,
)
from protocol.acts.corrections import CorrectAct, DecideAct, ToleranceAct, WithdrawSetAct
from protocol.acts.day import AdoptSetAct
from protocol.acts.moved import ReverseAct
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.acts.restraints import DeductAct, LiftRestraintAct, RestrainAct
from protocol.acts.savings import SavingsInterestAct
from protocol.acts.table import AnyAct, act_of
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index, contract_no_from_index
from protocol.header import PREFIX, PrefixArray
from protocol.messages.codec import decode_control
from protocol.messages.control import ChangeMode, ControlMessage, EndSettlement, OpenTradeDate, RegisterParty
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.pushes import PushContract
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.messages.day.steps import (
    AnnounceSet,
    BeginSettle,
    CompleteSet,
    Mark,
    Publish,
    SignOff,
    Window,
    WithdrawSet,
)
from protocol.messages.feeds import Notice
from protocol.messages.persons import Act, RegisterPersons
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    BANK_PARTY,
    ContractEvent,
    ContractStatus,
    FrameKind,
    Mode,
    RecordKind,
    RestraintKind,
    Role,
)
from tests.bank_seats import DAY_SEAT
from tests.frontend_sim.auditor.weeks.dated import DatedAuditor
from tests.ledger_core.desk import Desk

NS_PER_S = 1_000_000_000


@dataclass
class Watch:
    """Reads rows, in their order."""

    auditor: DatedAuditor = field(default_factory=DatedAuditor)
    restraints: dict[int, int] = field(default_factory=dict)  # the account of each
    marked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The bank is there before the first row, and which seat its day desk has."""
        self.auditor.register_party(BANK_PARTY, Role.BANK, False)
        self.auditor.day_desks.add(DAY_SEAT)

    def read(self, row: Row) -> None:
        """One row: a control frame, or frames of records of any seats."""
        self.auditor.calendar.see(row.decided_at_ns)
        prefixes = np.frombuffer(row.headers, PREFIX)
        outcomes = np.frombuffer(row.outcomes, OUTCOME)
        if not row.records:
            if int(prefixes["kind"][0]) == FrameKind.CONTROL:
                self._control(row, prefixes, _verdict(outcomes, 0))
            return
        records, end, seen = np.frombuffer(row.records, RECORD), 0, list[Seen]()
        for place in range(len(prefixes)):
            prefix, begin = prefixes[place : place + 1], end
            end += int(prefix["record_count"][0])
            seen += self._frame(row, prefix, records[begin:end], outcomes[begin:end])
        self.auditor.judge(seen)

    def _frame(self, row: Row, prefix: PrefixArray, records: RecordArray, outcomes: OutcomeArray) -> list[Seen]:
        """What is to be judged of a frame; what it says of sets and of closings is taken."""
        kinds, taken = records["kind"], outcomes["code"] == ReplyCode.ACCEPTED
        if (kinds < RecordKind.CLEAR_ORDER).all() or (kinds == RecordKind.INTEREST).all():
            return seen_block(_placed(row, prefix), records, outcomes)
        if (kinds >= RecordKind.CORRECT).all():
            self.auditor.close_out(records[taken], outcomes[taken])
        else:
            self.auditor.take_lines(int(prefix["seat"][0]), records, outcomes)
        return []

    def _on_broker(
        self, act: StopBrokerAct | ResumeBrokerAct | TerminateBrokerAct | ClearingInterestAct, sequence: int, now_s: int
    ) -> ReplyCode:
        """What an act on a broker must have earned that names it."""
        if not self.auditor.is_broker(act.party):
            return ReplyCode.PARTY_UNKNOWN
        audit = self.auditor.broker(act.party)
        match act:
            case StopBrokerAct():
                return audit.stop(sequence, now_s)
            case ResumeBrokerAct():
                return audit.resume(sequence, now_s)
            case TerminateBrokerAct(trade_date=date, case=case):
                return audit.terminate(date, case, sequence, now_s)
            case ClearingInterestAct(rate_millionths=rate, last_day=date):
                return audit.pay_interest(rate, date, now_s)

    def _of_beginning(self, message: ControlMessage, party: int, code: int) -> None:
        """What lets contracts of a broker begin: refused for that broker alone that is terminated."""
        contracts = self.auditor.contracts
        match message:
            case SignContracts(terms):
                begins = {each.party for each in terms}
            case ReplaceCard(number) if number in contracts:
                begins = {contracts[number].party}
            case ChangeContract(number, ContractEvent.CONFIRM) if number in contracts:
                begins = {contracts[number].party}
            case ChangeBroker(_, one):
                begins = {one.party}
            case PushContract():
                begins = {party}
            case _:
                return
        if code in (ReplyCode.ACCEPTED, ReplyCode.BROKER_STOPPED):
            stopped = begins & self.auditor.terminated
            expected = ReplyCode.BROKER_STOPPED if stopped else ReplyCode.ACCEPTED
            self.auditor.answered(type(message).__name__, code, expected)

    def _of_money(self, message: ControlMessage, party: int, sequence: int, code: int, now_s: int) -> None:
        """What goes between the bank and its brokers, and may be refused: what is over acts before it."""
        made: object = act_of(message.text) if isinstance(message, Act) else message
        auditor = self.auditor
        if isinstance(made, Pay | Notice) and code == ReplyCode.OBLIGATION_UNKNOWN:
            audit = auditor.broker(made.party if isinstance(made, Pay) else party)
            owed = audit.broker.standing.owed.get((trade_day(made.trade_date), 0))
            if owed is not None and owed.state == "paid":  # whoever remembers it longer says that it is not due
                audit.broker.due(now_s)
                return
        match made:
            case Fund(of, amount_fen, serial):
                auditor.answered(f"{made}", code, auditor.broker(of).fund(amount_fen, serial, now_s))
            case Pay(date, of):
                auditor.answered(f"{made}", code, auditor.broker(of).pay(date, now_s))
            case Due(of):
                auditor.broker(of).broker.due(now_s)
            case Notice(date):
                expected = auditor.broker(party).broker.notice(trade_day(date), now_s)
                auditor.answered(f"{made}", code, expected)
            case Publish(_, of) | BeginSettle(_, of) if code != ReplyCode.ACCEPTED:
                auditor.broker(of).broker.due(now_s)
            case PayOutAct(party=of, amount_fen=amount_fen):
                auditor.answered(f"{made}", code, auditor.broker(of).pay_out(amount_fen, now_s))
            case PayCustomerAct():
                auditor.answered(f"{made}", code, auditor.pay_customer(made))
            case StopBrokerAct() | ResumeBrokerAct() | TerminateBrokerAct() | ClearingInterestAct():
                auditor.answered(f"{made}", code, self._on_broker(made, sequence, now_s))
            case TakeBackFundAct(party=of, amount_fen=amount_fen, fund_serial=serial):
                auditor.answered(f"{made}", code, auditor.broker(of).take_back(amount_fen, serial, now_s))
            case AdvanceLimitAct(party=of, limit_fen=limit_fen):
                auditor.answered(f"{made}", code, auditor.broker(of).broker.limit(limit_fen, now_s))
            case MarketRateAct(day=date, rate_millionths=rate) if code == ReplyCode.ACCEPTED:
                auditor.rates[trade_day(date)] = rate

    def _control(self, row: Row, prefix: PrefixArray, told: Verdict) -> None:
        auditor, seat, party = self.auditor, int(prefix["seat"][0]), int(prefix["sender"][0])
        message = decode_control(row.control)
        self._of_money(message, party, row.sequence, told.code, row.decided_at_ns // NS_PER_S)
        self._of_beginning(message, party, told.code)
        if isinstance(message, Act):
            self._reversal(row, prefix, act_of(message.text), told)
        if told.code != ReplyCode.ACCEPTED:
            return
        first = told.remaining_fen // CONTRACT_NUMBER_STEP
        match message:
            case RegisterParty(number, role, _, _, at_fill):
                auditor.register_party(number, Role(role), at_fill)
            case ChangeMode(number, mode):
                auditor.change_mode(number, Mode(mode))
            case OpenAccounts(accounts):
                for place, terms in enumerate(accounts):
                    auditor.open_account(account_no_from_index(first + place), terms.balance_fen, terms.outlet)
            case SignContracts(contracts):
                for place, signed in enumerate(contracts):
                    number = contract_no_from_index(first + place)
                    status, on = ContractStatus(signed.status), int(prefix["trade_date"][0])
                    auditor.sign_contract(number, signed.account_no, signed.party, status, on)
            case RegisterPersons():
                auditor.is_sealed = True
            case OpenTradeDate() as opened:
                auditor.open_next(opened.trade_date, [_window(each) for each in opened.windows], row.decided_at_ns)
                auditor.calendar.is_kept |= bool(opened.windows)
            case SignOff(date):
                auditor.sign_off(date, row.sequence)
            case ReplaceCard(contract_no, account_no):
                auditor.replace_card(contract_no, account_no, told.remaining_fen, int(prefix["trade_date"][0]))
            case ChangeAccount(account_no, event):
                auditor.judge([_seen(row, prefix, ControlKind.ACCOUNT_EVENT, account_no, event, told)])
            case EndSettlement(date):
                auditor.end_settlement(date)
            case ChangeContract(contract_no, event):
                auditor.judge([_seen(row, prefix, ControlKind.EVENT, contract_no, event, told)])
            case ChangeBroker(contract_no, terms):
                seen = _seen(row, prefix, ControlKind.BROKER_CHANGE, contract_no, terms.status, told)
                auditor.judge([seen._replace(target_seat=terms.party)])
            case AnnounceSet(date):
                auditor.announce(seat, (party, date))
            case CompleteSet():
                auditor.complete(auditor.open_sets.pop(seat))
            case WithdrawSet(date):
                auditor.withdraw((party, date))
            case Publish(date, of):
                auditor.publish((of, date), row.decided_at_ns // NS_PER_S)
            case BeginSettle(date, of):
                auditor.begin_settling((of, date), row.decided_at_ns // NS_PER_S, told.remaining_fen)
            case Mark():
                self.marked.append(row.sequence)
            case Act(text):
                self._act(row, prefix, text, told)

    def _reversal(self, row: Row, prefix: PrefixArray, act: AnyAct | None, told: Verdict) -> None:
        """Of what was moved for an order, taken or refused; the number of the act is nobody's opinion."""
        if isinstance(act, ReverseAct):
            code = Verdict(told.code, 0, 0)
            seen = _seen(row, prefix, ControlKind.REVERSAL, act.contract_no, act.amount_fen, code)
            named = seen._replace(target_date=act.trade_date, target_seat=act.seat, target_number=act.number)
            self.auditor.judge([named._replace(serial=act.desk_serial, named_sequence=act.sequence)])

    def _act(self, row: Row, prefix: PrefixArray, text: bytes, told: Verdict) -> None:
        act = act_of(text)
        if isinstance(act, CorrectAct):
            cleared_fen = (act.cleared_buys_fen, act.cleared_proceeds_fen, act.rejected_fen)
            permit = Permitted(*cleared_fen, act.rise_max_fen, act.made_good_max_fen)
            self.auditor.permits[told.remaining_fen, act.contract_no] = permit
        elif isinstance(act, ToleranceAct):
            self.auditor.tolerate(act.party, Tolerance(act.contract_fen, act.date_fen))
        elif isinstance(act, DecideAct):
            lane = (act.party, act.trade_date)
            self.auditor.decide(lane, act.difference_class, act.count, act.digest)
        elif isinstance(act, SavingsInterestAct):
            day = trade_day(act.last_day) if act.last_day else NEVER
            self.auditor.calendar.order(day, act.rate_millionths, row.decided_at_ns)
        elif isinstance(act, WithdrawSetAct):
            self.auditor.withdraw((act.party, act.trade_date), told.remaining_fen)
        elif isinstance(act, AdoptSetAct):
            self.auditor.complete(SetAudit(self.auditor, act.party, act.trade_date))
        elif isinstance(act, DeductAct):
            seen = _seen(row, prefix, ControlKind.DEDUCTION, act.account_no, act.amount_fen, Verdict(0, 0, 0))
            self.auditor.judge([seen._replace(target_number=act.restraint_no)])
        elif isinstance(act, RestrainAct):
            self.restraints[told.remaining_fen] = act.account_no
            kind = int(RestraintKind[act.kind])
            seen = _seen(row, prefix, ControlKind.RESTRAINT, act.account_no, act.amount_fen, told)
            self.auditor.judge([seen._replace(target_seat=kind, target_date=act.holds_until_s)])
        elif isinstance(act, LiftRestraintAct):
            account_no = self.restraints[act.restraint_no]
            seen = _seen(row, prefix, ControlKind.LIFTING, account_no, act.amount_fen, Verdict(0, 0, 0))
            self.auditor.judge([seen._replace(target_number=act.restraint_no)])


def _window(told: Window) -> tuple[int, int, int, int, int]:
    return told.pay_from_s, told.late_from_s, told.first_due_s, told.last_due_s, told.day_end_s


def _verdict(outcomes: OutcomeArray, place: int) -> Verdict:
    told = outcomes[place]
    return Verdict(int(told["code"]), int(told["state"]), int(told["remaining_fen"]))


def _placed(row: Row, prefix: PrefixArray) -> Placed:
    party, seat, date, first = (int(prefix[name][0]) for name in ("sender", "seat", "trade_date", "first_number"))
    return Placed(party, seat, date, first, row.sequence, row.decided_at_ns, int(prefix["valid_until_ns"][0]))


def _seen(row: Row, prefix: PrefixArray, kind: int, no: int, amount_fen: int, told: Verdict) -> Seen:
    party, seat, date, number, *_ = _placed(row, prefix)
    return Seen(
        row.sequence, seat, number, date, party, row.decided_at_ns, 0, kind, 0, no, amount_fen, 0, 0, 0, 0, *told
    )


POSTED = (Code.ERRORS, Code.SUSPENSE, Code.CLEARING, Code.LENT, Code.INTEREST_DUE, Code.FORMER_CUSTOMERS)
"""What is kept by broker."""


def behind_all(desk: Desk) -> DatedAuditor:
    """The auditor behind all rows."""
    watch = Watch()
    for row in desk.rows[1:]:
        watch.read(row)
    return watch.auditor


def watched(desk: Desk) -> DatedAuditor:
    """The auditor behind all rows: each was answered as it expected, and both have the same then."""
    auditor = behind_all(desk)
    assert differing(auditor, desk) == []
    return auditor


def apart(desk: Desk, of_bank: Iterable[Code] = ()) -> list[str]:
    """What the auditor would have answered otherwise than the ledger, or has otherwise behind all its rows."""
    return differing(behind_all(desk), desk, of_bank)


def differing(auditor: DatedAuditor, desk: Desk, of_bank: Iterable[Code] = ()) -> list[str]:
    """What the auditor would have answered otherwise, or has otherwise; `of_bank`: accounts of the whole bank on which
    nobody but brokers has moved anything.
    """
    balances = desk.book.general_ledger.balances_fen.items()
    books = {party: audit.broker.standing.books for party, audit in auditor.of_brokers.items()}
    by_auditor = {(code, party): each.of_code(code) for code in POSTED for party, each in books.items()}
    by_ledger = {place: sum(fen for key, fen in balances if (key.code, key.party) == place) for place in by_auditor}
    for code in of_bank:
        by_auditor[code, BANK_PARTY] = sum(each.of_code(code) for each in books.values())
        by_ledger[code, BANK_PARTY] = sum(fen for key, fen in balances if key.code == code)
    found = [
        f"{place}: {by_ledger[place]}, expected {fen}" for place, fen in by_auditor.items() if by_ledger[place] != fen
    ]
    has = {each.party: Totals(*each.amounts_fen) for each in totals(desk.book)}
    found += [] if auditor.totals() == has else [f"totals: {has}, expected {auditor.totals()}"]
    return [*auditor.mismatches, *found]
