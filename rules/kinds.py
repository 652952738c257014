"""The kinds of money records as the law knows them: one row each, beside the wire's row in `protocol.kinds`.

Belongs here: in which states of a contract a kind is refused, what its amounts move, the page that decides it. Never
here: what the wire must know (protocol.kinds), a guard or an effect in code (the pages).

Lines of a clearing set have no row: they move nothing when they come, and one page decides all of them (clearing).
Verdicts on passwords have none either, for the same reason (orders.signing_on). Nor have orders through the bank and
what is told of them: they have no amount, and pages of their own reckon what they move (orders.taking, orders.told).
From these rows come the columns that are moved in bulk, the proof that spares the law, what is checked afterwards, and
the read model's sums; a page says the same for one account in plain words, and tests hold both together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from protocol.codes import ReplyCode
from protocol.kinds import KINDS, PRICED, TRADE_DAY_FIELD, WAY_FIELD
from protocol.vocabulary import AccountStatus, RecordKind, SeatRole, Way
from protocol.vocabulary import ContractStatus as Status
from rules import savings
from rules.contracts import OWN_STATUSES, state_of
from rules.day import corrections, customer_settlement, settlement
from rules.entries import BROUGHT, CREDITED, DEBITED, INTEREST, TAKEN, Leg
from rules.money import cash, freezes
from rules.money.account import Account
from rules.request import Decision, Freezes, Request

Page = Callable[[Request, Account, Freezes], Decision]


@dataclass(frozen=True, slots=True)
class Moves:
    """What one fen of an accepted amount adds to each column of the account: −1, 0 or 1."""

    balance: int = 0
    frozen: int = 0
    bought: int = 0
    sold: int = 0

    @property
    def power(self) -> int:
        """What it adds to buying power."""
        return self.balance - self.frozen - self.bought + self.sold

    @property
    def withdrawable(self) -> int:
        """What it adds to the withdrawable amount."""
        return self.power - self.sold

    @property
    def drawn(self) -> int:
        """What it draws from the freeze concerned: what is bought. What else leaves frozen is released."""
        return self.bought


@dataclass(frozen=True, slots=True)
class LawKind:
    """What the law must know of one kind."""

    kind: RecordKind
    page: Page
    amount: Moves  # of `amount_fen`
    release: Moves = Moves()  # of what lies in the bytes of `release_fen`, where the kind has something there
    refused_in: Mapping[Status | AccountStatus, ReplyCode] = field(default_factory=dict)
    """By status of what the kind names, a contract or an account. LOSS_REPORTED of a contract stands for the report;
    where it and the contract's own status both forbid, the lower rank is answered."""
    opens_freeze: bool = False
    needs_market: bool = False  # an order: refused from sign-off to the roll, and while its broker is stopped
    legs: Mapping[int, Leg] = field(default_factory=dict)  # of what moves a balance, by way; 0 where it has none
    works_in: Mapping[AccountStatus, frozenset[Way]] = field(default_factory=dict)
    """Ways by which it is not refused in a state that forbids it otherwise."""
    never_late: frozenset[Way] = frozenset()  # ways by which it does not expire: it has happened
    counts_serial: bool = False  # the desk's own serial says that it was told before
    is_fact: bool = False  # it has happened: what does not fit is listed, not refused
    waits_for_clearing: bool = False  # where proceeds do not count at the fill
    listed_when_ended: bool = False  # no money comes to a contract that has ended
    books_proceeds: bool = False  # as the clearing data have them, with an excess that is bought
    by_set: bool = False  # it asks what a clearing set says of a contract, and is decided in order
    sets: frozenset[str] = frozenset()  # columns that it brings to what it names, whatever they had
    settles: bool = False  # it settles a date of a contract, or credits what was gated: its outcome tells what moved
    posts_interest: bool = False  # of the account, all that is due
    takes_back: bool = False  # it undoes what was booked by a set that counts no more
    side: str = ""  # of a fill: buy or sell

    @property
    def is_debit(self) -> bool:
        """True when money must cover it."""
        return self.amount.power < 0

    @property
    def leaves_bank(self) -> bool:
        """True when it is covered by what is withdrawable, not by all that buys."""
        return self.amount.balance < 0

    @property
    def lowers_frozen(self) -> bool:
        """True when it may take from frozen."""
        return self.amount.frozen < 0 or self.release.frozen < 0

    def moves(self, column: str) -> bool:
        """True when it moves this column of the account."""
        return bool(getattr(self.amount, column) or getattr(self.release, column)) or column in self.sets


LAW: dict[RecordKind, LawKind] = {
    row.kind: row
    for row in (
        LawKind(
            RecordKind.FREEZE,
            freezes.freeze,
            Moves(frozen=1),
            refused_in={
                Status.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
                Status.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
                Status.RUNS_OFF: ReplyCode.CONTRACT_RUNS_OFF,
                Status.LOSS_REPORTED: ReplyCode.ACCOUNT_LOSS_REPORTED,
                Status.SUSPENDED: ReplyCode.CONTRACT_SUSPENDED,
            },
            opens_freeze=True,
            needs_market=True,
        ),
        LawKind(RecordKind.RELEASE, freezes.release, Moves(frozen=-1)),
        LawKind(
            RecordKind.FILL_BUY,
            freezes.fill_buy,
            Moves(frozen=-1, bought=1),
            release=Moves(frozen=-1),
            is_fact=True,
            side="buy",
        ),
        LawKind(
            RecordKind.FILL_SELL,
            freezes.fill_sell,
            Moves(sold=1),
            is_fact=True,
            waits_for_clearing=True,
            listed_when_ended=True,
            side="sell",
        ),
        LawKind(
            RecordKind.DEPOSIT,
            cash.deposit,
            Moves(balance=1),
            legs=BROUGHT,
            counts_serial=True,
            refused_in={AccountStatus.CLOSED: ReplyCode.ACCOUNT_CLOSED},
        ),
        LawKind(
            RecordKind.WITHDRAWAL,
            cash.withdrawal,
            Moves(balance=-1),
            legs=TAKEN,
            counts_serial=True,
            refused_in={
                AccountStatus.LOSS_REPORTED: ReplyCode.ACCOUNT_LOSS_REPORTED,
                AccountStatus.CLOSED: ReplyCode.ACCOUNT_CLOSED,
            },
            works_in={
                AccountStatus.LOSS_REPORTED: frozenset({Way.JUDICIAL, Way.FORCED_CARD}),
                AccountStatus.CLOSED: frozenset({Way.FORCED_CARD}),
            },
            never_late=frozenset({Way.FORCED_CARD}),
        ),
        LawKind(
            RecordKind.PROCEEDS,
            settlement.proceeds,
            Moves(sold=1),
            release=Moves(bought=1),
            refused_in={Status.TERMINATED: ReplyCode.CONTRACT_TERMINATED},
            books_proceeds=True,
        ),
        LawKind(
            RecordKind.CORRECT,
            corrections.correct,
            Moves(),
            by_set=True,
            sets=frozenset({"bought", "sold"}),
        ),
        LawKind(
            RecordKind.REVERT,
            corrections.revert,
            Moves(),
            by_set=True,
            sets=frozenset({"bought", "sold"}),
            takes_back=True,
        ),
        LawKind(
            RecordKind.CLOSE,
            corrections.close,
            Moves(frozen=-1, bought=1),
            release=Moves(frozen=-1),
            by_set=True,
        ),
        LawKind(
            RecordKind.SETTLE,
            customer_settlement.settle,
            Moves(),
            legs={0: DEBITED},
            settles=True,
            sets=frozenset({"balance", "bought", "sold"}),
        ),
        LawKind(
            RecordKind.CREDIT,
            customer_settlement.credit,
            Moves(),
            legs={0: CREDITED},
            settles=True,
            sets=frozenset({"balance", "sold"}),
        ),
        LawKind(
            RecordKind.INTEREST,
            savings.interest,
            Moves(balance=1),
            legs={0: INTEREST},
            refused_in={AccountStatus.CLOSED: ReplyCode.ACCOUNT_CLOSED},
            posts_interest=True,
        ),
    )
}


def refusals_by_state(kind: RecordKind) -> dict[int, ReplyCode]:
    """State of the contract or account that a kind names → the code that it earns, for those that forbid it."""
    codes = LAW[kind].refused_in
    if KINDS[kind].names_account:
        return {int(status): codes[status] for status in AccountStatus if status in codes}
    states = {(status, is_lost): state_of(status, is_lost) for status in OWN_STATUSES for is_lost in (False, True)}
    earned = {
        state: [codes[each] for each in ({status, Status.LOSS_REPORTED} if is_lost else {status}) if each in codes]
        for (status, is_lost), state in states.items()
    }
    return {state: min(found) for state, found in earned.items() if found}


def working_ways(row: LawKind) -> list[tuple[int, int]]:
    """State and way of what works although the state forbids it otherwise."""
    return [(int(state), int(way)) for state, ways in row.works_in.items() for way in sorted(ways)]


def _has_ways(row: LawKind) -> bool:
    """Whether the ways by which money of this kind comes or leaves are as the wire has them; none where no balance
    moves.
    """
    if WAY_FIELD in KINDS[row.kind].fields:
        return row.moves("balance") and set(row.legs) == set(range(len(row.legs)))
    return set(row.legs) == ({0} if row.moves("balance") else set())


def _is_sound(row: LawKind) -> bool:
    """What effects and the proof of the core take for granted of every row.

    An order is what opens a freeze. Frozen grows with it and shrinks by a record that names one; a release comes out of
    frozen alone; nothing takes from bought or sold but what sets them, and what moves them says of which date. A debit
    names no freeze and moves frozen or balance; what is none of these never lowers what covers a debit, but for what
    sets columns, which no proof looks at.
    """
    names_freeze, amount = KINDS[row.kind].needs_target, row.amount
    return (
        (amount.frozen > 0) == row.opens_freeze
        and (amount.frozen < 0) == names_freeze
        and row.release in (Moves(), Moves(bought=1) if row.books_proceeds else Moves(frozen=-1))
        and (names_freeze or row.books_proceeds or row.release == Moves())
        and min(amount.bought, amount.sold) >= 0
        and (not row.is_debit or amount in (Moves(frozen=1), Moves(balance=-1)))
        and (row.is_debit or min(amount.power, amount.withdrawable) >= 0)
        and row.opens_freeze == (row.kind in PRICED)
        and (row.moves("bought") or row.moves("sold")) == (TRADE_DAY_FIELD in KINDS[row.kind].fields)
        and (not KINDS[row.kind].names_account or bool(amount.balance))
        and _has_ways(row)
        and all(ways <= set(row.legs) and status in row.refused_in for status, ways in row.works_in.items())
        and all(isinstance(status, AccountStatus) == KINDS[row.kind].names_account for status in row.refused_in)
        and (not row.waits_for_clearing or not (names_freeze or row.is_debit))
        and (not row.sets or row.amount == row.release == Moves())
        and (not row.sets or row.settles or (row.by_set and KINDS[row.kind].is_correction))
        and (not row.settles or (bool(row.sets) and not row.by_set))
        and (not row.takes_back or bool(row.sets))
    )


assert set(LAW) == {kind for kind, row in KINDS.items() if row.has_amount}
assert all(KINDS[kind].senders == {SeatRole.BROKER} for kind, row in LAW.items() if row.needs_market)
assert all(_is_sound(row) for row in LAW.values())
