"""Mutants of what is owed, of sign-on, stops and adopted sets: when it is due, who may still say what, what is kept.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of publishing itself (sets,
reconciliation).
"""

from tests.mutants.mutant import Mutant, of_file

_PAGE = "tests/rules/day/test_obligations.py"
_CORE = "tests/ledger_core/control/day/test_obligations.py"
_ADOPTED = "tests/ledger_core/control/day/test_adopted_sets.py"
_SIGN_ON = "tests/ledger_core/control/day/test_sign_on.py"
_TOLD = "tests/ledger_core/corrections/test_told.py"
_FEEDS = "tests/ledger_core/control/test_feeds.py"
_BROKER = f"{_PAGE}::test_what_the_broker_owes_is_due_on_the_day_while_a_due_time_is_to_come"
_BANK = f"{_PAGE}::test_what_the_bank_owes_is_due_on_the_next_day_once_payment_has_begun"
_NOTICE = f"{_PAGE}::test_a_notice_comes_before_the_first_due_second_and_once"
_OBJECTION = f"{_PAGE}::test_an_objection_comes_up_to_the_last_second_of_the_third_day_behind"

OF_OBLIGATIONS: list[Mutant] = [
    *of_file(
        "rules/day/obligations.py",
        [
            (
                "due at 14:00 when netted at 14:00",
                "sum(last_due_s <= netted_s for",
                "sum(last_due_s < netted_s for",
                "what is netted at 14:00:00 is overdue in the same second",
                _BROKER,
            ),
            (
                "09:00:00 is late for the bank",
                "sum(pay_from_s < netted_s for",
                "sum(pay_from_s <= netted_s for",
                "the bank pays a day later what it has to pay today",
                _BANK,
            ),
            (
                "09:00:00 is netted late",
                "is_late_netted=netted_s > days[0][0]",
                "is_late_netted=netted_s >= days[0][0]",
                "a broker that was in time answers for the delay",
                _BROKER,
            ),
            (
                "late by the day on which it is due",
                "is_late_netted=netted_s > days[0][0]",
                "is_late_netted=netted_s > days[place][0]",
                "nobody answers for a date that was netted a day late",
                _BROKER,
            ),
            (
                "10:00:00 needs a notice",
                "netted_s >= first_due_s,",
                "netted_s > first_due_s,",
                "what is netted at 10:00:00 is taken at 10:00:00",
                _BROKER,
            ),
            (
                "the bank's own due time waits",
                "needs_no_notice=owed_fen > 0 and",
                "needs_no_notice=",
                "the bank may pay until 14:00",
                f"{_PAGE}::test_when_every_day_is_over_it_is_due_on_the_last_one",
            ),
            (
                "objection of two days",
                "place + OBJECTION_WINDOWS",
                "place + OBJECTION_WINDOWS - 1",
                "a broker's objection of the third day is not heard",
                _BROKER,
            ),
            (
                "termination after four days",
                "place + TERMINATION_WINDOWS",
                "place + TERMINATION_WINDOWS - 1",
                "the other side may terminate a day too early",
                _BROKER,
            ),
            (
                "days of later dates twice",
                "if window[0] > days[-1][-1]",
                "if window[-1] > days[0][-1]",
                "the third day behind is one that was counted before",
                f"{_PAGE}::test_days_behind_a_dates_own_windows_come_from_later_dates",
            ),
            (
                "a notice at ten",
                "now_s >= times.first_due_s",
                "now_s > times.first_due_s",
                "a notice in the second in which the money is taken holds it up",
                _NOTICE,
            ),
            (
                "an objection at the end of the day",
                "now_s > times.objection_until_s",
                "now_s >= times.objection_until_s",
                "the last second of three days is not the broker's",
                _OBJECTION,
            ),
            (
                "owed by the wrong side",
                "if owed_fen > 0 else ObligationState.OWED_BY_BANK",
                "if owed_fen < 0 else ObligationState.OWED_BY_BANK",
                "the bank pays what it is owed",
                f"{_PAGE}::test_every_state_and_event_of_an_obligation",
            ),
        ],
    ),
    *of_file(
        "control/day/obligations.py",
        [
            (
                "a word in another's name",
                "ObligationKey(party, message.trade_date, message.case)",
                "ObligationKey(2, message.trade_date, message.case)",
                "a broker puts off what another one owes",
                f"{_CORE}::test_a_notice_counts_once_before_ten_and_for_its_own_broker",
            ),
            (
                "due times stay as they were told",
                "        if times != obligation.due:\n",
                "        if False:\n",
                "money is taken from a broker while the typhoon holds up what would fund it",
                f"{_CORE}::test_changed_due_times_are_told_anew_with_the_amount_as_it_was",
            ),
        ],
    ),
    *of_file(
        "state/day/obligations.py",
        [
            (
                "unpaid is forgotten",
                "            if each.state != ObligationState.PAID\n            or key",
                "            if key",
                "what a broker owes is gone with its objection",
                f"{_CORE}::test_what_is_unpaid_or_objected_to_is_kept",
            ),
            (
                "an objection is forgotten",
                "            or each.objected_s\n",
                "",
                "nobody hears an objection any more",
                f"{_CORE}::test_what_is_unpaid_or_objected_to_is_kept",
            ),
        ],
    ),
    *of_file(
        "control/day/acts.py",
        [
            (
                "the exchange's data by any seat",
                "book.seat_role[seat] != SeatRole.DAY_DESK",
                "book.seat_role[seat] == SeatRole.BROKER",
                "a broker's date hangs on a set that no seat can fill",
                f"{_ADOPTED}::test_without_its_act_a_day_desk_sends_nothing_in_a_broker_s_place",
            ),
        ],
    ),
    *of_file(
        "resolve.py",
        [
            (
                "lines of anybody",
                "open_at[seat].party if seat in open_at else sender",
                "sender",
                "a day desk's set takes money of another broker's customer into account",
                f"{_ADOPTED}::test_a_line_names_contracts_of_the_broker_in_whose_place_it_is_sent",
            ),
        ],
    ),
    *of_file(
        "control/stops.py",
        [
            (
                "a stop that nobody hears of",
                "    tell_stopped(book, message.party)\n",
                "",
                "a broker sends orders to be refused all day",
                f"{_FEEDS}::test_a_stop_and_its_end_are_told_to_the_broker_alone",
            ),
        ],
    ),
    *of_file(
        "control/feeds.py",
        [
            (
                "told again with each comparison",
                "    cleared.adjusted[untold] |= CASE_TOLD\n",
                "",
                "a broker books what it makes good as often as its set is compared",
                f"{_TOLD}::test_each_case_is_told_once_with_the_comparison_behind_it_and_before_what_is_owed",
            ),
            (
                "ended without being told",
                "contracts[cleared.adjusted[contracts] & CASE_TOLD != 0]",
                "contracts",
                "a broker hears of the end of cases that it has never heard of",
                f"{_TOLD}::test_of_cases_that_were_not_told_nothing_is_said",
            ),
        ],
    ),
    *of_file(
        "control/day/lanes.py",
        [
            (
                "signed on for a date that is over",
                "is_traded and lane.state",
                "lane.state",
                "a broker that was absent all day is told as present",
                f"{_SIGN_ON}::test_a_date_that_is_not_traded_any_more_is_signed_on_for_by_nobody",
            ),
            (
                "withdrawn unheard",
                "    tell_withdrawn(book, lane, booked)\n",
                "",
                "a broker waits for what the bank has taken out of its books",
                f"{_TOLD}::test_what_was_told_ends_with_the_set_and_its_successor_tells_its_own",
            ),
            (
                "a broker is told what it said",
                "book.feeds.author == BANK_PARTY",
                "book.feeds.author",
                "its own withdrawal reads as the bank's",
                f"{_TOLD}::test_a_broker_hears_of_an_adopted_set_that_the_bank_withdraws_and_not_of_its_own",
            ),
        ],
    ),
]
