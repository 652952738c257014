"""Mutants of what orders will hang on: securities, their limits, the lists that people sign; who is signed on.

Belongs here: single wrong lines, each with what an order would go by then. Never here: mutants of other master data.
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_securities.py"
_CORE = "tests/ledger_core/orders/test_securities.py"
_LISTS = "tests/ledger_core/orders/test_signed_lists.py"

_RULES: list[Row] = [
    (
        "version of tomorrow",
        "each.terms.first_date <= trade_date]",
        "each.terms.first_date <= trade_date + 1]",
        "an order of today goes by the lots of tomorrow",
        f"{_PAGE}::test_the_newest_that_has_begun_holds_and_of_one_date_the_last_registered",
    ),
    (
        "first registered of a date",
        "key=lambda each: (each.terms.first_date, each.number)",
        "key=lambda each: (each.terms.first_date, -each.number)",
        "a wrong multiplier that was put right stays on every order",
        f"{_PAGE}::test_the_newest_that_has_begun_holds_and_of_one_date_the_last_registered",
    ),
    (
        "ended security",
        "return newest if last_date == WITHOUT_END or trade_date <= last_date else None",
        "return newest",
        "orders of a delisted security",
        f"{_PAGE}::test_one_that_has_ended_gives_no_older_one_its_place",
    ),
    (
        "gives way early",
        "return first_date < other_first <= open_date",
        "return first_date < other_first",
        "the version of today is forgotten once that of next week is registered",
        f"{_PAGE}::test_a_version_is_replaced_for_good_once_another_holds_for_all_that_comes",
    ),
    (
        "interest left out",
        "price, most = limits.high + limits.accrued,",
        "price, most = limits.high,",
        "an order of a bond is worth more than any column has room for",
        f"{_PAGE}::test_the_most_that_an_order_may_be_of_is_payable_at_the_high_limit",
    ),
    (
        "units left out",
        "return price <= TURNOVER_MAX // multiplier // quantity",
        "return price <= TURNOVER_MAX // quantity",
        "an order of 手 is worth ten times what was asked",
        f"{_PAGE}::test_units_count_and_not_quantity_alone",
    ),
    (
        "most of the buys alone",
        "max(terms.buy.most, terms.sell.most)",
        "terms.buy.most",
        "a sale is worth more than any column has room for",
        f"{_CORE}::test_no_order_of_a_date_passes_the_largest_turnover_whichever_is_said_first",
    ),
    (
        "version of yesterday",
        "if terms.first_date < open_date and",
        "if terms.first_date < open_date - 1 and",
        "a version of a past date takes the place of one that orders went by",
        f"{_PAGE}::test_what_a_version_earns",
    ),
]
_STATE: list[Row] = [
    (
        "limits stay",
        "self.limit_dates[:, OPEN] = np.where(comes, trade_date, 0)",
        "self.limit_dates[:, OPEN] = np.where(comes, trade_date, self.limit_dates[:, OPEN])",
        "orders of Tuesday go by Monday's limits",
        f"{_CORE}::test_limits_are_of_the_open_date_and_one_later_date_and_a_roll_drops_what_is_past",
    ),
    (
        "limits do not come",
        "np.where(comes[:, None], self.limits[:, NEXT], 0)",
        "np.where(comes[:, None], self.limits[:, OPEN], 0)",
        "Tuesday has the limits of Monday under its own date",
        f"{_CORE}::test_limits_are_of_the_open_date_and_one_later_date_and_a_roll_drops_what_is_past",
    ),
    (
        "list without end",
        "if trade_date <= each.last_date}",
        "if trade_date <= each.last_date + 1}",
        "what two people signed for Monday is told on Tuesday",
        f"{_LISTS}::test_a_list_holds_to_the_end_of_its_last_date",
    ),
    (
        "every version is new",
        "            if standing(terms.first_date, versions) == terms:\n                continue\n",
        "",
        "a file that is loaded again fills the table",
        f"{_CORE}::test_who_says_what_stands_makes_no_version_and_another_of_the_same_date_takes_its_place",
    ),
]
_CONTROL: list[Row] = [
    (
        "interest without people",
        "and not any(each.accrued for each in message.prices)",
        "",
        "one key of a desk sets what every order of a bond pays",
        f"{_LISTS}::test_prices_need_people_where_interest_is_accrued_and_only_there",
    ),
    (
        "list of another date",
        "if known is None or known.trade_date != trade_date:",
        "if known is None:",
        "prices that were signed for Tuesday are those of Monday",
        f"{_LISTS}::test_prices_need_people_where_interest_is_accrued_and_only_there",
    ),
    (
        "unsigned lines",
        "rests_of(lines, message.rest)[0] == known.rest",
        "bool(known.rest)",
        "master data tells other securities than two people signed",
        f"{_LISTS}::test_a_list_is_told_in_pieces_and_each_piece_is_proved_by_itself",
    ),
    (
        "last line of a list",
        "is_signed = len(lines) <= known.left and",
        "is_signed = len(lines) < known.left and",
        "the last line of a list is refused",
        f"{_LISTS}::test_a_list_is_told_in_pieces_and_each_piece_is_proved_by_itself",
    ),
    (
        "suspended for ever",
        "may = is_suspended == isinstance(message, ResumeSecurity)",
        "may = not is_suspended",
        "a security that is suspended is never traded again",
        f"{_CORE}::test_a_security_is_suspended_and_traded_again",
    ),
]
_SIGNING = "tests/rules/orders/test_signing_on.py"
_SIGNED_ON = "tests/ledger_core/orders/test_signing_on.py"
_VERDICTS: list[Row] = [
    (
        "one channel locks",
        "    elif not password.bars(told.channel):\n",
        "    elif not password.is_locked:\n",
        "whoever runs a kiosk locks every customer",
        f"{_SIGNING}::test_one_channel_alone_locks_nobody",
    ),
    (
        "an older password",
        "    if told.generation != password.generation:\n        return ReplyCode.PASSWORD_STALE\n    is_barred",
        "    is_barred",
        "who knew the old password signs on behind its change",
        f"{_SIGNING}::test_what_is_not_counted",
    ),
    (
        "a lost password set anew",
        "    if password.is_lost:\n        return ReplyCode.STATUS_FORBIDS\n",
        "",
        "who has found it sets another one",
        f"{_SIGNING}::test_a_lost_password_is_reset_before_another_one_is_set",
    ),
    (
        "four failures of a channel",
        "self.failures.get(channel, 0) >= FAILURES_OF_CHANNEL_MAX",
        "self.failures.get(channel, 0) > FAILURES_OF_CHANNEL_MAX",
        "a password is tried once more than may be",
        f"{_SIGNING}::test_three_failures_bar_the_channel_and_no_other",
    ),
]
_SIGN_ONS: list[Row] = [
    (
        "the second in which a sign-on ends",
        "return until_s is not None and now_s < int(until_s[contract])",
        "return until_s is not None and now_s <= int(until_s[contract])",
        "an order is taken behind the end of a sign-on",
        f"{_SIGNED_ON}::test_who_signs_on_by_phone_has_signed_on_at_no_other_channel",
    ),
    (
        "a lock over a roll",
        "            self.facts[counted] &= ~_FAILURES_MASK\n",
        "            self.facts[counted] = _IS_SET\n",
        "a locked password is tried on the next date",
        f"{_SIGNED_ON}::test_five_failures_lock_until_somebody_of_the_opening_outlet_unlocks",
    ),
    (
        "a password of a replaced card",
        "column[successor] = column[contract]",
        "column[successor] = column[successor]",
        "a customer with a new card has no password",
        f"{_SIGNED_ON}::test_a_replaced_card_keeps_the_password_and_signs_nobody_on",
    ),
]
_ENDS: list[Row] = [
    (
        "a change leaves who is signed on",
        "    sign_ons.put(index, password)\n    sign_ons.end(index)\n",
        "    sign_ons.put(index, password)\n",
        "a thief who signed on orders on behind the change of the password",
        f"{_SIGNED_ON}::test_a_change_ends_every_sign_on_and_refuses_a_verdict_that_is_older",
    ),
]
OF_SECURITIES = [
    *of_file("rules/orders/signing_on.py", _VERDICTS),
    *of_file("state/orders/sign_ons.py", _SIGN_ONS),
    *of_file("control/orders/signing_on.py", _ENDS),
    *of_file("rules/orders/securities.py", _RULES),
    *of_file("state/orders/securities.py", _STATE),
    *of_file("control/orders/securities.py", _CONTROL),
]
