"""An independent opinion: predicts every outcome and every balance from the published rules, in plain dicts and ints.

Belongs here: the money rules as an outsider reads them in docs/protocol.md, written as simply as possible, and the
comparison with what was answered. Never here: who takes part (register), anything of ledger, rules or gateway, numpy,
or speed bought with cleverness: this file is worth something because it is not that code.

Order. Requests are judged by (journal sequence, seat, number). Within one journal row the requests of one seat stand
in the order of their numbers, but how the ledger took the frames of different seats in turn is not told to them. It
matters only where two seats touch one account in one row (the bank's deposits racing a broker's freezes). There the
auditor accepts what was answered if *some* merging of the seats' orders explains every code and every remaining
amount of that account in that row, and reports a mismatch if none does. What a request moves follows from its own
code alone, so balances after the row are the same for every merging that explains it: totals stay exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from frontend_sim.auditor.accounts.account_rules import (
    ON_RESTRAINTS,
    Around,
    code_on_account,
    code_on_debit,
    told_of_account,
)
from frontend_sim.auditor.accounts.audited_account import DESIGNATED, Account, Contract, Verdict
from frontend_sim.auditor.accounts.freeze import Freeze, target_of
from frontend_sim.auditor.merging import apply_explaining_order
from frontend_sim.auditor.observations import ControlKind, Seen
from frontend_sim.auditor.orders import judging
from frontend_sim.auditor.register import Register
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    STATE_MOVED,
    STATE_NUMBER_GIVEN,
)
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, ContractEvent, ContractStatus, RecordKind, Role, Scheme, Way

MISMATCHES_KEPT_MAX = 20
CONTROL_KINDS = frozenset(int(kind) for kind in ControlKind)

BROKER_KINDS = frozenset({RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL})
MOVEMENTS = frozenset({RecordKind.DEPOSIT, RecordKind.WITHDRAWAL})  # with a serial
BANK_KINDS = MOVEMENTS | {RecordKind.INTEREST}
TARGET_KINDS = frozenset({RecordKind.RELEASE, RecordKind.FILL_BUY})
RELEASE_FIELD_KINDS = frozenset({RecordKind.FREEZE, RecordKind.FILL_BUY})  # in a freeze these bytes are a price
FILL_KINDS = frozenset({RecordKind.FILL_BUY, RecordKind.FILL_SELL})
ACCOUNT_KINDS = BANK_KINDS | ON_RESTRAINTS | {ControlKind.RESTRAINT, ControlKind.ACCOUNT_EVENT}  # they name an account
WAYS = {RecordKind.DEPOSIT: Way.TRANSFER, RecordKind.WITHDRAWAL: Way.CARD_COLLECTED}  # the last one of each
EXPIRING_KINDS = frozenset({RecordKind.FREEZE, RecordKind.WITHDRAWAL})

FREEZE_REFUSED_BY_STATUS = {
    ContractStatus.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
    ContractStatus.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
    ContractStatus.SUSPENDED: ReplyCode.CONTRACT_SUSPENDED,
    ContractStatus.RUNS_OFF: ReplyCode.CONTRACT_RUNS_OFF,
}


@dataclass(slots=True)
class Auditor(Register):
    """Feed it as the register, then with everything that was seen; ask for mismatches and totals."""

    told_serials: dict[tuple[int, int], int] = field(default_factory=dict)  # by seat and trade date: the highest booked
    judged_count: int = 0
    mismatch_count: int = 0
    mismatches: list[str] = field(default_factory=list)
    _told_twice: set[tuple[int, int]] = field(default_factory=set)  # in the row that is judged

    def judge(self, seen: Iterable[Seen]) -> None:
        """Judge whole journal rows; may be called again with later rows.

        A row must be complete in one call: everything that this outsider's seats had in it.
        """
        for _, row in groupby(sorted(seen), key=lambda one: one.sequence):
            items = list(row)
            self.open_date(items[0].trade_date)
            self.calendar.see(items[0].decided_at_ns)
            self._told_twice = self._repeated(items)
            self._judge_row(items)

    def _repeated(self, row: list[Seen]) -> set[tuple[int, int]]:
        """Seat and number of a row's movements that were told before: what was booked goes by its own answer."""
        found = set()
        for one in row:
            if one.kind in MOVEMENTS:
                place = (one.seat, one.trade_date)
                last = self.told_serials.get(place, 0)
                if last > 0 and one.serial <= last:
                    found.add((one.seat, one.number))
                elif one.code == ReplyCode.ACCEPTED:
                    self.told_serials[place] = one.serial
        return found

    def named_by(self, one: Seen) -> Account | Contract | None:
        """The account or contract that a request names, whoever may touch it."""
        if one.kind in ACCOUNT_KINDS:
            return self.accounts.get(one.contract_no)
        return self.contracts.get(one.contract_no)

    def apply(self, one: Seen, sign: int = 1) -> None:
        """Do (sign 1) or undo (sign −1) what an accepted request does; control is not undone."""
        named = self.named_by(one)
        contract = named.contract if isinstance(named, Account) else named
        if one.kind == ControlKind.BROKER_CHANGE and contract is not None:
            self.change_broker(contract, one)
            return
        if one.kind in judging.JUDGED:
            judging.apply(self, one, sign)
            return
        before = contract.status if contract is not None else None
        forced = named if (one.kind, one.way) == (RecordKind.WITHDRAWAL, Way.FORCED_CARD) else None
        had_card = isinstance(forced, Account) and forced.withheld.has_card
        if named is not None:
            named.apply(one, sign)
        if contract is not None and contract.status != before:
            if before == ContractStatus.PRE_ASSIGNED and contract.status in DESIGNATED:
                self.date_event(contract, one, began=True)
            elif contract.status == ContractStatus.TERMINATED and before != ContractStatus.PRE_ASSIGNED:
                self.date_event(contract, one, began=False)  # one that runs off has been designated too
        if one.kind == ControlKind.RESTRAINT:
            self.restraints_given += 1
        elif isinstance(forced, Account):  # what it could not take is withheld, under a number of the same row
            self.restraints_given += forced.withheld.has_card - had_card

    def _judge_row(self, row: list[Seen]) -> None:
        if row[0].seat == row[-1].seat:
            for one in row:
                self._judge_one(one)
            return
        by_account: dict[int, list[Seen]] = {}
        for one in row:
            by_account.setdefault(id(self._account_of(one)), []).append(one)
        for items in by_account.values():
            if items[0].seat == items[-1].seat or not self._explain(items):
                for one in items:
                    self._judge_one(one)

    def _account_of(self, one: Seen) -> Account | None:
        named = self.named_by(one)
        return named.account if isinstance(named, Contract) else named

    def _explain(self, items: list[Seen]) -> bool:
        """Find a merging of the seats' orders that explains all answers, and apply it; False leaves all as it was."""
        seats = [list(group) for _, group in groupby(items, key=lambda one: one.seat)]
        account = self._account_of(items[0])
        numbers = sorted({one.contract_no for one in items})

        def state() -> tuple[tuple[int, ...], ...]:
            of_orders = (each for number in numbers for each in judging.state_of(self, number))
            return (*account.withheld.state(), *of_orders) if account is not None else ()

        if account is None or not apply_explaining_order(seats, self.verdict, self.apply, state):
            return False
        account.withheld.forget()
        for one in items:
            judging.forget(self, one)
        self.judged_count += len(items)
        return True

    def _judge_one(self, one: Seen) -> None:
        verdict = self.verdict(one)
        self.judged_count += 1
        if verdict != (one.code, one.state, one.remaining_fen):
            self._report(one, verdict)
        if verdict.code == ReplyCode.ACCEPTED:
            self.apply(one)
        judging.forget(self, one)
        account = self._account_of(one)
        if account is not None:
            account.withheld.forget()

    def _report(self, one: Seen, verdict: Verdict) -> None:
        self.mismatch_count += 1
        if len(self.mismatches) < MISMATCHES_KEPT_MAX:
            told = Verdict(one.code, one.state, one.remaining_fen)
            what = "account" if one.kind in ACCOUNT_KINDS else "contract"
            self.mismatches.append(
                f"row {one.sequence}, seat {one.seat}, number {one.number}, {what} {one.contract_no}, "
                f"kind {one.kind}, {one.amount_fen} fen: answered {_spoken(told)}, expected {_spoken(verdict)}"
            )

    def verdict(self, one: Seen) -> Verdict:
        """What should have been answered, given everything as it is now. Changes nothing."""
        if one.kind in judging.JUDGED:
            return judging.verdict_on(self, one)
        code = None if one.kind in CONTROL_KINDS else self._refusal_of_form(one)
        named = self.named_by(one)
        if code is not None:
            return _answer(code)
        if isinstance(named, Contract) and self._may_touch(named, one):
            return self._verdict_on_contract(named, one)
        if isinstance(named, Account):
            told_twice = (one.seat, one.number) in self._told_twice
            around = Around(self.restraints_given, self.is_sealed, self.unsettled_days, told_twice)
            code = code_on_account(named, one, around)
            told = told_of_account(named, one, code, around)
            return told if told is not None else _answer(code)
        return _answer(ReplyCode.ACCOUNT_UNKNOWN if one.kind in ACCOUNT_KINDS else ReplyCode.CONTRACT_UNKNOWN)

    def _verdict_on_contract(self, contract: Contract, one: Seen) -> Verdict:
        if one.kind == ControlKind.EVENT:
            begins_none = one.amount_fen == ContractEvent.CONFIRM and contract.party in self.terminated
            return _answer(ReplyCode.BROKER_STOPPED if begins_none else contract.refusal_of(one.amount_fen))
        if one.kind == ControlKind.BROKER_CHANGE:
            return self._verdict_on_change(contract, one)
        if one.kind == ControlKind.REVERSAL:
            return _answer(contract.refusal_of_reversal(one, self.open_dates))
        if one.kind in BROKER_KINDS and self.through_bank.scheme_of(contract.party) == Scheme.A:
            return _answer(ReplyCode.SCHEME_FORBIDS)
        code = self._refusal_of_freezing(contract, one) if one.kind == RecordKind.FREEZE else None
        code = code or _refusal_of_range(one)
        if code is not None:
            return _answer(code)
        if one.kind in TARGET_KINDS:
            return self._verdict_on_target(contract, one)
        if one.kind == RecordKind.FILL_SELL:
            return _answer(self._code_on_sale(contract, one))
        code = code_on_debit(contract.account, one.amount_fen, contract.account.buying_power_fen)
        if code != ReplyCode.ACCEPTED:
            return _answer(code)
        withdrawable_fen = contract.account.buying_power_fen - contract.account.sold_fen
        moves_fen = min(one.amount_fen, max(0, withdrawable_fen)) if contract.party in self.transfers else 0
        return Verdict(code, STATE_MOVED, moves_fen) if moves_fen else Verdict(code, FREEZE_STATE_OPEN, one.amount_fen)

    def _verdict_on_change(self, contract: Contract, one: Seen) -> Verdict:
        """What keeps it from ending, or who takes it over; then the number of the contract that begins."""
        member = self.members.get(one.target_seat)
        if contract.account.status == AccountStatus.CLOSED:
            return _answer(ReplyCode.ACCOUNT_CLOSED)
        if one.target_seat in self.terminated:
            return _answer(ReplyCode.BROKER_STOPPED)
        if member is None or member.role != Role.BROKER:
            return _answer(ReplyCode.PARTY_UNKNOWN)
        if contract.account.contract not in (None, contract):
            return _answer(ReplyCode.ACCOUNT_HAS_CONTRACT)
        code = contract.refusal_of_another_broker(ContractStatus(one.amount_fen))
        is_taken = code == ReplyCode.ACCEPTED
        return Verdict(code, STATE_NUMBER_GIVEN, self.next_contract_no) if is_taken else _answer(code)

    def _refusal_of_freezing(self, contract: Contract, one: Seen) -> ReplyCode | None:
        codes = [FREEZE_REFUSED_BY_STATUS[contract.status]] if contract.status in FREEZE_REFUSED_BY_STATUS else []
        if contract.is_lost:
            codes.append(ReplyCode.ACCOUNT_LOSS_REPORTED)
        if self.is_stopped_at(contract.party, one.sequence):
            codes.append(ReplyCode.BROKER_STOPPED)
        if one.sequence > self.signed_off.get(one.trade_date, one.sequence):
            codes.append(ReplyCode.MARKET_CLOSED)
        return min(codes, default=None)

    def _refusal_of_form(self, one: Seen) -> ReplyCode | None:
        if one.kind not in BROKER_KINDS | BANK_KINDS or (one.trade_day and one.kind not in FILL_KINDS):
            return ReplyCode.REQUEST_MALFORMED
        by_restraint = one.kind == RecordKind.WITHDRAWAL and one.way == Way.JUDICIAL
        targeted = bool(one.target_date or one.target_seat or (one.target_number and not by_restraint))
        if (targeted and one.kind not in TARGET_KINDS) or (one.kind in WAYS and one.way > WAYS[RecordKind(one.kind)]):
            return ReplyCode.REQUEST_MALFORMED
        if one.release_fen and one.kind not in RELEASE_FIELD_KINDS:
            return ReplyCode.REQUEST_MALFORMED
        of_bank = frozenset({RecordKind.INTEREST}) if one.seat in self.day_desks else MOVEMENTS
        allowed = of_bank if self.members[one.party].role == Role.BANK else BROKER_KINDS
        if one.kind not in allowed or self.through_bank.speaks_of_customers(one.seat):
            return ReplyCode.ROLE_FORBIDS
        never_late = (one.kind, one.way) == (RecordKind.WITHDRAWAL, Way.FORCED_CARD)
        if one.kind in EXPIRING_KINDS and not never_late and 0 < one.valid_until_ns < one.decided_at_ns:
            return ReplyCode.EXPIRED
        return None

    def _verdict_on_target(self, contract: Contract, one: Seen) -> Verdict:
        """A release or a buy's fill, against the freeze it names: one of this very contract."""
        is_fill = one.kind == RecordKind.FILL_BUY
        freeze = contract.freezes.get(target_of(one))
        taken_fen = one.amount_fen + (one.release_fen if is_fill else 0)
        code = _refusal_on_target(freeze, taken_fen, is_fill)
        if code is not None or freeze is None:
            return _answer(code or ReplyCode.FREEZE_UNKNOWN)
        if is_fill and (one.trade_day not in self.unsettled_days or one.trade_day < trade_day(one.target_date)):
            return _answer(ReplyCode.LISTED)
        if is_fill and contract.account.bought_fen + one.amount_fen > COLUMN_FEN_MAX:
            return _answer(ReplyCode.LIMIT_EXCEEDED)
        remaining_fen = freeze.remaining_fen - taken_fen
        state = FREEZE_STATE_OPEN if remaining_fen else FREEZE_STATE_CLOSED
        return Verdict(ReplyCode.ACCEPTED, state, remaining_fen)

    def _code_on_sale(self, contract: Contract, one: Seen) -> ReplyCode:
        if not self.members[contract.party].proceeds_at_fill:
            return ReplyCode.AWAITS_CLEARING
        if one.trade_day not in self.unsettled_days or contract.status == ContractStatus.TERMINATED:
            return ReplyCode.LISTED
        over = contract.account.sold_fen + one.amount_fen > COLUMN_FEN_MAX
        return ReplyCode.LIMIT_EXCEEDED if over else ReplyCode.ACCEPTED

    def _may_touch(self, contract: Contract, one: Seen) -> bool:
        return self.members[one.party].role == Role.BANK or contract.party == one.party


def _answer(code: ReplyCode) -> Verdict:
    """Of what opens or draws no freeze."""
    return Verdict(code, FREEZE_STATE_NONE, 0)


def _refusal_of_range(one: Seen) -> ReplyCode | None:
    lowest = 0 if one.kind == RecordKind.FILL_SELL else 1
    fits = lowest <= one.amount_fen <= AMOUNT_FEN_MAX
    if one.kind == RecordKind.FILL_BUY:
        fits = fits and 0 <= one.release_fen <= AMOUNT_FEN_MAX
    return None if fits else ReplyCode.AMOUNT_OUT_OF_RANGE


def _refusal_on_target(freeze: Freeze | None, taken_fen: int, is_fill: bool) -> ReplyCode | None:
    if freeze is None:
        return ReplyCode.LISTED if is_fill else ReplyCode.FREEZE_UNKNOWN
    if freeze.remaining_fen == 0:
        return ReplyCode.LISTED if is_fill else ReplyCode.FREEZE_CLOSED
    if taken_fen > freeze.remaining_fen:
        return ReplyCode.LISTED if is_fill else ReplyCode.AMOUNT_OVER_REMAINING
    return None


def _spoken(verdict: Verdict) -> str:
    known = {int(code): code.name for code in ReplyCode}
    return f"{known.get(verdict.code, verdict.code)} (state {verdict.state}, {verdict.remaining_fen} fen remain)"
