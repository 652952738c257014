"""What a verdict on a trading password earns, counts and bars."""

import pytest

from protocol.codes import ReplyCode
from protocol.vocabulary import ContractStatus, Scheme, Verdict
from rules.orders.signing_on import (
    Password,
    Told,
    code_of_loss,
    code_of_reset,
    code_of_setting,
    code_of_unlocking,
    code_of_verdict,
    is_malformed,
    lose,
    reset,
    set_anew,
    take_verdict,
    unlock,
)

PHONE, WEB, KIOSK = 1, 2, 3
ACTIVE = ContractStatus.ACTIVE


def told(
    verdict: Verdict = Verdict.FAILED,
    channel: int = PHONE,
    generation: int = 1,
    status: ContractStatus = ACTIVE,
    scheme: Scheme = Scheme.A,
    serves_broker: bool = True,
) -> Told:
    return Told(status, scheme, serves_broker, verdict, generation, channel)


def a_password() -> Password:
    return Password(generation=1, is_set=True)


def failed(password: Password, *channels: int) -> list[int]:
    """So often, one behind the other; what counts after each."""
    counts = []
    for channel in channels:
        one = told(channel=channel)
        assert code_of_verdict(one, password) == ReplyCode.ACCEPTED
        take_verdict(one, password)
        counts.append(password.all_failures)
    return counts


def success(channel: int = PHONE) -> Told:
    return told(Verdict.SIGNED_ON, channel)


def test_three_failures_bar_the_channel_and_no_other() -> None:
    password = a_password()

    assert failed(password, PHONE, PHONE, PHONE, PHONE) == [1, 2, 3, 3]

    assert code_of_verdict(success(PHONE), password) == ReplyCode.PASSWORD_BARRED
    assert code_of_verdict(success(WEB), password) == ReplyCode.ACCEPTED
    assert not password.is_locked


def test_the_fifth_failure_over_all_channels_locks_and_more_count_nothing() -> None:
    password = a_password()

    assert failed(password, PHONE, WEB, PHONE, WEB, KIOSK, KIOSK) == [1, 2, 3, 4, 5, 5]

    assert password.is_locked
    assert code_of_verdict(success(4), password) == ReplyCode.PASSWORD_BARRED


def test_one_channel_alone_locks_nobody() -> None:
    password = a_password()
    failed(password, *[PHONE] * 100)

    assert (password.is_locked, password.all_failures) == (False, 3)


def test_a_success_forgets_them_all() -> None:
    password = a_password()
    failed(password, PHONE, PHONE, WEB, WEB)

    take_verdict(success(WEB), password)

    assert (password.all_failures, password.bars(PHONE), password.bars(WEB)) == (0, False, False)


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (told(scheme=Scheme.B, status=ContractStatus.TERMINATED), ReplyCode.SCHEME_FORBIDS),
        (told(status=ContractStatus.TERMINATED, serves_broker=False), ReplyCode.CONTRACT_TERMINATED),
        (told(status=ContractStatus.RUNS_OFF), ReplyCode.CONTRACT_RUNS_OFF),
        (told(status=ContractStatus.PRE_ASSIGNED), ReplyCode.CONTRACT_PRE_ASSIGNED),
        (told(status=ContractStatus.SUSPENDED), ReplyCode.ACCEPTED),
        (told(serves_broker=False, generation=2), ReplyCode.CHANNEL_UNKNOWN),
        (told(generation=2), ReplyCode.PASSWORD_STALE),
        (told(Verdict.SIGNED_ON, generation=0), ReplyCode.PASSWORD_STALE),
    ],
)
def test_what_is_not_counted(one: Told, code: ReplyCode) -> None:
    assert code_of_verdict(one, a_password()) == code


def test_a_verdict_on_a_password_that_was_changed_lost_or_reset_says_nothing() -> None:
    changed, lost, none = a_password(), a_password(), a_password()
    set_anew(changed)
    lose(lost)
    reset(none)

    codes = [code_of_verdict(success(), each) for each in (changed, lost, none)]

    assert codes == [ReplyCode.PASSWORD_STALE, ReplyCode.PASSWORD_NOT_SET, ReplyCode.PASSWORD_NOT_SET]


def test_a_lost_password_is_reset_before_another_one_is_set() -> None:
    password = Password()
    assert code_of_setting(ACTIVE, Scheme.A, 0, password) == ReplyCode.ACCEPTED
    set_anew(password)
    assert code_of_setting(ACTIVE, Scheme.A, 0, password) == ReplyCode.PASSWORD_STALE
    lose(password)
    assert code_of_setting(ACTIVE, Scheme.A, 2, password) == ReplyCode.STATUS_FORBIDS
    assert code_of_loss(password) == ReplyCode.PASSWORD_NOT_SET

    reset(password)

    assert code_of_setting(ACTIVE, Scheme.A, 3, password) == ReplyCode.ACCEPTED
    assert code_of_reset(password) == ReplyCode.PASSWORD_NOT_SET


@pytest.mark.parametrize(
    ("status", "scheme", "code"),
    [
        (ContractStatus.PRE_ASSIGNED, Scheme.A, ReplyCode.ACCEPTED),
        (ContractStatus.RUNS_OFF, Scheme.A, ReplyCode.CONTRACT_RUNS_OFF),
        (ContractStatus.TERMINATED, Scheme.A, ReplyCode.CONTRACT_TERMINATED),
        (ContractStatus.ACTIVE, Scheme.B, ReplyCode.SCHEME_FORBIDS),
    ],
)
def test_whose_password_may_be_set(status: ContractStatus, scheme: Scheme, code: ReplyCode) -> None:
    assert code_of_setting(status, scheme, 0, Password()) == code


def test_unlocking_forgets_what_was_counted_and_needs_something_to_forget() -> None:
    password = a_password()
    assert code_of_unlocking(password) == ReplyCode.STATUS_FORBIDS
    failed(password, PHONE, PHONE, PHONE, WEB, WEB)
    assert code_of_unlocking(password) == ReplyCode.ACCEPTED

    unlock(password)

    assert (password.is_locked, password.all_failures, password.generation) == (False, 0, 1)


@pytest.mark.parametrize(
    ("numbers", "malformed"),
    [
        ((1, 1, 5, 1, 1), False),
        ((2, 0, 0, 16, 1), False),
        ((0, 1, 0, 1, 1), True),  # no verdict
        ((3, 1, 0, 1, 1), True),
        ((1, 1, 0, 1, 1), True),  # signed on until never
        ((2, 1, 5, 1, 1), True),  # failed until a second
        ((1, -1, 5, 1, 1), True),
        ((1, 1, 2**40 + 1, 1, 1), True),
        ((1, 1, 5, 0, 1), True),
        ((1, 1, 5, 17, 1), True),
        ((1, 1, 5, 1, 0), True),  # of no attempt
    ],
)
def test_what_no_desk_could_mean(numbers: tuple[int, int, int, int, int], malformed: bool) -> None:
    assert is_malformed(*numbers) == malformed
