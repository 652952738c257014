"""Mutants of what orders will hang on: securities, their limits, the lists that people sign.

Belongs here: single wrong lines, each with what an order would go by then. Never here: mutants of other master data.
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_securities.py"
_CORE = "tests/ledger_core/orders/test_securities.py"
_LISTS = "tests/ledger_core/orders/test_signed_lists.py"

_RULES: list[Row] = [
    (
        "no whole lots",
        "and quantity % lots.step == 0",
        "",
        "money is frozen for what the exchange never takes",
        "tests/rules/orders/test_taking.py::test_a_refused_order_moves_nothing",
    ),
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
        "return price <= ORDER_TURNOVER_MAX // multiplier // quantity",
        "return price <= ORDER_TURNOVER_MAX // quantity",
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
OF_SECURITIES = [
    *of_file("rules/orders/securities.py", _RULES),
    *of_file("state/orders/securities.py", _STATE),
    *of_file("control/orders/securities.py", _CONTROL),
]
