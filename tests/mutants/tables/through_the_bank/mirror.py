"""Mutants of the mirror of securities: what may be sold, what orders make of it.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of orders and their money (orders).
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_mirror.py"

_RULES: list[Row] = [
    (
        "sold twice",
        "return max(0, self.sellable - self.held)",
        "return self.sellable",
        "two orders sell the same shares",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "unknown is none",
        "        return ReplyCode.ACCEPTED\n    if quantity > position.free:",
        "        return ReplyCode.SHARES_SHORT\n    if quantity > position.free:",
        "nobody sells before his broker has sent a set",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "shares that are on their way",
        "quantity <= position.holding - position.held",
        "quantity <= position.holding",
        "a customer waits for tomorrow to sell what is sold",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "any rest",
        "if is_all or are_lots(quantity, terms.sell) else",
        "if True else",
        "the exchange refuses a rest that leaves another",
        f"{_PAGE}::test_a_rest_is_sold_with_all_that_is_free",
    ),
    (
        "bought and sold today",
        "        holding, bought_today = holding + traded, bought_today + traded",
        "        holding, sellable = holding + traded, sellable + traded",
        "what settles tomorrow is sold today",
        f"{_PAGE}::test_what_was_bought_today_is_sold_tomorrow_and_at_once_where_the_product_settles_so",
    ),
    (
        "told a day late",
        "terms.sold_at_once or bought_on < open_date",
        "terms.sold_at_once",
        "what was bought on Monday is sellable on Wednesday",
        f"{_PAGE}::test_a_buy_of_monday_that_is_told_on_tuesday_is_sellable_on_tuesday",
    ),
    (
        "held for ever",
        "holding - traded, sellable - traded, held + opened",
        "holding - traded, sellable - traded, held + max(0, opened)",
        "what was not sold is never free again",
        f"{_PAGE}::test_a_sale_that_is_refused_or_that_its_date_ends_gives_everything_back",
    ),
    (
        "bought behind what was sold short",
        "    position.bought_today = min(max(0, bought_today), position.holding - position.sellable)",
        "    position.bought_today = max(0, bought_today)",
        "shares come about with a roll",
        f"{_PAGE}::test_a_set_that_tells_less_than_is_sold_leaves_nothing_below_0_and_nothing_free",
    ),
    (
        "rolled twice",
        "    position.bought_today = 0\n",
        "",
        "shares are bought anew with each date",
        f"{_PAGE}::test_what_was_bought_today_is_sold_tomorrow_and_at_once_where_the_product_settles_so",
    ),
    (
        "no room",
        "    if max(holding, held) > SECURITY_NUMBER_MAX:",
        "    if False:",
        "a number wraps, and the customer has none of what he bought",
        f"{_PAGE}::test_where_a_number_has_no_room_nothing_moves",
    ),
]

OF_THE_MIRROR = of_file("rules/orders/mirror.py", _RULES)
