"""The auditor against the worked examples, every refusal it predicts, and its ability to object."""

from pathlib import Path

import pytest

from frontend_sim.auditor.observations import ControlKind
from frontend_sim.auditor.register import Totals
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import FREEZE_STATE_CLOSED, STATE_NUMBER_GIVEN, STATE_POSTED
from protocol.trade_dates import date_of_day
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, RecordKind, Way
from tests.architecture.sources import imported, parsed
from tests.frontend_sim.auditor.conversation import (
    ACCOUNT,
    ANSWERED,
    BANK_SEAT,
    BROKER_SEAT,
    CLOSED,
    CONTRACT,
    PARTY_OF_SEAT,
    STRANGER_SEAT,
    TODAY,
    TODAYS_DAY,
    Conversation,
    frozen,
    refused,
)


def test_the_worked_order_of_1000_shares() -> None:
    talk = Conversation(balance_fen=2_000_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 1_001_820, frozen(1_001_820))
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 398_724, frozen(601_092), number, release_fen=2_004)
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 595_082, CLOSED, number, release_fen=6_010)
    assert talk.verdict() == []
    assert talk.totals() == Totals(2_000_000, 0, 993_806, 0)
    assert talk.auditor.accounts[ACCOUNT].buying_power_fen == 1_006_194


def test_a_short_buy_is_refused_by_what_covers_it() -> None:
    talk = Conversation(balance_fen=1_000)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 600, frozen(600))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 401, refused(ReplyCode.FUNDS_FROZEN))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1_001, refused(ReplyCode.INSUFFICIENT_FUNDS))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 400, frozen(400))
    assert talk.verdict() == []


def test_proceeds_buy_and_cannot_be_withdrawn() -> None:
    talk = Conversation(balance_fen=100)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 900, ANSWERED)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 101, refused(ReplyCode.PROCEEDS_UNSETTLED))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 950, frozen(950))
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 60, refused(ReplyCode.FUNDS_FROZEN))
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 1_001, refused(ReplyCode.INSUFFICIENT_FUNDS))
    assert talk.verdict() == []
    assert talk.totals() == Totals(100, 950, 0, 900)


def test_a_sale_fill_of_a_broker_without_that_agreement_awaits_clearing() -> None:
    talk = Conversation(balance_fen=100, proceeds_at_fill=False)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 900, refused(ReplyCode.AWAITS_CLEARING))
    assert talk.verdict() == []
    assert talk.totals() == Totals(100, 0, 0, 0)


def test_releases_end_with_their_freeze_and_misfit_fills_are_listed() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 500, frozen(500))
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 501, refused(ReplyCode.AMOUNT_OVER_REMAINING), number)
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 400, refused(ReplyCode.LISTED), number, release_fen=101)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 200, frozen(300), number)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, number)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 1, refused(ReplyCode.FREEZE_CLOSED), number)
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 1, refused(ReplyCode.LISTED), number)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 1, refused(ReplyCode.FREEZE_UNKNOWN), number + 100)
    assert talk.verdict() == []


def test_a_partner_learns_nothing_of_what_is_not_its_own() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 500, frozen(500))
    unknown = refused(ReplyCode.CONTRACT_UNKNOWN)
    talk.said(STRANGER_SEAT, RecordKind.FREEZE, 1, unknown)
    talk.said(STRANGER_SEAT, RecordKind.RELEASE, 1, unknown, number)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, unknown, contract_no=196)
    talk.said(BROKER_SEAT, RecordKind.DEPOSIT, 1, refused(ReplyCode.ROLE_FORBIDS))
    talk.said(BANK_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.ROLE_FORBIDS))
    assert talk.verdict() == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ContractStatus.PRE_ASSIGNED, ReplyCode.CONTRACT_PRE_ASSIGNED),
        (ContractStatus.SUSPENDED, ReplyCode.CONTRACT_SUSPENDED),
        (ContractStatus.RUNS_OFF, ReplyCode.CONTRACT_RUNS_OFF),
        (ContractStatus.TERMINATED, ReplyCode.CONTRACT_TERMINATED),
    ],
)
def test_a_contract_that_is_not_active_takes_no_freeze(status: ContractStatus, code: ReplyCode) -> None:
    talk = Conversation(balance_fen=1_000, status=status)
    has_ended = status is ContractStatus.TERMINATED
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(code))
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 1, refused(ReplyCode.LISTED) if has_ended else ANSWERED)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, ANSWERED)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 1, ANSWERED)
    assert talk.verdict() == []


def test_an_account_that_is_reported_lost_takes_no_freeze_and_no_withdrawal() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 500, frozen(500))
    talk.said(BANK_SEAT, ControlKind.ACCOUNT_EVENT, int(AccountEvent.REPORT_LOSS), ANSWERED)
    lost = refused(ReplyCode.ACCOUNT_LOSS_REPORTED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, lost)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 1, lost)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 1, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 300, frozen(200), number)
    talk.said(BANK_SEAT, ControlKind.ACCOUNT_EVENT, int(AccountEvent.LIFT_LOSS), ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, frozen(1))
    assert talk.verdict() == []


def test_a_contract_s_number_is_no_account_and_the_other_way_round() -> None:
    talk = Conversation(balance_fen=1_000)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, refused(ReplyCode.ACCOUNT_UNKNOWN), contract_no=CONTRACT)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.CONTRACT_UNKNOWN), contract_no=ACCOUNT)
    assert talk.verdict() == []


def test_a_replaced_card_runs_off_on_its_account_and_its_proceeds_do_not_count_on_the_new_one() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 600, frozen(600))
    assert talk.verdict() == []
    new_contract, new_account = contract_no_from_index(2), account_no_from_index(5)
    talk.auditor.open_account(new_account, 50)
    talk.auditor.replace_card(CONTRACT, new_account, new_contract, TODAY)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.CONTRACT_RUNS_OFF))
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 600, CLOSED, number)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 70, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 51, refused(ReplyCode.INSUFFICIENT_FUNDS), contract_no=new_contract)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 50, frozen(50), contract_no=new_contract)
    assert talk.verdict() == []
    talk.auditor.end_settlement(TODAY)
    assert talk.auditor.contracts[CONTRACT].status == ContractStatus.RUNS_OFF
    assert talk.totals() == Totals(1_050, 50, 600, 70)


def test_form_range_and_time_are_checked_in_rank_order() -> None:
    talk = Conversation(balance_fen=1_000)
    malformed = refused(ReplyCode.REQUEST_MALFORMED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, malformed, trade_day=1, valid_until_ns=1)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, malformed, target=1)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 0, refused(ReplyCode.EXPIRED), valid_until_ns=1)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, frozen(1), valid_until_ns=1_004)  # decided at that very time
    out_of_range = refused(ReplyCode.AMOUNT_OUT_OF_RANGE)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 0, out_of_range)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, AMOUNT_FEN_MAX + 1, out_of_range)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 0, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 0, out_of_range, target=999, valid_until_ns=1)
    assert talk.verdict() == []


def test_an_account_is_never_filled_past_its_limit() -> None:
    talk = Conversation(balance_fen=COLUMN_FEN_MAX)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, refused(ReplyCode.LIMIT_EXCEEDED))
    assert talk.verdict() == []


def test_restraints_and_status_events_count_from_their_own_row() -> None:
    talk = Conversation(balance_fen=1_000)
    talk.said(BANK_SEAT, ControlKind.RESTRAINT, 900, (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 1))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 101, refused(ReplyCode.INSUFFICIENT_FUNDS))
    talk.said(BANK_SEAT, ControlKind.EVENT, int(ContractEvent.SUSPEND), ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 100, refused(ReplyCode.CONTRACT_SUSPENDED))
    talk.said(BANK_SEAT, ControlKind.EVENT, int(ContractEvent.SUSPEND), refused(ReplyCode.STATUS_FORBIDS))
    talk.said(BANK_SEAT, ControlKind.EVENT, int(ContractEvent.RESUME), ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 100, frozen(100))
    assert talk.verdict() == []


def test_in_one_row_either_order_of_two_seats_is_accepted_if_it_explains_the_answers() -> None:
    talk = Conversation(balance_fen=100)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 100, frozen(100))
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 50, refused(ReplyCode.FUNDS_FROZEN), same_row=True)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 150, frozen(150))
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 150, ANSWERED, same_row=True)
    assert talk.verdict() == []
    assert talk.totals() == Totals(250, 250, 0, 0)


def test_in_one_row_answers_that_no_order_explains_are_a_mismatch() -> None:
    talk = Conversation(balance_fen=100)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 100, frozen(100))
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 50, ANSWERED, same_row=True)
    assert len(talk.verdict()) == 1


def test_a_backtrack_over_many_requests_of_two_seats_finds_the_one_order() -> None:
    talk = Conversation(balance_fen=0)
    talk.row += 1
    for _ in range(200):
        talk.said(BROKER_SEAT, RecordKind.FREEZE, 10, frozen(10), same_row=True)
    for _ in range(200):
        talk.said(BANK_SEAT, RecordKind.DEPOSIT, 10, ANSWERED, same_row=True)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.FUNDS_FROZEN), same_row=True)
    assert talk.verdict() == []
    assert talk.totals() == Totals(2_000, 2_000, 0, 0)


@pytest.mark.parametrize(
    "answer",
    [frozen(599), refused(ReplyCode.FUNDS_FROZEN), (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 600)],
)
def test_a_wrong_code_state_or_remaining_amount_is_named(answer: tuple[int, int, int]) -> None:
    talk = Conversation(balance_fen=1_000)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 600, answer)
    (mismatch,) = talk.verdict()
    assert "seat 21, number 1, contract 195" in mismatch
    assert "expected ACCEPTED (state 1, 600 fen remain)" in mismatch


def test_the_order_of_rows_is_the_journal_s_not_that_of_arrival() -> None:
    talk = Conversation(balance_fen=0)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 100, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 100, frozen(100))
    talk.seen.reverse()
    assert talk.verdict() == []


@pytest.mark.parametrize(
    "name",
    [
        *("auditor", "register", "merging"),
        *(
            "accounts/audited_account",
            "accounts/account_rules",
            "accounts/withheld",
            "accounts/earning",
            "accounts/freeze",
        ),
        *("day/clearing", "day/comparing", "day/reconciling"),
        *("day/settling", "day/owing", "day/lending", "day/postings", "day/broker_audit"),
    ],
)
def test_the_auditor_shares_nothing_with_what_it_audits_and_needs_no_numpy(name: str) -> None:
    standard = {"collections", "collections.abc", "dataclasses", "hashlib", "itertools", "struct", "typing"}
    standard |= {"datetime", "enum"}
    for module, _ in imported(parsed(Path("frontend_sim/auditor") / f"{name}.py")):
        assert module.split(".")[0] in {"protocol", "frontend_sim"} or module in standard
        assert not module.startswith(("protocol.client", "ledger", "gateway", "rules"))


def test_a_fill_is_of_an_unsettled_day_and_not_before_its_freeze() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 500, frozen(500))
    yesterday = TODAYS_DAY - 1
    listed = refused(ReplyCode.LISTED)
    for day in (0, yesterday, TODAYS_DAY + 1):
        talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 100, listed, number, trade_day=day)
        talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 100, listed, trade_day=day)
    assert talk.verdict() == []

    talk.auditor.open_date(date_of_day(yesterday))
    talk.said(BROKER_SEAT, RecordKind.FILL_BUY, 100, listed, number, trade_day=yesterday)
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 100, ANSWERED, trade_day=yesterday)
    assert talk.verdict() == []
    talk.auditor.end_settlement(date_of_day(yesterday))
    talk.said(BROKER_SEAT, RecordKind.FILL_SELL, 100, listed, trade_day=yesterday)
    assert talk.verdict() == []


def test_a_movement_told_twice_is_booked_once() -> None:
    """5 is booked, 5 and 4 are not again, a refused 6 may come again, and without a serial nothing comes any more."""
    talk = Conversation(balance_fen=0)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 100, ANSWERED, serial=5)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 100, refused(ReplyCode.SERIAL_USED), serial=5)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 40, refused(ReplyCode.SERIAL_USED), serial=4)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 101, refused(ReplyCode.INSUFFICIENT_FUNDS), serial=6)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 99, ANSWERED, serial=6, same_row=True)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, refused(ReplyCode.SERIAL_USED), same_row=True)
    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, refused(ReplyCode.AMOUNT_OUT_OF_RANGE), serial=-1)
    assert talk.verdict() == []
    assert talk.totals().balance_fen == 1

    talk.said(BANK_SEAT, RecordKind.DEPOSIT, 1, ANSWERED, serial=6)
    assert len(talk.verdict()) == 1


def test_after_sign_off_nothing_is_frozen() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 300, frozen(300))
    talk.auditor.sign_off(TODAY, talk.row)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.MARKET_CLOSED))
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, number)
    assert talk.verdict() == []

    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, frozen(1))
    assert len(talk.verdict()) == 1


def test_a_stopped_broker_freezes_nothing_until_it_is_let_go_on() -> None:
    talk = Conversation(balance_fen=1_000)
    number = talk.said(BROKER_SEAT, RecordKind.FREEZE, 300, frozen(300))
    party = PARTY_OF_SEAT[BROKER_SEAT]
    talk.auditor.stop_broker(party, talk.row, True)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.BROKER_STOPPED))
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, number)
    talk.auditor.stop_broker(party, talk.row, False)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, frozen(1))
    assert talk.verdict() == []

    talk.auditor.stop_broker(party, talk.row, True)
    talk.auditor.sign_off(TODAY, talk.row)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.MARKET_CLOSED))
    assert len(talk.verdict()) == 1


def test_what_a_card_debit_could_not_take_is_withheld_under_a_number_too() -> None:
    """5 of 9 are there: the other 4 have the first number, so the next restraint has the second one."""
    talk = Conversation(balance_fen=5)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 9, (ReplyCode.ACCEPTED, STATE_POSTED, 5))
    talk.seen[-1] = talk.seen[-1]._replace(way=Way.FORCED_CARD)
    talk.said(BANK_SEAT, ControlKind.RESTRAINT, 7, (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 2))
    assert talk.verdict() == []
