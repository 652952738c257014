"""Mutants of closing: which orders of a published date are ended, by what, and what waits for it.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what a correction
closes (corrections).
"""

from tests.mutants.mutant import Row, of_file

PAGE = "tests/ledger_core/corrections/test_closing.py"
EARLY = f"{PAGE}::test_before_publishing_nothing_is_closed_but_in_front_of_a_correction"
LEFT_OPEN = f"{PAGE}::test_what_is_left_open_goes_back_and_what_is_held_stays"
PAGES = f"{PAGE}::test_what_is_to_be_closed_is_told_page_by_page"
OTHER_DATE = f"{PAGE}::test_an_order_of_another_date_is_not_closed"
ALIKE = "tests/ledger_core/settling/test_proof_and_law.py::test_proof_and_law_agree_and_replay_gives_the_same_book[6]"
ENDS = f"{PAGE}::test_a_date_with_due_times_does_not_end_before_it_is_closed"

_READ: list[Row] = [
    (
        "closed by itself at any time",
        "        may_act[places] |= closes_orders(lane)\n",
        "        may_act[places] |= True\n",
        "an order ends before anybody owes for it",
        EARLY,
    ),
]
_AT_HAND: list[Row] = [
    (
        "held ones are ended",
        "are_so: Mask = book.requests.are_open(slots) & ~are_held(book, lane, slots)",
        "are_so: Mask = book.requests.are_open(slots)",
        "a subscription loses its money before its allotment",
        LEFT_OPEN,
    ),
    (
        "closed by a later set's word",
        "    are_so: Mask = (dates == lane.trade_date) | is_named\n",
        "    are_so: Mask = dates > 0\n",
        "a published date ends another date's orders",
        OTHER_DATE,
    ),
    (
        "nothing is left to close",
        "return any(are_to_close(book, lane, part).any() for part in parts)",
        "return False",
        "a date ends with orders that nobody ends",
        ENDS,
    ),
]
_APPLY: list[Row] = [
    (
        "published no more",
        "            lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.CLOSE]\n",
        "            pass\n",
        "ledger and read model do not know that it has begun",
        LEFT_OPEN,
    ),
]
_ANSWERS: list[Row] = [
    (
        "a page goes on behind a contract",
        "next_place = max(int(contracts[QUERY_CLOSINGS_MAX]), int(contracts[0]) + 1)",
        "next_place = int(contracts[QUERY_CLOSINGS_MAX])",
        "a contract with many orders is asked for without end",
        PAGES,
    ),
]
_PROOF: list[Row] = [
    (
        "ended by any amounts in a block",
        "    mark(code, ReplyCode.SETTLEMENT_DIFFERS, differs)\n",
        "",
        "the day desk draws what no set says",
        ALIKE,
    ),
    (
        "what is not the set's is ended in a block",
        "    mark(code, ReplyCode.STEP_NOT_DUE, ~to_close)\n",
        "",
        "an order that is held ends without its allotment",
        OTHER_DATE,
    ),
    (
        "whoever's freeze is ended in a block",
        "    mark(code, ReplyCode.FREEZE_UNKNOWN, ~targets.matched)\n",
        "",
        "a freeze that is none is ended",
        ALIKE,
    ),
]

OF_CLOSING = [
    *of_file("corrections/read.py", _READ),
    *of_file("corrections/at_hand.py", _AT_HAND),
    *of_file("corrections/apply.py", _APPLY),
    *of_file("corrections/answers.py", _ANSWERS),
    *of_file("corrections/proof.py", _PROOF),
]
