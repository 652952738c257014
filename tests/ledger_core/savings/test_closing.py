"""Before an account is closed what it has earned is posted 销户结息.

Belongs here: SETTLE_INTEREST and CLOSE. Never here: an interest day of all accounts (test_days).
"""

from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount
from protocol.vocabulary import AccountEvent
from tests.ledger_core.desk import THURSDAY, WEDNESDAY, codes, same_after_all
from tests.ledger_core.savings.words import Counter, posting

ACCEPTED, NOT_DUE, LEFT = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.INTEREST_LEFT


def event(counter: Counter, account_no: int, of: AccountEvent) -> ReplyCode:
    return counter.desk.control(ChangeAccount(account_no, of))


def test_what_is_earned_is_settled_posted_taken_and_then_the_account_goes() -> None:
    """7,200.00 from Monday to Wednesday noon: Monday and Tuesday are 14,400 points, 0.02 at 0.05 %; Wednesday is not
    counted, for it is taken on it.
    """
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 720_000)
    assert counter.order(0) == ACCEPTED
    counter.at(WEDNESDAY, 12)
    counter.take(ann, 720_000)

    assert event(counter, ann, AccountEvent.CLOSE) == LEFT
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == ACCEPTED
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == NOT_DUE
    assert (counter.earned(ann), counter.due()) == ((0, 2), [(ann, 2)])
    assert event(counter, ann, AccountEvent.CLOSE) == LEFT
    assert codes(counter.post(posting(ann, 2))) == [ACCEPTED]
    assert event(counter, ann, AccountEvent.CLOSE) == ReplyCode.BALANCE_LEFT
    counter.take(ann, 2)
    assert event(counter, ann, AccountEvent.CLOSE) == ACCEPTED
    assert codes(counter.post(posting(ann, 2))) == [ReplyCode.ACCOUNT_CLOSED]
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == ReplyCode.STATUS_FORBIDS
    same_after_all(counter.desk)


def test_the_first_row_of_a_day_knows_what_the_day_before_has_earned() -> None:
    """3,600.00 on Monday and Tuesday are 1 fen. CLOSE and SETTLE_INTEREST of Wednesday come before any other row: they
    are judged as if Tuesday were counted, and it is before they act.
    """
    counter = Counter()
    ann, bob = (counter.desk.open_account(0, customer) for customer in (1, 2))
    counter.bring(ann, 360_000)
    counter.bring(bob, 360_000)
    assert counter.order(0) == ACCEPTED
    counter.at(WEDNESDAY)
    assert event(counter, ann, AccountEvent.CLOSE) == LEFT
    counter.at(THURSDAY)
    assert event(counter, bob, AccountEvent.SETTLE_INTEREST) == ACCEPTED
    assert counter.earned(bob) == (0, 2)  # 10,800 × 500 / 3,600,000 = 1.5
    same_after_all(counter.desk)


def test_less_than_half_a_fen_goes_with_the_account() -> None:
    """3,599.00 for a day: 0.499… fen."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 359_900)
    assert counter.order(0) == ACCEPTED
    counter.at(20260106, 9)
    counter.take(ann, 359_900)
    assert counter.earned(ann) == (3_599, 0)
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == NOT_DUE
    assert event(counter, ann, AccountEvent.CLOSE) == ACCEPTED
    assert counter.earned(ann) == (0, 0)
    same_after_all(counter.desk)


def test_open_items_and_a_loss_keep_it() -> None:
    counter = Counter()
    contract = counter.desk.open(0)
    ann = counter.desk.account(contract)
    counter.bring(ann, 7_200_000)
    assert counter.order(0) == ACCEPTED
    counter.at(20260107, 9)
    counter.desk.freeze(contract, 100)
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == ReplyCode.ITEMS_OPEN
    counter.desk.done(ChangeAccount(ann, AccountEvent.REPORT_LOSS))
    assert event(counter, ann, AccountEvent.SETTLE_INTEREST) == ReplyCode.STATUS_FORBIDS
    same_after_all(counter.desk)
