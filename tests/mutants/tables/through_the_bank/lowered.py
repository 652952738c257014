"""Mutants of reports that two people lower.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of reports themselves (orders).
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_correcting.py"
_LOWERED = "tests/ledger_core/orders/at_the_close/test_lowered.py"

_EARNS: list[Row] = [
    (
        "raised by an act",
        "true.turnover <= has.turnover and true != has",
        "true != has",
        "two people buy for a customer",
        f"{_PAGE}::test_what_the_act_earns",
    ),
    (
        "whatever was reported",
        "    if order.traded != has or next",
        "    if next",
        "people sign for what the bank does not have",
        f"{_PAGE}::test_what_the_act_earns",
    ),
]
_ACTS: list[Row] = [
    (
        "any customer's order",
        "or int(requests.contract[slot]) != contract + 1:",
        "or not requests.contract[slot]:",
        "another account is given the money back",
        f"{_LOWERED}::test_what_the_act_names_is_there_and_the_customers_own",
    ),
    (
        "lowered beside its set",
        "    return lane.state < LaneState.COMPLETE and not is_booked and",
        "    return not is_booked and",
        "what both books are compared over moves",
        f"{_LOWERED}::test_once_a_set_is_complete_the_set_says_it",
    ),
    (
        "lowered beside what its set has booked",
        "    return lane.state < LaneState.COMPLETE and not is_booked and",
        "    return lane.state < LaneState.COMPLETE and",
        "what is taken back with a set is given back twice",
        f"{_LOWERED}::test_once_a_set_is_complete_the_set_says_it",
    ),
    (
        "lowered though a withdrawn set has given it back",
        " and _is_bought(book, lane, contract)",
        "",
        "less than nothing is bought, and the customer has money that was never there",
        "tests/ledger_core/ordering/test_lowered_behind_a_set.py::test_what_a_set_gave_back_is_not_given_back_again",
    ),
    (
        "bought on the open date still",
        "book.unsettled.slot_of(act.trade_date)][row] -= fell_fen",
        "book.unsettled.open_slot][row] -= fell_fen",
        "Monday's customer pays on Tuesday for nothing",
        f"{_LOWERED}::test_what_was_drawn_too_much_buys_again_and_the_order_has_ended[True]",
    ),
    (
        "a court waits for what is bought no more",
        "    if book.restrained_fen[row]:",
        "    if False:",
        "a restraint gets less than it may have",
        f"{_LOWERED}::test_a_restraint_ranks_behind_what_is_bought_and_no_more",
    ),
]

OF_LOWERED_REPORTS = [
    *of_file("rules/orders/correcting.py", _EARNS),
    *of_file("control/orders/reports.py", _ACTS),
]
