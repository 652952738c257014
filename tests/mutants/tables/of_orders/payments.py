"""Mutants of what is paid between the bank and brokers: what is taken when, lent, kept, and what it bears.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of due times and notices (obligations).
"""

from tests.mutants.mutant import Mutant, of_file

_COLLECTION = "tests/rules/day/test_collection.py"
_INTEREST = "tests/rules/day/test_interest.py"
_STATES = "tests/rules/day/test_obligations.py"
_IN_TIME = "tests/ledger_core/paying/test_in_time.py"
_TERMINATED = "tests/ledger_core/paying/test_terminated.py"
_EARNING = "tests/ledger_core/paying/test_earning.py"
_CLOSED = "tests/ledger_core/paying/customers/test_closed_accounts.py"
_BANK = "tests/ledger_core/paying/test_bank_pays.py"
_LENDING = "tests/ledger_core/paying/test_lending.py"

OF_PAYMENTS: list[Mutant] = [
    *of_file(
        "rules/day/collection.py",
        [
            (
                "told twice",
                "if serial <= last_serial:",
                "if serial < last_serial:",
                "money that was told twice is booked twice",
                f"{_IN_TIME}::test_money_that_is_told_twice_is_booked_once",
            ),
            (
                "a serial leaps",
                "serial > last_serial + DESK_SERIAL_STEP_MAX",
                "serial > 2**62",
                "a serial typed wrong locks a broker out",
                f"{_CLOSED}::test_a_payment_that_is_told_twice_is_made_once",
            ),
            (
                "a part of what is not overdue",
                "if part_fen < unpaid_fen and state not in TAKEN_IN_PART:",
                "if part_fen < unpaid_fen and state in TAKEN_IN_PART:",
                "what a broker gave notice of is taken in parts",
                f"{_COLLECTION}::test_the_oldest_is_taken_first_and_in_part_only_when_overdue",
            ),
            (
                "the loan before what falls due",
                "return max(0, there_fen - due_today_fen)",
                "return max(0, there_fen)",
                "money for ten o'clock goes to the loan",
                f"{_COLLECTION}::test_the_loan_is_paid_from_what_exceeds_what_falls_due_on_the_day",
            ),
            (
                "a limit for each loan",
                "short_fen <= limit_fen - lent_fen",
                "short_fen <= limit_fen",
                "a broker is lent its limit every day",
                f"{_COLLECTION}::test_all_of_what_is_short_is_lent_or_nothing",
            ),
            (
                "paid out while something is unpaid",
                "if is_unpaid or asked_fen",
                "if asked_fen",
                "a broker takes out what it owes",
                f"{_COLLECTION}::test_what_is_needed_is_not_paid_out",
            ),
        ],
    ),
    *of_file(
        "rules/day/obligations.py",
        [
            (
                "ten o'clock is not over at its second",
                "found = [] if fell_due_s else [Acts(times.first_due_s, ",
                "found = [] if fell_due_s else [Acts(times.first_due_s + 1, ",
                "what comes at 10:00:00 counts as if it came before",
                f"{_IN_TIME}::test_a_tenth_before_ten_is_in_time_and_ten_is_not",
            ),
            (
                "fourteen o'clock is over at its second",
                "found.append(Acts(times.last_due_s + 1,",
                "found.append(Acts(times.last_due_s,",
                "what comes within 14:00:00 is late",
                f"{_IN_TIME}::test_with_notice_fourteen_and_nine_tenths_is_in_time",
            ),
            (
                "overdue does not gate",
                "frozenset({_State.OWED_BY_BROKER, _State.NOTIFIED, _State.OVERDUE})",
                "frozenset({_State.OWED_BY_BROKER, _State.NOTIFIED})",
                "customers are credited with what their broker never paid",
                f"{_STATES}::test_every_state_and_event_of_an_obligation",
            ),
            (
                "a notice is lent upon at ten",
                "(_State.NOTIFIED, _Event.LENT_AT_FIRST_DUE): _State.NOTIFIED,",
                "(_State.NOTIFIED, _Event.LENT_AT_FIRST_DUE): _State.ADVANCED,",
                "a broker pays interest for hours that it was given",
                f"{_LENDING}::test_with_notice_nothing_is_lent_before_fourteen",
            ),
        ],
    ),
    *of_file(
        "rules/day/interest.py",
        [
            (
                "a year of 365 days",
                "DAYS_PER_YEAR = 360",
                "DAYS_PER_YEAR = 365",
                "a broker pays too little",
                f"{_INTEREST}::test_one_day_of_three_millions_at_2_40_per_cent_is_200_00",
            ),
            (
                "what came and went bears nothing",
                "principal_fen = loan.before_fen + loan.on_day_fen",
                "principal_fen = loan.principal_fen",
                "a loan of a day is free",
                f"{_INTEREST}::test_a_day_bears_what_is_lent_at_its_end_and_what_came_and_went_on_it",
            ),
            (
                "rounded down",
                "return (2 * exact + _DIVISOR) // (2 * _DIVISOR)",
                "return exact // _DIVISOR",
                "half a fen is nobody's",
                f"{_INTEREST}::test_it_is_rounded_once_and_half_up",
            ),
            (
                "posted again",
                "more_fen = max(0, half_up(exact) - loan.posted_fen)",
                "more_fen = max(0, half_up(exact))",
                "interest is posted twice",
                f"{_INTEREST}::test_what_was_posted_is_not_posted_again",
            ),
        ],
    ),
    *of_file(
        "ledger/core/control/clearing_accounts/collecting.py",
        [
            (
                "what is not due is collected",
                "if each.fell_due_s and each.state in GATING_STATES",
                "if each.state in GATING_STATES",
                "money is taken before its due time",
                f"{_IN_TIME}::test_what_is_there_at_ten_is_taken_at_ten",
            ),
            (
                "what is not paid is lent in part",
                "    _take(book, obligation, there_fen, at_s)\n    obligation.move(there_fen, 0)\n",
                "    _take(book, obligation, there_fen, at_s)\n",
                "what was taken is owed still",
                f"{_IN_TIME}::test_overdue_it_is_paid_in_parts_and_never_more_than_it_is",
            ),
            (
                "a rate that was used is said again",
                "accounts.fixed_day = max(accounts.fixed_day, loan.day)",
                "accounts.fixed_day = accounts.fixed_day",
                "what was posted by one rate would have another",
                f"{_LENDING}::test_a_rate_is_said_once_for_today_or_a_later_day",
            ),
        ],
    ),
    *of_file(
        "rules/savings.py",
        [
            (
                "days of a clearing account are counted twice",
                "max(0, today - day), max(day, today)",
                "max(0, today - day), day",
                "a broker has interest twice for the same day",
                f"{_EARNING}::test_whole_yuan_bear_for_each_day_at_whose_end_they_stood_there",
            ),
        ],
    ),
    *of_file(
        "ledger/core/control/stops.py",
        [
            (
                "an end of an agreement is resumed",
                "ReplyCode.ACCEPTED if before == STOPPED",
                "ReplyCode.ACCEPTED if before != WORKS",
                "a terminated broker trades again by another act",
                f"{_TERMINATED}::test_it_is_a_stop_without_end",
            ),
            (
                "a stopped broker signs nobody",
                "int(book.stopped[party]) == TERMINATED",
                "int(book.stopped[party]) != WORKS",
                "a stop for an hour refuses contracts",
                f"{_TERMINATED}::test_no_contract_of_it_begins",
            ),
        ],
    ),
    *of_file(
        "rules/day/obligations.py",
        [
            (
                "terminated on the fifth day",
                "0 < times.termination_after_s < now_s",
                "0 < times.termination_after_s <= now_s",
                "an agreement ends in the last second in which the debt may be paid",
                f"{_TERMINATED}::test_it_may_be_said_behind_the_fifth_bank_working_day_and_not_in_its_last_second",
            ),
        ],
    ),
    *of_file(
        "ledger/core/control/clearing_accounts/acts.py",
        [
            (
                "a customer is paid what is another's",
                "act.amount_fen <= book.general_ledger.owed_to_customer_fen(party, act.contract_no)",
                "act.amount_fen <= 370",
                "what stands for one closed account is paid to another customer",
                f"{_CLOSED}::test_what_stands_for_a_contract_is_paid_in_parts_and_never_more_of_it",
            ),
            (
                "a payment to a customer has no serial",
                "            account.customer_serial = act.desk_serial\n",
                "",
                "what is told twice is paid twice",
                f"{_CLOSED}::test_a_payment_that_is_told_twice_is_made_once",
            ),
        ],
    ),
    *of_file(
        "ledger/core/control/clearing_accounts/paying.py",
        [
            (
                "a younger date is kept",
                "(each.case or each.trade_date <= date)",
                "True",
                "what a later date brings is taken before it is due",
                f"{_BANK}::test_nothing_is_kept_for_a_later_date",
            ),
            (
                "cases are not kept",
                "(each.case or each.trade_date <= date)",
                "(each.trade_date < date)",
                "the bank pays out what the broker makes good an hour later",
                f"{_BANK}::test_what_is_not_due_yet_is_kept_as_well",
            ),
            (
                "paid before nine",
                "now_s >= owed.due.pay_from_s",
                "now_s >= 0",
                "the bank pays in the night",
                f"{_BANK}::test_the_bank_pays_from_nine_on_once_and_before_ten",
            ),
        ],
    ),
    *of_file(
        "ledger/core/control/day/catch_up.py",
        [
            (
                "a due time in its second",
                "if acts.at_s <= now_s:",
                "if acts.at_s < now_s:",
                "what comes at 10:00:00 comes before it",
                f"{_IN_TIME}::test_a_tenth_before_ten_is_in_time_and_ten_is_not",
            ),
            (
                "limits do not catch up",
                "    ClearingInterestAct,\n    AdvanceLimitAct,\n)",
                "    ClearingInterestAct,\n)",
                "a limit of 10:30 counts at 10:00:00",
                f"{_LENDING}::test_the_limit_of_the_due_time_counts_and_not_a_later_one",
            ),
        ],
    ),
]
