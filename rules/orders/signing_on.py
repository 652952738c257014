"""`Contracts, tellers, passwords`: what a verdict on a customer's trading password 交易密码 earns, counts and bars.

A customer signs on by one channel until a second, and by no other with it. Who knows the password is asked elsewhere;
here is what follows (004 A·三(二): the bank checks who orders).

Three failures of one contract by one channel on a date bar that channel for the date. A channel counts at most three of
the five failures of a date, over all channels, with which the contract is locked: nobody signs on until it is unlocked.
So one channel alone locks nobody, and whoever signed on before stays signed on. A success sets all to nothing. A
verdict that looked at an older password than the one that stands says nothing.

Belongs here: that. Never here: who has a right to say it (ledger.core.roles), the password and how it is checked (the
password desk), columns.
"""

from dataclasses import dataclass, field

from protocol.codes import ReplyCode
from protocol.limits import CHANNELS_MAX
from protocol.vocabulary import ContractStatus as Status
from protocol.vocabulary import Scheme, Verdict
from rules.contracts import OWN_STATUSES

FAILURES_OF_CHANNEL_MAX = 3
"""Of one date: then the channel is barred for the date, and counts no more."""
FAILURES_MAX = 5
"""Of one date, by all channels: then the contract is locked until it is unlocked."""
UNTIL_S_MAX = 2**40
GENERATION_MAX = 2**31 - 1

REFUSED_IN: dict[Status, ReplyCode] = {
    Status.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
    Status.RUNS_OFF: ReplyCode.CONTRACT_RUNS_OFF,
    Status.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
}
"""A suspended customer signs on to query and to cancel, and so does one whose card is reported lost."""
MAY_HAVE_PASSWORD = frozenset(OWN_STATUSES) - {Status.TERMINATED, Status.RUNS_OFF}


@dataclass(slots=True)
class Password:
    """What is kept of a contract's password beside its verifier."""

    generation: int = 0  # of the verifier; it rises whenever another one, or none, stands
    is_set: bool = False
    is_lost: bool = False  # reported so: a new one comes with a reset alone
    is_locked: bool = False
    failures: dict[int, int] = field(default_factory=dict)  # of the open date, by channel; none is 0

    @property
    def all_failures(self) -> int:
        """Of the open date, as they count."""
        return sum(self.failures.values())

    def bars(self, channel: int) -> bool:
        """Whether nobody signs on by the channel now, whatever the password."""
        return self.is_locked or self.failures.get(channel, 0) >= FAILURES_OF_CHANNEL_MAX


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict, and what it names."""

    status: Status  # of the contract, without the loss of its account
    scheme: Scheme  # of the contract's broker
    serves_broker: bool  # whether the channel has a seat for customers of that broker
    verdict: int
    generation: int
    channel: int


def is_malformed(verdict: int, generation: int, until_s: int, channel: int, nonce: int) -> bool:
    """Whether the numbers of a verdict are none that a desk could mean; only who is signed on is so until a second."""
    if not (1 <= verdict <= len(Verdict) and 0 <= generation <= GENERATION_MAX and 1 <= channel <= CHANNELS_MAX):
        return True
    return nonce < 1 or not 0 <= until_s <= UNTIL_S_MAX or (until_s > 0) != (verdict == Verdict.SIGNED_ON)


def code_of_verdict(told: Told, password: Password) -> ReplyCode:
    """What a verdict earns of a contract that is known, the first that applies in rank. A failure is counted also where
    more of them bar nothing any more.
    """
    if told.scheme != Scheme.A:
        return ReplyCode.SCHEME_FORBIDS
    if told.status in REFUSED_IN:
        return REFUSED_IN[told.status]
    if not told.serves_broker:
        return ReplyCode.CHANNEL_UNKNOWN
    if not password.is_set:
        return ReplyCode.PASSWORD_NOT_SET
    if told.generation != password.generation:
        return ReplyCode.PASSWORD_STALE
    is_barred = told.verdict == Verdict.SIGNED_ON and password.bars(told.channel)
    return ReplyCode.PASSWORD_BARRED if is_barred else ReplyCode.ACCEPTED


def take_verdict(told: Told, password: Password) -> None:
    """What an accepted verdict does to what is kept: a success forgets failures, a failure counts where it may."""
    if told.verdict == Verdict.SIGNED_ON:
        password.failures.clear()
    elif not password.bars(told.channel):
        password.failures[told.channel] = password.failures.get(told.channel, 0) + 1
        password.is_locked = password.all_failures >= FAILURES_MAX


def code_of_setting(status: Status, scheme: Scheme, generation: int, password: Password) -> ReplyCode:
    """What a new verifier earns that was made beside this generation; one that is lost needs a reset first."""
    if scheme != Scheme.A:
        return ReplyCode.SCHEME_FORBIDS
    if status not in MAY_HAVE_PASSWORD:
        return REFUSED_IN[status]
    if generation != password.generation:
        return ReplyCode.PASSWORD_STALE
    if password.is_lost:
        return ReplyCode.STATUS_FORBIDS
    return ReplyCode.ACCEPTED if password.generation < GENERATION_MAX else ReplyCode.MASTER_DATA_FULL


def set_anew(password: Password) -> None:
    """Another verifier stands: what was counted, and a lock, stay."""
    password.generation += 1
    password.is_set = True


def code_of_loss(password: Password) -> ReplyCode:
    """What a report that the password is lost earns."""
    return ReplyCode.ACCEPTED if password.is_set else ReplyCode.PASSWORD_NOT_SET


def lose(password: Password) -> None:
    """Nobody signs on by it any more, nor sets another one before it is reset."""
    password.generation = min(password.generation + 1, GENERATION_MAX)
    password.is_set, password.is_lost = False, True


def code_of_reset(password: Password) -> ReplyCode:
    """What a reset earns: of a password that was set, whether or not it was lost since."""
    return ReplyCode.ACCEPTED if password.is_set or password.is_lost else ReplyCode.PASSWORD_NOT_SET


def reset(password: Password) -> None:
    """None is set, nothing is counted, nothing is barred: the customer sets a new one."""
    password.generation = min(password.generation + 1, GENERATION_MAX)
    password.is_set = password.is_lost = password.is_locked = False
    password.failures.clear()


def code_of_unlocking(password: Password) -> ReplyCode:
    """What unlocking earns: something must be barred."""
    is_barred = password.is_locked or bool(password.failures)
    return ReplyCode.ACCEPTED if is_barred else ReplyCode.STATUS_FORBIDS


def unlock(password: Password) -> None:
    """Nothing is counted, nothing is barred."""
    password.is_locked = False
    password.failures.clear()
