"""An independent opinion: predicts every outcome and every balance from the published rules, in plain dicts and ints.

Belongs here: the money rules as an outsider reads them in docs/protocol.md, written as simply as possible, and the
comparison with what was answered. Never here: anything of ledger, rules or gateway, numpy, or speed bought with
cleverness: this file is worth something because it is not that code.

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
from typing import NamedTuple

from frontend_sim.auditor.audited_account import Account, Freeze, Verdict, change_of_status
from frontend_sim.auditor.merging import apply_explaining_order
from frontend_sim.auditor.observations import ControlKind, Seen
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, FREEZE_STATE_OPEN
from protocol.trade_dates import trade_day
from protocol.vocabulary import ContractStatus, RecordKind, Role

MISMATCHES_KEPT_MAX = 20
CONTROL_KINDS = frozenset(int(kind) for kind in ControlKind)

BROKER_KINDS = frozenset({RecordKind.FREEZE, RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL})
BANK_KINDS = frozenset({RecordKind.DEPOSIT, RecordKind.WITHDRAWAL})
TARGET_KINDS = frozenset({RecordKind.RELEASE, RecordKind.FILL_BUY})
RELEASE_FIELD_KINDS = frozenset({RecordKind.FREEZE, RecordKind.FILL_BUY})  # in a freeze these bytes are a price
FILL_KINDS = frozenset({RecordKind.FILL_BUY, RecordKind.FILL_SELL})
EXPIRING_KINDS = frozenset({RecordKind.FREEZE, RecordKind.WITHDRAWAL})

FREEZE_REFUSED_BY_STATUS = {
    ContractStatus.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
    ContractStatus.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
    ContractStatus.SUSPENDED: ReplyCode.CONTRACT_SUSPENDED,
}


class Totals(NamedTuple):
    """Sums over accounts, in fen."""

    balance_fen: int
    frozen_fen: int
    bought_unsettled_fen: int
    sold_unsettled_fen: int


@dataclass(frozen=True, slots=True)
class Member:
    """A party as the auditor knows it."""

    role: int
    proceeds_at_fill: bool


@dataclass(slots=True)
class Auditor:
    """Feed it with parties, contracts, then everything that was seen; ask for mismatches and totals."""

    members: dict[int, Member] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    unsettled_days: set[int] = field(default_factory=set)
    judged_count: int = 0
    mismatch_count: int = 0
    mismatches: list[str] = field(default_factory=list)

    def register_party(self, party: int, role: Role, proceeds_at_fill: bool) -> None:
        """Make a party known."""
        self.members[party] = Member(role, proceeds_at_fill)

    def open_contract(self, contract_no: int, party: int, status: ContractStatus, balance_fen: int) -> None:
        """Open a contract with its account."""
        is_lost = status == ContractStatus.LOSS_REPORTED
        self.accounts[contract_no] = Account(party, ContractStatus.ACTIVE if is_lost else status, balance_fen, is_lost)

    def open_date(self, trade_date: int) -> None:
        """A trade date is open; until its customers are settled, fills may name it. What is judged opens its own."""
        self.unsettled_days.add(trade_day(trade_date))

    def end_settlement(self, trade_date: int) -> None:
        """The customers of a date are settled."""
        self.unsettled_days.discard(trade_day(trade_date))

    def judge(self, seen: Iterable[Seen]) -> None:
        """Judge whole journal rows; may be called again with later rows.

        A row must be complete in one call: everything that this outsider's seats had in it.
        """
        for _, row in groupby(sorted(seen), key=lambda one: one.sequence):
            items = list(row)
            self.open_date(items[0].trade_date)
            self._judge_row(items)

    def totals(self) -> dict[int, Totals]:
        """Sums per party that has contracts, ascending."""
        sums: dict[int, list[int]] = {}
        for account in self.accounts.values():
            entry = sums.setdefault(account.party, [0, 0, 0, 0])
            entry[0] += account.balance_fen
            entry[1] += account.frozen_fen
            entry[2] += account.bought_fen
            entry[3] += account.sold_fen
        return {party: Totals(*sums[party]) for party in sorted(sums)}

    def _judge_row(self, row: list[Seen]) -> None:
        if row[0].seat == row[-1].seat:
            for one in row:
                self._judge_one(one)
            return
        by_contract: dict[int, list[Seen]] = {}
        for one in row:
            by_contract.setdefault(one.contract_no, []).append(one)
        for items in by_contract.values():
            if items[0].seat == items[-1].seat or not self._explain(items):
                for one in items:
                    self._judge_one(one)

    def _explain(self, items: list[Seen]) -> bool:
        """Find a merging of the seats' orders that explains all answers, and apply it; False leaves all as it was."""
        account = self.accounts.get(items[0].contract_no)
        if account is None:
            return False
        seats = [list(group) for _, group in groupby(items, key=lambda one: one.seat)]
        if not apply_explaining_order(account, seats, self.verdict):
            return False
        self.judged_count += len(items)
        return True

    def _judge_one(self, one: Seen) -> None:
        account = self.accounts.get(one.contract_no)
        verdict = self.verdict(account, one)
        self.judged_count += 1
        if verdict != (one.code, one.state, one.remaining_fen):
            self._report(one, verdict)
        if verdict.code == ReplyCode.ACCEPTED and account is not None:
            account.apply(one)

    def _report(self, one: Seen, verdict: Verdict) -> None:
        self.mismatch_count += 1
        if len(self.mismatches) < MISMATCHES_KEPT_MAX:
            told = Verdict(one.code, one.state, one.remaining_fen)
            self.mismatches.append(
                f"row {one.sequence}, seat {one.seat}, number {one.number}, contract {one.contract_no}, "
                f"kind {one.kind}, {one.amount_fen} fen: answered {_spoken(told)}, expected {_spoken(verdict)}"
            )

    def verdict(self, account: Account | None, one: Seen) -> Verdict:
        """What should have been answered, given the account as it is now. Changes nothing."""
        if one.kind in CONTROL_KINDS:
            return _control_verdict(account, one)
        code = self._refusal_of_form(one)
        if code is None and (account is None or not self._may_touch(account, one)):
            code = ReplyCode.CONTRACT_UNKNOWN
        if code is not None or account is None:
            return Verdict(code or ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE, 0)
        code = _refusal_of_status(account, one) or _refusal_of_range(one)
        if code is not None:
            return Verdict(code, FREEZE_STATE_NONE, 0)
        if one.kind in TARGET_KINDS:
            return self._verdict_on_target(account, one)
        if one.kind == RecordKind.FILL_SELL:
            code = self._refusal_of_sale(account, one)
        else:
            code = _refusal_of_money(account, one)
        if code is None and one.kind == RecordKind.FREEZE:
            return Verdict(ReplyCode.ACCEPTED, FREEZE_STATE_OPEN, one.amount_fen)
        return Verdict(code or ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)

    def _refusal_of_form(self, one: Seen) -> ReplyCode | None:
        if one.kind not in BROKER_KINDS | BANK_KINDS or (one.trade_day and one.kind not in FILL_KINDS):
            return ReplyCode.REQUEST_MALFORMED
        targeted = bool(one.target_date or one.target_seat or one.target_number)
        if targeted and one.kind not in TARGET_KINDS:
            return ReplyCode.REQUEST_MALFORMED
        if one.release_fen and one.kind not in RELEASE_FIELD_KINDS:
            return ReplyCode.REQUEST_MALFORMED
        allowed = BANK_KINDS if self.members[one.party].role == Role.BANK else BROKER_KINDS
        if one.kind not in allowed:
            return ReplyCode.ROLE_FORBIDS
        if one.kind in EXPIRING_KINDS and 0 < one.valid_until_ns < one.decided_at_ns:
            return ReplyCode.EXPIRED
        return None

    def _verdict_on_target(self, account: Account, one: Seen) -> Verdict:
        """A release or a buy's fill, against the freeze it names: one of this very contract."""
        is_fill = one.kind == RecordKind.FILL_BUY
        freeze = account.freezes.get((one.target_date, one.target_seat, one.target_number))
        taken_fen = one.amount_fen + (one.release_fen if is_fill else 0)
        code = _refusal_on_target(freeze, taken_fen, is_fill)
        if code is not None or freeze is None:
            return Verdict(code or ReplyCode.FREEZE_UNKNOWN, FREEZE_STATE_NONE, 0)
        if is_fill and (one.trade_day not in self.unsettled_days or one.trade_day < trade_day(one.target_date)):
            return Verdict(ReplyCode.LISTED, FREEZE_STATE_NONE, 0)
        if is_fill and account.bought_fen + one.amount_fen > COLUMN_FEN_MAX:
            return Verdict(ReplyCode.LIMIT_EXCEEDED, FREEZE_STATE_NONE, 0)
        remaining_fen = freeze.remaining_fen - taken_fen
        state = FREEZE_STATE_OPEN if remaining_fen else FREEZE_STATE_CLOSED
        return Verdict(ReplyCode.ACCEPTED, state, remaining_fen)

    def _refusal_of_sale(self, account: Account, one: Seen) -> ReplyCode | None:
        if not self.members[account.party].proceeds_at_fill:
            return ReplyCode.AWAITS_CLEARING
        if one.trade_day not in self.unsettled_days:
            return ReplyCode.LISTED
        return ReplyCode.LIMIT_EXCEEDED if account.sold_fen + one.amount_fen > COLUMN_FEN_MAX else None

    def _may_touch(self, account: Account, one: Seen) -> bool:
        return self.members[one.party].role == Role.BANK or account.party == one.party


def _refusal_of_status(account: Account, one: Seen) -> ReplyCode | None:
    codes: list[ReplyCode] = []
    if account.is_lost and one.kind in (RecordKind.FREEZE, RecordKind.WITHDRAWAL):
        codes.append(ReplyCode.CONTRACT_LOSS_REPORTED)
    if one.kind == RecordKind.FREEZE and account.status in FREEZE_REFUSED_BY_STATUS:
        codes.append(FREEZE_REFUSED_BY_STATUS[account.status])
    return min(codes, default=None)


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


def _refusal_of_money(account: Account, one: Seen) -> ReplyCode | None:
    amount_fen = one.amount_fen
    if one.kind == RecordKind.DEPOSIT:
        return ReplyCode.LIMIT_EXCEEDED if account.balance_fen + amount_fen > COLUMN_FEN_MAX else None
    covered_fen = account.buying_power_fen
    if one.kind == RecordKind.WITHDRAWAL:
        covered_fen -= account.sold_fen
    if amount_fen <= covered_fen:
        return None
    if amount_fen <= account.buying_power_fen:
        return ReplyCode.PROCEEDS_UNSETTLED
    if amount_fen <= account.balance_fen - account.restrained_fen + account.sold_fen:
        return ReplyCode.FUNDS_FROZEN
    return ReplyCode.INSUFFICIENT_FUNDS


def _control_verdict(account: Account | None, one: Seen) -> Verdict:
    if account is None:
        return Verdict(ReplyCode.CONTRACT_UNKNOWN, FREEZE_STATE_NONE, 0)
    code = ReplyCode.ACCEPTED
    if one.kind == ControlKind.EVENT:
        code = change_of_status(account, one.amount_fen)[0]
    return Verdict(code, FREEZE_STATE_NONE, 0)


def _spoken(verdict: Verdict) -> str:
    known = {int(code): code.name for code in ReplyCode}
    return f"{known.get(verdict.code, verdict.code)} (state {verdict.state}, {verdict.remaining_fen} fen remain)"
