"""Mutants of corrections: what is closed, what goes where, what is made good, and what needs an act.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of comparing (reconciliation), of what
people sign about differences (permits).
"""

from tests.mutants.mutant import CORRECTING, CORRECTIONS_PAGE, Row, of_file

BY_HAND = f"{CORRECTIONS_PAGE}::test_worked_out_by_hand"
NO_ACT = f"{CORRECTIONS_PAGE}::test_what_needs_no_act"
EXCESS = f"{CORRECTING}::test_an_excess_of_a_sale_is_booked_without_an_act_and_the_orders_of_the_date_are_closed"
BROUGHT = f"{CORRECTING}::test_where_proceeds_come_with_the_set_a_correction_brings_them_too"
BEHIND = f"{CORRECTING}::test_proceeds_behind_a_correction_of_their_lane_wait_for_the_next_comparison"
BEYOND = f"{CORRECTING}::test_an_excess_beyond_buying_power_is_left_to_two_people"
NAMES = f"{CORRECTING}::test_a_correction_names_all_that_it_is_about"
CLOSES = f"{CORRECTING}::test_every_order_of_the_date_is_closed_first_but_those_that_are_held"
IN_FRONT = f"{CORRECTING}::test_an_order_is_closed_in_front_of_its_contracts_correction_alone"
CLOSE_NAMES = f"{CORRECTING}::test_closing_names_what_it_draws_and_releases"
BY_ACT = "tests/ledger_core/corrections/decided/test_by_act.py"
PERMITS = f"{BY_ACT}::test_an_act_permits_what_it_says_and_no_more"
TOLERATED = f"{BY_ACT}::test_a_tolerance_for_each_contract_and_one_for_all"
LATER = "tests/ledger_core/corrections/test_later_dates.py"
LOOKUPS = "tests/ledger_core/test_lookups.py"
FALLS = f"{LATER}::test_proceeds_fall_by_nothing_that_a_later_date_brought"
AGREES = f"{CORRECTING}::test_nothing_is_corrected_before_the_set_is_complete_and_the_bank_agrees_with_itself"

_PAGE: list[Row] = [
    (
        "a rejected buy is taken",
        "takes_fen, later_fen = buys_fen - rejected_fen,",
        "takes_fen, later_fen = buys_fen,",
        "two people say no, and the customer pays",
        BY_HAND,
    ),
    (
        "what falls makes no room",
        "    there_fen += has.bought_fen - bought_fen\n",
        "",
        "the broker bears what the customer could have paid",
        BY_HAND,
    ),
    (
        "proceeds fall below what was spent",
        "falls_fen = min(sold_fen - proceeds_fen, max(0, there_fen - later_fen))",
        "falls_fen = sold_fen - proceeds_fen",
        "an account is overdrawn",
        BY_HAND,
    ),
    (
        "bought with what is restrained",
        "there_fen - max(account.restrained_fen, later_fen)",
        "there_fen - later_fen",
        "a court finds nothing",
        BY_HAND,
    ),
    (
        "proceeds fall by what later dates brought",
        "max(0, there_fen - later_fen)",
        "there_fen",
        "Monday is settled before Tuesday, and the account is overdrawn",
        FALLS,
    ),
    (
        "buys rise by what later dates brought",
        "max(account.restrained_fen, later_fen)",
        "account.restrained_fen",
        "Monday is settled before Tuesday, and the account is overdrawn",
        f"{LATER}::test_a_rise_of_buys_leans_on_nothing_later",
    ),
    (
        "buys rise without an act",
        "        and rises_fen <= excess_fen\n",
        "",
        "the day desk alone takes money for which nobody ordered",
        NO_ACT,
    ),
    (
        "made good without an act",
        "        after.made_good_fen == 0\n",
        "        after.made_good_fen >= 0\n",
        "the day desk alone makes a broker owe",
        NO_ACT,
    ),
    (
        "a tolerance for each and none for all",
        "min(has.tolerance.contract_fen, has.tolerance.left_fen)",
        "has.tolerance.contract_fen",
        "a fen too little of each of ten thousand customers",
        NO_ACT,
    ),
    (
        "closed beyond the set",
        "drawn_fen = min(target.remaining_fen, target.due_fen)",
        "drawn_fen = target.remaining_fen",
        "what was not bought is drawn",
        EXCESS,
    ),
    (
        "closed by any amounts",
        "(drawn_fen, target.remaining_fen - drawn_fen):",
        "(request.amount_fen, request.release_fen):",
        "record and books differ",
        CLOSE_NAMES,
    ),
    (
        "a held order is closed",
        " or request.target_slot not in has.open_slots:",
        ":",
        "a subscription loses its money before its allotment",
        CLOSES,
    ),
    (
        "an order stays open",
        "    if any(freezes[slot].is_open for slot in has.open_slots):\n        return STEP_NOT_DUE\n",
        "",
        "it draws once more what the correction has bought",
        CLOSES,
    ),
    ("corrected twice", " or has.is_corrected:", ":", "money moves twice by one set", NAMES),
    (
        "any act will do",
        "    if says.act_number and says.permit is None:\n        return ACT_NEEDED\n",
        "",
        "nobody signed",
        NAMES,
    ),
    (
        "signed for another set's sums",
        "(permit.buys_fen, permit.proceeds_fen) == (has.buys_fen, has.proceeds_fen)",
        "permit.buys_fen >= 0",
        "what people saw is not what moves",
        PERMITS,
    ),
    (
        "bought without a bound",
        "        and after.bought_fen - has.bought_fen <= permit.rise_max_fen\n",
        "",
        "more than people saw is taken",
        PERMITS,
    ),
    (
        "made good without a bound",
        "        and after.made_good_fen <= permit.made_good_max_fen\n",
        "",
        "a broker owes more",
        PERMITS,
    ),
]
_READ: list[Row] = [
    (
        "closed without a correction",
        "is_correction | _is_followed(is_correction & ~takes_back, frame, contract, day)",
        "is_correction | ~is_correction",
        "money is given back by a set that may be withdrawn",
        IN_FRONT,
    ),
    (
        "a correction in front will do",
        "last.get(name, -1) > place",
        "name in last",
        "an order is closed behind what should have seen it",
        IN_FRONT,
    ),
]
_AT_HAND: list[Row] = [
    (
        "before the bank agrees with itself",
        "return may and bool(book.unsettled.agreed[book.unsettled.slot_of(lane.trade_date)])",
        "return may",
        "wrong figures are brought to right ones",
        AGREES,
    ),
    (
        "what an older set said",
        "if cleared is not None and lane.inner and cleared.inner[contract] == lane.inner:",
        "if cleared is not None:",
        "a withdrawn set moves money",
        f"{CORRECTING}::test_what_a_withdrawn_set_said_corrects_nothing",
    ),
]
_APPLY: list[Row] = [
    (
        "agreed all the same",
        "lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.CORRECT]",
        "lane.is_adjusted = True",
        "what was corrected is published unseen",
        BROUGHT,
    ),
    (
        "adjusted and withdrawn",
        "            lane.is_adjusted = True\n",
        "",
        "its corrections stay without a set",
        EXCESS,
    ),
    (
        "used for ever",
        "        book.permits.use(number, contract_no)\n",
        "        pass\n",
        "one act for two",
        f"{BY_ACT}::test_an_act_is_of_one_contract_and_used_once",
    ),
    (
        "tolerated without end",
        "    lane.tolerated_fen += int(tolerated_fen[without].sum())\n",
        "",
        "a fen of each of ten thousand customers",
        TOLERATED,
    ),
    ("due once more", "    cleared.adjusted[contract] |= CORRECTED\n", "", "proceeds are booked twice", BROUGHT),
]
_PROCEEDS: list[Row] = [
    (
        "booked by what is moved back",
        "first[first < ends[0]] if len(ends) else first",
        "first",
        "proceeds of a lane that is not reconciled any more",
        BEHIND,
    ),
]
_LATER: list[Row] = [
    (
        "what earlier dates have frozen counts as of the open one",
        "        open_fen -= of_date\n",
        "",
        "an account is denied what nothing behind the date has taken",
        f"{LOOKUPS}::test_a_settled_date_has_open_freezes_and_is_behind_nothing",
    ),
    (
        "what is frozen on a later date is forgotten",
        " - taken_fen.get(date, 0)\n",
        "\n",
        "an earlier date is denied what is its own",
        FALLS,
    ),
    (
        "all later dates count as one",
        "for later, fen in zip(found, brought_fen.tolist(), strict=True):\n            later.move(date, fen)",
        "for later, fen in zip(found, brought_fen.tolist(), strict=True):\n            later.move(dates[-1], fen)",
        "a date between two is overdrawn",
        f"{LATER}::test_each_date_behind_counts_for_those_before_it_alone",
    ),
    (
        "only what was asked for an open date counts",
        "(since < book.trade_date)",
        "(since > book.trade_date)",
        "an earlier date is paid by a later one",
        FALLS,
    ),
]
_WATCHED: list[Row] = [
    (
        "a freeze in the block is not told to earlier dates",
        "    account.later.move(request.target_date or book.trade_date, taken_fen - account.taken_fen)\n",
        "",
        "an earlier date is denied what is its own",
        FALLS,
    ),
    (
        "a sale in the block is not told to earlier dates",
        "    account.later.move(request.executed_on, account.brought_fen - brought_fen)\n",
        "",
        "an earlier date is paid by a later one",
        FALLS,
    ),
]
_LANES: list[Row] = [
    (
        "published with an excess that nobody bears",
        " or len(to_correct(book, lane, 0, book.contracts_count)):",
        ":",
        "the bank pays what no customer owes",
        BEYOND,
    ),
]

OF_CORRECTIONS = [
    *of_file("rules/day/corrections.py", _PAGE),
    *of_file("corrections/read.py", _READ),
    *of_file("corrections/at_hand.py", _AT_HAND),
    *of_file("corrections/apply.py", _APPLY),
    *of_file("corrections/later.py", _LATER),
    *of_file("decide.py", _WATCHED),
    *of_file("lines/proceeds.py", _PROCEEDS),
    *of_file("control/day/lanes.py", _LANES),
]
