"""Mutants of reconciliation and publishing: the page, the same over columns and places, the steps of a lane.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of sets and lines (sets,
lines), of proceeds and of what is held back (proceeds).
"""

from tests.mutants.mutant import COMPARED_PLACES as PLACES_FILE
from tests.mutants.mutant import PROCEEDS, RECONCILIATION, Row, of_file
from tests.mutants.mutant import RECONCILIATION_PAGE as RULES

PLANTED = f"{RECONCILIATION}::test_every_planted_difference_is_found_in_its_class_and_no_other"
AFTER = f"{RECONCILIATION}::test_a_release_after_completion_is_no_difference"
NEXT_DAY = f"{RECONCILIATION}::test_it_agrees_on_the_next_day_as_well"
EVENTS = f"{RECONCILIATION}::test_contracts_that_began_and_ended_count_for_their_date"
MENDED = f"{RECONCILIATION}::test_a_set_that_was_mended_agrees"
PLACES = f"{RECONCILIATION}::test_places_are_compared_a_few_at_a_time_and_in_order"
ONLY_COMPLETE = f"{RECONCILIATION}::test_only_a_complete_set_is_compared"
IN_PARTS = f"{PLACES_FILE}::test_draws_of_one_contract_add_up_over_parts"
FOREIGN = f"{PLACES_FILE}::test_what_another_broker_has_is_none_of_the_lane"
BOOKED = f"{PROCEEDS}::test_what_is_due_is_asked_for_and_booked_and_then_the_lane_is_published"
ADJUSTED = f"{PROCEEDS}::test_a_set_that_booked_something_is_not_withdrawn"

_RULES: list[Row] = [
    (
        "a missing order agrees",
        "    if not order.is_told:\n",
        "    if not order.is_told and order.drawn_fen:\n",
        "an order that the broker does not know stays frozen without a word",
        f"{RULES}::test_of_an_order",
    ),
    (
        "a late release differs",
        "order.released_fen - order.released_after_fen",
        "order.released_fen",
        "whoever gives money back in time is never reconciled",
        f"{RULES}::test_of_an_order",
    ),
    (
        "held is bought",
        "if self.fate == Fate.HELD:",
        "if self.fate == Fate.REFUSED:",
        "an allotment that is yet to come is paid now",
        f"{RULES}::test_closing_draws_what_was_bought_as_far_as_anything_remains",
    ),
    (
        "closing draws above the freeze",
        "return min(remaining_fen, max(0, self.cleared_fen - self.drawn_fen))",
        "return max(0, self.cleared_fen - self.drawn_fen)",
        "more is bought than was frozen, of other orders' money",
        f"{RULES}::test_closing_draws_what_was_bought_as_far_as_anything_remains",
    ),
    (
        "closing gives back what was drawn",
        "max(0, self.cleared_fen - self.drawn_fen)",
        "self.cleared_fen - self.drawn_fen",
        "a purchase that the set does not know is taken for none",
        f"{RULES}::test_closing_draws_what_was_bought_as_far_as_anything_remains",
    ),
    (
        "a refused order may have bought",
        "frozenset({Fate.CANCELLED, Fate.REFUSED})",
        "frozenset({Fate.CANCELLED})",
        "fills of an order that never was are paid",
        f"{RULES}::test_of_an_order",
    ),
    (
        "filled with nothing",
        "or (order.fate in SOMETHING_BOUGHT and order.cleared_fen == 0)",
        "",
        "a filled order without its purchase agrees",
        f"{RULES}::test_of_an_order",
    ),
    (
        "what was cleared proves no fate wrong",
        "most_bought_fen = max(order.drawn_fen, order.cleared_fen)",
        "most_bought_fen = order.drawn_fen",
        "a cancelled order that the same set says bought agrees",
        f"{RULES}::test_of_an_order",
    ),
    (
        "listed buys count twice",
        "        buys_fen -= contract.listed_buys_fen\n",
        "        buys_fen -= 0\n",
        "one order that is not there makes its contract differ as well",
        f"{RULES}::test_of_a_contract",
    ),
    (
        "an excess that is not booked differs",
        "    if not (contract.proceeds_at_fill or contract.is_adjusted):\n        buys_fen",
        "    if contract.proceeds_at_fill or contract.is_adjusted:\n        buys_fen",
        "a day with one dear sale is never reconciled",
        f"{RULES}::test_of_a_contract",
    ),
    (
        "sales are not compared",
        "    if sold_fen != proceeds_fen:\n",
        "    if contract.is_adjusted and sold_fen != proceeds_fen:\n",
        "what a customer could spend was never sold",
        f"{RULES}::test_of_a_contract",
    ),
    (
        "events the wrong way round",
        "Class.MISSING_THERE if has else Class.MISSING_HERE",
        "Class.MISSING_HERE if has else Class.MISSING_THERE",
        "a contract that only the broker knows reads as one that it does not",
        f"{RULES}::test_of_a_contract",
    ),
]

_COMPARE: list[Row] = [
    (
        "foreign contracts are compared",
        "        own = book.own_contracts(lane.party, max(0, first - begins), end - begins)\n",
        "        own = np.arange(max(0, first - begins), end - begins)\n",
        "a broker is asked for, and told of, another's customers",
        FOREIGN,
    ),
    (
        "draws of an earlier comparison stay",
        "    cleared.drawn_at_close_fen[stale] = 0\n",
        "",
        "what a withdrawn set would have drawn is added to what this one draws",
        MENDED,
    ),
    (
        "draws in parts forget each other",
        "contracts[cleared.comparison[contracts] != lane.comparison]",
        "contracts",
        "of orders that are compared in parts only the last part is drawn",
        IN_PARTS,
    ),
    (
        "released after counts as told",
        "    released_fen -= np.where(in_set, requests.released_after_fen[slots], 0)\n",
        "",
        "whoever gives money back in time is never reconciled",
        AFTER,
    ),
    (
        "cancelled by the other set",
        "told = np.where(in_set, requests.told[slots], 0)",
        "told = requests.told[slots]",
        "what a withdrawn set said passes for this one's",
        f"{PLACES_FILE}::test_what_a_withdrawn_set_told_is_missing_in_the_next",
    ),
    (
        "frozen above is no difference",
        "frozen_fen != told_frozen_fen",
        "frozen_fen > told_frozen_fen",
        "an order of more than is frozen agrees",
        PLANTED,
    ),
    (
        "released above is no difference",
        "released_fen != told_released_fen",
        "released_fen < told_released_fen",
        "money that the broker still counts on is free",
        PLANTED,
    ),
    (
        "bought of all dates",
        "columns[slot][accounts], 0)",
        "columns[book.unsettled.open_slot][accounts], 0)",
        "Tuesday's fills are compared with Monday's set",
        NEXT_DAY,
    ),
    (
        "began some day",
        "book.happened_on(book.began_day[contracts], date)",
        "book.began_day[contracts] != 0",
        "a contract is asked for on every day",
        EVENTS,
    ),
    (
        "listed buys are no differences",
        "for is_buy, field in ((False, Of.ORDER), (True, Of.BUY)):",
        "for is_buy, field in ((False, Of.ORDER),):",
        "a purchase without an order is owed without a word",
        PLANTED,
    ),
    (
        "held draws at its close",
        "    due_fen[are_held(book, lane, slots)] = 0\n",
        "",
        "an allotment that is yet to come is paid now",
        PLANTED,
    ),
    (
        "contracts before freezes",
        "first + RECONCILE_PLACES_MAX, _NO_POSITIONS",
        "first + RECONCILE_PLACES_MAX, book.own_contracts(lane.party, 0, book.contracts_count)",
        "contracts are compared before their orders have said what they draw",
        IN_PARTS,
    ),
]

_STEPS: list[Row] = [
    (
        "compared before it is complete",
        "may = next_lane_state(LaneState(lane.state), LaneEvent.RECONCILE) is not None",
        "may = True",
        "half a set is compared and agrees",
        ONLY_COMPLETE,
    ),
    (
        "places are passed over",
        "message.first == lane.compared",
        "message.first >= 0",
        "what nobody looked at agrees",
        PLACES,
    ),
    (
        "differences of an earlier comparison stay",
        "        lane.begin_anew()\n        lane.state",
        "        lane.state",
        "a set that was compared twice differs twice",
        f"{PLACES_FILE}::test_a_set_that_differs_may_be_compared_again_and_counts_the_same",
    ),
    (
        "reconciled with differences",
        "    is_reconciled = lane.is_agreed\n",
        "    is_reconciled = lane.is_compared\n",
        "what differs is published and paid",
        PLANTED,
    ),
    (
        "reconciled halfway",
        "    is_reconciled = lane.is_agreed\n",
        "    is_reconciled = not any(lane.differences)\n",
        "what nobody looked at agrees",
        IN_PARTS,
    ),
    (
        "published before all is booked",
        " is not None and not lane.proceeds_due\n",
        " is not None\n",
        "a broker is paid for sales that its customers never see",
        BOOKED,
    ),
    (
        "younger dates first",
        " or _has_older_lane(book, message)",
        "",
        "what is owed by Tuesday is told before what is owed by Monday",
        EVENTS,
    ),
    (
        "booked and withdrawn",
        "ReplyCode.LANE_ADJUSTED if lane.is_adjusted else ReplyCode.ACCEPTED",
        "ReplyCode.ACCEPTED",
        "proceeds of a set that counts no more stay with the customer, and come again with the next",
        ADJUSTED,
    ),
]
_KEPT: list[Row] = [
    (
        "a withdrawn set was compared",
        "        self.begin_anew()\n",
        "",
        "the next set begins with the differences of the last",
        MENDED,
    ),
]

OF_RECONCILIATION = [
    *of_file("rules/day/reconciliation.py", _RULES),
    *of_file("lines/compare.py", _COMPARE),
    *of_file("control/day/lanes.py", _STEPS),
    *of_file("state/day/clearing.py", _KEPT),
]
