"""Customers sign on: verdicts of the password desk in the book, what ends a sign-on, what bars one."""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from protocol.acts.ordering.passwords import ResetPasswordAct, UnlockPasswordAct
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.customers.accounts import ChangeAccount, ReplaceCard
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier
from protocol.vocabulary import AccountEvent, Right
from tests.bank_seats import PASSWORD_SEAT
from tests.customers import OUTLET
from tests.ledger_core.desk import (
    CHANNEL_SEAT,
    OTHER_BROKER,
    TUESDAY,
    Frame,
    account_of,
    deposit,
    joined,
    same_after_all,
)
from tests.ledger_core.orders.signing import (
    PHONE,
    SALT,
    UNTIL_S,
    VERIFIER,
    WEB,
    WEB_SEAT,
    a_bank_with_channels,
    failed,
    holds,
    say,
    signed_on,
    with_password,
)
from tests.ledger_core.sealed import sealed
from tests.people import signed

ACCEPTED = ReplyCode.ACCEPTED
GIL, HAL = 21, 22  # may sign for customers


def test_who_signs_on_by_phone_has_signed_on_at_no_other_channel() -> None:
    desk = a_bank_with_channels()
    ann, bob = with_password(desk), with_password(desk)

    assert say(desk, signed_on(ann)) == [ACCEPTED]

    assert [holds(desk, ann, channel) for channel in (PHONE, WEB)] == [True, False]
    assert not holds(desk, bob)
    assert [holds(desk, ann, now_s=second) for second in (UNTIL_S - 1, UNTIL_S)] == [True, False]
    same_after_all(desk)


def test_a_block_is_asked_by_columns() -> None:
    desk = a_bank_with_channels()
    ann, bob = with_password(desk), with_password(desk)
    say(desk, signed_on(ann), signed_on(bob, WEB, until_s=9))

    contracts = np.array([ann, ann, bob, bob]) // 100
    channels = np.array([PHONE, WEB, PHONE, WEB], np.int8)

    assert desk.book.orders.sign_ons.hold_in_block(contracts, channels, 8).tolist() == [True, False, False, True]
    assert desk.book.orders.sign_ons.hold_in_block(contracts, channels, 9).tolist() == [True, False, False, False]


def test_a_bank_without_passwords_keeps_nothing_of_them() -> None:
    desk = a_bank_with_channels()
    desk.open(5)

    assert not desk.book.orders.sign_ons.is_used
    assert not holds(desk, 98)
    same_after_all(desk)


@pytest.mark.parametrize("padding", [0, 20], ids=["alone", "beside others"])
def test_what_verdicts_earn_one_behind_the_other(padding: int) -> None:
    """The third failure of a frame bars the channel for the fourth record of it."""
    desk = a_bank_with_channels()
    ann = with_password(desk, 5)
    desk.open(5)
    verdicts = [failed(ann), failed(ann), failed(ann), signed_on(ann), signed_on(ann, WEB), signed_on(ann)]
    frames = [Frame(PASSWORD_SEAT, joined(*verdicts))]
    frames += [Frame(2, joined(*[deposit(ann, 1)] * padding))] if padding else []

    codes = [answer.code for answer in desk.send(*frames)]

    assert codes[:6] == [ACCEPTED] * 3 + [ReplyCode.PASSWORD_BARRED, ACCEPTED, ACCEPTED]
    assert (holds(desk, ann), holds(desk, ann, WEB)) == (True, True)  # the success by the web forgot the failures
    assert desk.money(ann) == (5 + padding, 0, 0, 0)
    same_after_all(desk)


def test_five_failures_lock_until_somebody_of_the_opening_outlet_unlocks() -> None:
    desk = a_bank_with_channels()
    office = sealed(desk, (GIL, Right.CUSTOMERS, OUTLET), (HAL, Right.CUSTOMERS, OUTLET + 1))
    ann = with_password(desk)
    assert say(desk, signed_on(ann, WEB)) == [ACCEPTED]
    assert say(desk, *[failed(ann)] * 4, failed(ann, WEB), failed(ann, WEB)) == [ACCEPTED] * 6
    desk.roll(TUESDAY)

    assert say(desk, signed_on(ann)) == [ReplyCode.PASSWORD_BARRED]  # on a later date too
    assert holds(desk, ann, WEB)  # it stands
    same_after_all(desk)
    foreign = UnlockPasswordAct(**office.by(HAL), contract_no=ann)
    assert desk.control(signed(foreign, HAL)) == ReplyCode.RIGHT_MISSING
    act = UnlockPasswordAct(**office.by(GIL), contract_no=ann)
    assert desk.control(signed(act, GIL)) == ACCEPTED
    assert say(desk, signed_on(ann)) == [ACCEPTED]
    again = UnlockPasswordAct(**office.by(GIL), contract_no=ann)
    assert desk.control(signed(again, GIL)) == ReplyCode.STATUS_FORBIDS
    same_after_all(desk)


def test_a_channel_is_barred_for_the_date() -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk)
    say(desk, *[failed(ann)] * 3)
    assert say(desk, signed_on(ann)) == [ReplyCode.PASSWORD_BARRED]

    desk.roll(TUESDAY)

    assert say(desk, signed_on(ann)) == [ACCEPTED]
    same_after_all(desk)


def test_a_change_ends_every_sign_on_and_refuses_a_verdict_that_is_older() -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk)
    say(desk, signed_on(ann), signed_on(ann, WEB))
    assert desk.control(SetVerifier(ann, 0, SALT, VERIFIER)) == ReplyCode.PASSWORD_STALE

    desk.done(SetVerifier(ann, 1, VERIFIER[:16], VERIFIER))

    assert (holds(desk, ann), holds(desk, ann, WEB)) == (False, False)
    assert say(desk, signed_on(ann), failed(ann), signed_on(ann, generation=2)) == [
        *(ReplyCode.PASSWORD_STALE, ReplyCode.PASSWORD_STALE),
        ACCEPTED,
    ]
    same_after_all(desk)


def test_a_lost_password_signs_nobody_on_until_two_people_reset_it() -> None:
    desk = a_bank_with_channels()
    office = sealed(desk, (GIL, Right.CUSTOMERS), (HAL, Right.CUSTOMERS))
    ann = with_password(desk)
    say(desk, signed_on(ann))

    desk.done(ReportPasswordLoss(ann))

    assert not holds(desk, ann)
    assert say(desk, signed_on(ann, generation=2)) == [ReplyCode.PASSWORD_NOT_SET]
    assert desk.control(SetVerifier(ann, 2, SALT, VERIFIER)) == ReplyCode.STATUS_FORBIDS
    assert not desk.book.orders.sign_ons.verifier.any()
    act = ResetPasswordAct(**office.by(GIL), contract_no=ann)
    assert desk.control(signed(act, GIL)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(signed(act, GIL, HAL)) == ACCEPTED
    desk.done(SetVerifier(ann, 3, SALT, VERIFIER))
    assert say(desk, signed_on(ann, generation=4)) == [ACCEPTED]
    same_after_all(desk)


def test_a_channel_signs_its_customer_off_and_nobody_elses() -> None:
    desk = a_bank_with_channels()
    ann, foreign = with_password(desk), desk.open(0, OTHER_BROKER)
    say(desk, signed_on(ann), signed_on(ann, WEB))
    for number in (foreign, 12_345):
        assert desk.control(EndSignOn(number), CHANNEL_SEAT) == ReplyCode.NOT_SIGNED_ON

    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == ACCEPTED

    assert (holds(desk, ann), holds(desk, ann, WEB)) == (False, True)
    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == ReplyCode.NOT_SIGNED_ON
    desk.now_ns = UNTIL_S * 10**9
    assert desk.control(EndSignOn(ann), WEB_SEAT) == ReplyCode.NOT_SIGNED_ON  # its time is over
    same_after_all(desk)


def test_a_replaced_card_keeps_the_password_and_signs_nobody_on() -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk)
    spare = desk.open_account(0, desk.book.accounts_count - 1)
    say(desk, signed_on(ann), failed(ann, WEB), failed(ann, WEB), failed(ann, WEB))

    new = desk.told(ReplaceCard(ann, spare)).remaining_fen

    assert say(desk, signed_on(ann)) == [ReplyCode.CONTRACT_RUNS_OFF]
    assert not holds(desk, new)
    assert say(desk, signed_on(new, WEB), signed_on(new)) == [ReplyCode.PASSWORD_BARRED, ACCEPTED]
    assert desk.book.orders.sign_ons.verifier[new // 100].tobytes() == VERIFIER
    same_after_all(desk)


def test_a_loss_report_of_the_card_ends_no_sign_on_and_hinders_none() -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk)
    say(desk, signed_on(ann))

    desk.done(ChangeAccount(account_of(ann), AccountEvent.REPORT_LOSS))

    assert holds(desk, ann)
    assert say(desk, signed_on(ann, WEB)) == [ACCEPTED]


@pytest.mark.parametrize("field", ["market", "amount_fen", "security", "target_seat", "partner_ref"])
def test_bytes_that_a_verdict_has_not_are_zero(field: str) -> None:
    desk = a_bank_with_channels()
    ann = with_password(desk)
    wrong = signed_on(ann).copy()
    wrong[field] = b"\x01" * 8 if field in ("security", "partner_ref") else 1

    assert say(desk, wrong, signed_on(ann, channel=17), signed_on(ann)) == [
        *(ReplyCode.REQUEST_MALFORMED, ReplyCode.REQUEST_MALFORMED),
        ACCEPTED,
    ]


def test_stored_rows_are_applied_together_as_one_by_one() -> None:
    desk = a_bank_with_channels()
    ann, bob = with_password(desk), with_password(desk)
    for verdict in (failed(ann), failed(ann), signed_on(bob), failed(bob), failed(ann), failed(bob, WEB)):
        say(desk, verdict)

    book = desk.replayed()

    assert book.orders.sign_ons.password(ann // 100).failures == {PHONE: 3}
    assert book.orders.sign_ons.password(bob // 100).failures == {PHONE: 1, WEB: 1}
    assert engine.state_slice_count(book) == engine.state_slice_count(desk.book)


@pytest.mark.parametrize(("column", "value"), [("facts", 0b10_10_10), ("facts", 0), ("verifier", 1)])
def test_what_there_cannot_be_of_a_password_stops_the_process(column: str, value: int) -> None:
    """Six failures; somebody signed on without a password; a verifier of a contract that has none."""
    desk = a_bank_with_channels()
    ann, bob = with_password(desk), desk.open(0)
    say(desk, signed_on(ann))
    check_book(desk.book)

    getattr(desk.book.orders.sign_ons, column)[(ann if column == "facts" else bob) // 100] = value

    with pytest.raises(InvariantBroken):
        check_book(desk.book)
