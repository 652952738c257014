"""Mutants of taking back: what goes back, what stays, what is free again, and what is not yet.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of correcting (corrections).
"""

from tests.mutants.mutant import Row, of_file

REVERTING = "tests/ledger_core/corrections/withdrawn/test_reverting.py"
BY_TWO = "tests/ledger_core/corrections/withdrawn/test_withdrawn_by_two.py"
BACK = f"{REVERTING}::test_a_correction_goes_back_and_the_order_that_it_closed_stays_closed"
RELEASED = f"{REVERTING}::test_what_closing_released_is_no_release_of_the_broker_for_any_later_set"
PROCEEDS = f"{REVERTING}::test_proceeds_go_back_and_come_again"
SPENT = f"{REVERTING}::test_proceeds_that_are_spent_stay_and_the_next_set_books_what_is_missing"
BEYOND = f"{REVERTING}::test_what_is_left_of_proceeds_beyond_the_next_set_is_corrected_by_two"
REJECTED = f"{REVERTING}::test_a_rejected_buy_comes_back_as_far_as_the_account_bears_it"
NAMES = f"{REVERTING}::test_a_reversal_names_all_that_it_is_about"
BETWEEN = f"{BY_TWO}::test_between_two_reversals_nothing_else_goes_on"
WORTHLESS = f"{BY_TWO}::test_what_people_signed_of_the_old_set_is_worth_nothing_for_the_new_one"
ENDS = f"{BY_TWO}::test_nobody_ends_a_contract_of_which_something_is_to_be_taken_back"
AT_ONCE = f"{BY_TWO}::test_a_set_by_which_nothing_was_booked_makes_room_at_once"
WHOLE = f"{BY_TWO}::test_a_tolerance_is_whole_again"
ENDED = "tests/ledger_core/corrections/test_ended.py"
ENDED_BUYS = f"{ENDED}::test_what_is_bought_for_it_is_the_brokers_case"
ENDED_SALES = f"{ENDED}::test_what_is_sold_for_it_stands_by_itself_and_buys_nothing"
REOPENED = f"{BY_TWO}::test_a_date_of_which_something_is_to_be_taken_back_is_not_traded_again"

_PAGE: list[Row] = [
    (
        "taken back by any act",
        "    if says.act_number != has.booked.act_number:\n        return ACT_NEEDED\n",
        "",
        "the record names people who signed something else",
        NAMES,
    ),
    (
        "taken back twice",
        "case, has.booked = has.booked.case, None",
        "case = has.booked.case",
        "what a set has booked is taken back once more",
        NAMES,
    ),
    (
        "bought as it is",
        "min(has.bought_fen - booked.bought_fen, AMOUNT_FEN_MAX)",
        "min(has.bought_fen, AMOUNT_FEN_MAX)",
        "what no set says stays bought",
        BACK,
    ),
    (
        "sold as it is",
        "min(has.sold_fen - booked.sold_fen, AMOUNT_FEN_MAX)",
        "min(has.sold_fen, AMOUNT_FEN_MAX)",
        "what nobody sold buys",
        PROCEEDS,
    ),
]
_ENDED: list[Row] = [
    (
        "an ended contract bears its buys",
        "return Corrected(0, proceeds_fen, buys_fen, 0)",
        "return Corrected(buys_fen, proceeds_fen, 0, 0)",
        "whoever has the account now pays for another's contract",
        ENDED_BUYS,
    ),
]
_ENDED_MOVED: list[Row] = [
    (
        "an ended contract's sales buy",
        "stands = book.contract_facts[corrections.contract[at]] >> STATE_SHIFT & FACT_MASK != ENDED",
        "stands = np.ones(len(at), bool)",
        "whoever has the account now spends another's money",
        ENDED_SALES,
    ),
]
_ENDED_COMPARED: list[Row] = [
    (
        "an ended contract waits for proceeds",
        "    adjusted = np.where(has_ended, CORRECTED, adjusted)  # nothing of it comes by PROCEEDS\n",
        "",
        "the broker pays, and nobody is credited",
        ENDED_SALES,
    ),
    (
        "an ended contract has its account's money",
        "    sold_fen = np.where(has_ended, cleared.moved_sold_fen[contracts], sold_fen)\n",
        "",
        "its date is never published",
        ENDED_SALES,
    ),
]
_ENDED_TOTALS: list[Row] = [
    (
        "ended and not counted",
        "        sums[3][party] += fen\n",
        "        pass\n",
        "the bank's two books never agree again",
        ENDED_SALES,
    ),
]
_AT_HAND: list[Row] = [
    (
        "from a set that counts",
        "lane.state != LaneState.REVERTING or not",
        "not",
        "the day desk alone undoes what two people have signed",
        NAMES,
    ),
    (
        "what is left falls untold",
        " or int(sold_fen[place]) > says[1]",
        "",
        "more than is tolerated is taken without anybody",
        BEYOND,
    ),
]
_APPLY: list[Row] = [
    (
        "the case stays",
        "        if case:\n            book.general_ledger.post_case(TAKEN_BACK",
        "        if not case:\n            book.general_ledger.post_case(TAKEN_BACK",
        "the broker owes by data that count no more",
        BACK,
    ),
    (
        "it is booked still",
        'for name in (*ADJUSTED_FEN_COLUMNS, "adjusted", "case"):',
        "for name in ADJUSTED_FEN_COLUMNS:",
        "the next set's proceeds never come",
        PROCEEDS,
    ),
    (
        "free before the last",
        "    if not lane.to_revert:\n",
        "    if lane.to_revert >= 0:\n",
        "another set counts beside what the first has booked",
        BETWEEN,
    ),
    (
        "what falls of what is left is not tolerated",
        " | (had_fen > says_fen)",
        "",
        "a fen of each of ten thousand customers",
        BEYOND,
    ),
]
_LANES: list[Row] = [
    (
        "nothing is to be taken back",
        "lane.to_revert = len(booked)",
        "lane.to_revert = 0",
        "two sets are booked one upon the other",
        BACK,
    ),
    (
        "it waits for nobody",
        "LaneEvent.WITHDRAW_ADJUSTED if lane.to_revert else LaneEvent.WITHDRAW_SET)",
        "LaneEvent.WITHDRAW_ADJUSTED)",
        "no set comes any more",
        AT_ONCE,
    ),
]
_KEPT: list[Row] = [
    (
        "decided for ever",
        "        self.decided = [NO_DIFFERENCE] * len(self.decided)\n",
        "",
        "people have signed for a set that they never saw",
        WORTHLESS,
    ),
    (
        "adjusted for ever",
        "        self.is_adjusted, self.tolerated_fen = False, 0\n",
        "        self.tolerated_fen = 0\n",
        "the broker cannot mend its next set",
        AT_ONCE,
    ),
    (
        "tolerated for ever",
        "        self.is_adjusted, self.tolerated_fen = False, 0\n",
        "        self.is_adjusted = False\n",
        "what was taken back counts",
        WHOLE,
    ),
    (
        "ended while something is booked",
        "any(said) or columns.adjusted[contract]",
        "any(said)",
        "money comes back to nobody",
        ENDS,
    ),
]
_EFFECTS: list[Row] = [
    (
        "closing is a release behind completion",
        "np.isin(book.requests.cleared_in[slot], book.clearing.complete) & ~closes",
        "np.isin(book.requests.cleared_in[slot], book.clearing.complete)",
        "what is compared is counted twice",
        RELEASED,
    ),
]
_COMPARE: list[Row] = [
    (
        "closing is a release of the broker",
        " - requests.closed_fen[slots]",
        "",
        "every order that was closed differs from every later set",
        RELEASED,
    ),
    (
        "what is left is not there",
        "np.where(adjusted == 0, np.maximum(sold_fen, proceeds_fen), sold_fen)",
        "np.where(adjusted == 0, proceeds_fen, sold_fen)",
        "what was spent is published as never sold",
        BEYOND,
    ),
]
_PROCEEDS: list[Row] = [
    (
        "booked upon what is left",
        "np.maximum(cleared.proceeds_fen[contracts] - sold_fen, 0)",
        "np.maximum(cleared.proceeds_fen[contracts], 0)",
        "proceeds that were spent come twice",
        SPENT,
    ),
]
_JUDGE: list[Row] = [
    (
        "settled while something is to be taken back",
        "(lane.proceeds_due or lane.to_revert or",
        "(lane.proceeds_due or",
        "what a set has booked is nobody's",
        BETWEEN,
    ),
]
_DAY: list[Row] = [
    (
        "traded again",
        "lane.inner or lane.to_revert for",
        "lane.inner for",
        "orders come between what is taken back",
        REOPENED,
    ),
]
_SLOTS: list[Row] = [
    (
        "freezes are looked up as they once were",
        "version = self.made_count if trade_date == open_date else 0",
        "version = 0",
        "an order that came since a date was asked for is never closed",
        "tests/ledger_core/test_lookups.py::test_freezes_and_contracts_are_found_as_by_a_scan",
    ),
]

OF_REVERTING = [
    *of_file("state/requests.py", _SLOTS),
    *of_file("rules/day/corrections.py", [*_PAGE, *_ENDED]),
    *of_file("lines/compare.py", _ENDED_COMPARED),
    *of_file("state/totals.py", _ENDED_TOTALS),
    *of_file("corrections/at_hand.py", _AT_HAND),
    *of_file("corrections/apply.py", [*_APPLY, *_ENDED_MOVED]),
    *of_file("control/day/lanes.py", _LANES),
    *of_file("state/day/clearing.py", _KEPT),
    *of_file("effects.py", _EFFECTS),
    *of_file("lines/compare.py", _COMPARE),
    *of_file("lines/proceeds.py", _PROCEEDS),
    *of_file("control/day/dates.py", _JUDGE),
    *of_file("control/day/acts.py", _DAY),
]
