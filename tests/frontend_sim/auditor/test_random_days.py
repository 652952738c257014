"""Business days by chance, as an outsider sees them: the auditor has at every mark what the ledger has, and would have
answered every order, movement, closing and correction likewise.

Belongs here: telling the auditor what is in the rows. Never here: what happens on the days (tests.ledger_core.days).
One seed again: `pytest tests/frontend_sim/auditor/test_random_days.py -k "[17]"`; `-m chaos` for those of `make chaos`.
"""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from frontend_sim.auditor.audited_account import Verdict
from frontend_sim.auditor.day.clearing import SetAudit
from frontend_sim.auditor.day.reconciling import Permitted, Tolerance
from frontend_sim.auditor.observations import ControlKind, Placed, Seen, seen_block
from frontend_sim.auditor.register import Totals
from ledger.core.rows.row import Row
from protocol.acts.corrections import CorrectAct, DecideAct, ToleranceAct, WithdrawSetAct
from protocol.acts.day import AdoptSetAct
from protocol.acts.restraints import DeductAct, LiftRestraintAct, RestrainAct
from protocol.acts.table import act_of
from protocol.codes import ReplyCode
from protocol.header import PREFIX, PrefixArray
from protocol.messages.codec import decode_control
from protocol.messages.control import ChangeMode, OpenTradeDate, RegisterParty
from protocol.messages.customers.accounts import ChangeBroker, ChangeContract, OpenAccounts, SignContracts
from protocol.messages.day.steps import AnnounceSet, CompleteSet, Mark, Publish, SignOff, WithdrawSet
from protocol.messages.persons import Act, RegisterPersons
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.vocabulary import (
    BANK_PARTY,
    CONTRACT_NUMBER_STEP,
    ContractStatus,
    FrameKind,
    Mode,
    RecordKind,
    RestraintKind,
    Role,
    account_no_from_index,
    contract_no_from_index,
)
from tests.frontend_sim.auditor.dated import DatedAuditor
from tests.ledger_core.days.bank import House
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random

FEW, MANY = range(2), range(2, 60)


@dataclass
class Watch:
    """Reads rows, in their order."""

    auditor: DatedAuditor = field(default_factory=DatedAuditor)
    restraints: dict[int, int] = field(default_factory=dict)  # the account of each
    marked: list[int] = field(default_factory=list)

    def read(self, row: Row) -> None:
        """One row: a control frame, or frames of records of any seats."""
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
        if (kinds < RecordKind.CLEAR_ORDER).all():
            return seen_block(_placed(row, prefix), records, outcomes)
        if (kinds >= RecordKind.CORRECT).all():
            self.auditor.close_out(records[taken], outcomes[taken])
        else:
            self.auditor.take_lines(int(prefix["seat"][0]), records, outcomes)
        return []

    def _control(self, row: Row, prefix: PrefixArray, told: Verdict) -> None:
        if told.code != ReplyCode.ACCEPTED:
            return
        auditor, seat, party = self.auditor, int(prefix["seat"][0]), int(prefix["sender"][0])
        first = told.remaining_fen // CONTRACT_NUMBER_STEP
        match decode_control(row.control):
            case RegisterParty(number, role, _, _, at_fill):
                auditor.register_party(number, Role(role), at_fill)
            case ChangeMode(number, mode):
                auditor.change_mode(number, Mode(mode))
            case OpenAccounts(accounts):
                for place, terms in enumerate(accounts):
                    auditor.open_account(account_no_from_index(first + place), terms.balance_fen)
            case SignContracts(contracts):
                for place, signed in enumerate(contracts):
                    number = contract_no_from_index(first + place)
                    status, on = ContractStatus(signed.status), int(prefix["trade_date"][0])
                    auditor.sign_contract(number, signed.account_no, signed.party, status, on)
            case RegisterPersons():
                auditor.is_sealed = True
            case OpenTradeDate() as opened:
                auditor.roll(opened.trade_date, row.decided_at_ns)
            case SignOff(date):
                auditor.sign_off(date, row.sequence)
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
                auditor.publish((of, date))
            case Mark():
                self.marked.append(row.sequence)
            case Act(text):
                self._act(row, prefix, text, told)

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


def watched(house: House) -> DatedAuditor:
    """The auditor behind all rows; at each mark it has what the ledger had."""
    watch = Watch()
    watch.auditor.register_party(BANK_PARTY, Role.BANK, False)
    for row in house.desk.rows[1:]:
        before = len(watch.marked)
        watch.read(row)
        if len(watch.marked) > before:
            has = watch.auditor.totals()
            assert has == {each.party: Totals(*each.amounts_fen) for each in house.marks[row.sequence].totals}
    assert watch.marked == sorted(house.marks)
    return watch.auditor


def an_outsider_agrees(seed: int, mode: Mode) -> None:
    chance = random.Random(seed)
    auditor = watched(at_random(drawn(chance, with_short=bool(seed % 2)), chance, mode))
    assert auditor.mismatches == []
    assert auditor.judged_count > 50


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", FEW)
def test_the_auditor_has_at_every_mark_what_the_ledger_has(seed: int, mode: Mode) -> None:
    an_outsider_agrees(seed, mode)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_over_many_more_days(seed: int) -> None:
    an_outsider_agrees(seed, Mode(seed // 2 % 2))
