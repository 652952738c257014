"""Mutants of what a set says of orders through the bank: compared, tolerated, taken by closing.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of sets of scheme B (of_the_close).
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_cleared.py"
_RULES = "tests/rules/day/test_corrections.py"
_COMPARED = "tests/ledger_core/orders/at_the_close/test_compared.py"
_PARTLY = f"{_PAGE}::test_of_an_order_that_is_executed_in_part"
_DRAWN = f"{_COMPARED}::test_columns_and_page_find_the_same_of_drawn_orders_and_drawn_sets"
_TOLERATED = f"{_COMPARED}::test_what_is_tolerated_goes_order_by_order_and_takes_from_nobody"

_SAYS: list[Row] = [
    (
        "more than is open may come",
        "line.quantity <= order.quantity - order.cancelled and not waits",
        "line.quantity <= order.quantity and not waits",
        "a customer pays for what the exchange has cancelled, and nobody looks",
        f"{_PAGE}::test_more_than_is_open_differs",
    ),
    (
        "what is more costs anything",
        "and not (is_later and _is_at_a_price(order, line)):",
        "and not is_later:",
        "a price beyond the order's own limit is taken without a word",
        f"{_PAGE}::test_what_is_more_is_at_a_price_of_the_date",
    ),
    (
        "fees are not compared",
        "        if fen != told_fen:",
        "        if False:",
        "a broker charges what nobody has agreed to",
        _PARTLY,
    ),
    (
        "fees of what was executed",
        "_traded(min(line.quantity, order.quantity), line.turnover_fen))",
        "order.traded)",
        "each order whose reports are late differs",
        _PARTLY,
    ),
    (
        "held by a word",
        "        return (said.fate == Fate.HELD) != waits\n",
        "        return False\n",
        "nobody sees that a set holds what cannot be held",
        f"{_PAGE}::test_by_its_type_an_order_is_held_and_by_no_word",
    ),
    (
        "any quantity is taken",
        "    if line.quantity > order.quantity or (line.quantity > 0) != (line.turnover_fen > 0):\n"
        "        return order.traded\n",
        "",
        "an order has traded more than was ordered",
        f"{_PAGE}::test_closing_takes_what_the_set_says_where_an_order_can_have_it",
    ),
]
_IN_COLUMNS: list[Row] = [
    (
        "said by another set",
        "            getattr(words, name)[slots] = 0\n",
        "            pass\n",
        "fees of a set that was withdrawn are compared",
        f"{_COMPARED}::test_a_set_that_was_withdrawn_says_nothing_of_an_order",
    ),
    (
        "late reports differ in a block",
        "is_compared & (line.quantity != traded) & ~is_later",
        "is_compared & (line.quantity != traded)",
        "a silent broker's date is decided order by order",
        f"{_DRAWN}[0]",
    ),
    (
        "a limit of the date for all that is bought",
        "lowest * units <= exact + most_below - 1",
        "lowest * units <= exact",
        "page and columns part by a fen",
        f"{_COMPARED}::test_columns_leave_what_a_line_cannot_say_of_parts_of_a_fen",
    ),
    (
        "closing takes nothing of the set",
        "    words.traded[orders[takes]] = quantity[takes]\n",
        "",
        "people read of an order that half of it was bought, and pay for all",
        f"{_COMPARED}::test_closing_takes_quantity_and_turnover_of_the_set",
    ),
    (
        "closing takes what cannot be",
        "is_other & (quantity <= words.quantity[orders]) &",
        "is_other &",
        "the process stops over a line of a broker's",
        f"{_COMPARED}::test_closing_takes_nothing_that_an_order_cannot_have",
    ),
]
_TOLERATES: list[Row] = [
    (
        "one order makes up for another",
        "    if has.falls_fen is not None and (rises_fen + has.falls_fen > 0 or sold_fen < 0):\n        return False\n",
        "",
        "a customer pays more for an order, without anybody's word",
        f"{_TOLERATED}[beyond_fen3-True-0]",
    ),
    (
        "an excess lets an order cost more",
        "(rises_fen + has.falls_fen > 0 or sold_fen < 0)",
        "sold_fen < 0",
        "what was booked of a sale is booked once more",
        f"{_RULES}::test_of_scheme_a_nothing_rises_by_an_excess",
    ),
]
_BY_ORDER: list[Row] = [
    (
        "an order that costs more makes up",
        "np.maximum(beyond_fen, 0))",
        "beyond_fen)",
        "a customer pays more for an order, without anybody's word",
        f"{_TOLERATED}[beyond_fen3-True-0]",
    ),
]

OF_CLEARED_ORDERS = [
    *of_file("rules/orders/cleared.py", _SAYS),
    *of_file("orders/cleared.py", _IN_COLUMNS),
    *of_file("rules/day/corrections.py", _TOLERATES),
    *of_file("corrections/by_order.py", _BY_ORDER),
]
