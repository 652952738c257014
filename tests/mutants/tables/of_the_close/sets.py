"""Mutants of clearing sets: what is kept of their lines, and the steps of a set.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of verdicts on lines (lines),
of other control messages (control).
"""

from tests.mutants.mutant import CLEARING_HELD as HELD
from tests.mutants.mutant import CLEARING_KEPT as KEPT
from tests.mutants.mutant import CLEARING_SET as SET
from tests.mutants.mutant import Mutant

A_DAY = f"{SET}::test_a_day_of_one_customer"
WITHDRAWN = f"{SET}::test_a_withdrawn_set_reads_as_nothing_and_another_begins_anew"
LATENESS = f"{SET}::test_lateness_is_counted_from_the_earliest_declared_time"
DIGEST = f"{SET}::test_the_digest_is_of_frames_in_their_order"
LIES_WITH_IT = f"{KEPT}::test_what_is_told_of_a_freeze_lies_with_it"
MOVES = "tests/rules/day/test_states.py::test_a_lane_goes_where_the_table_says_and_else_nowhere"
RELEASED_BEHIND = f"{HELD}::test_what_was_released_while_a_withdrawn_set_was_complete_is_of_the_next_one"
AFTER_WITHDRAWAL = f"{KEPT}::test_a_set_after_a_withdrawal_may_tell_each_half_of_an_order_anew"

_STATES, _STEPS, _APPLY, _BROUGHT = "rules/day/states.py", "control/day/lanes.py", "lines/apply.py", "lines/brought.py"


def _kept(name: str, text: str, replacement: str, plants: str, caught_by: str, file: str = _APPLY) -> Mutant:
    return Mutant(name, file, text, replacement, plants, (caught_by,))


WHAT_IS_KEPT = [
    _kept(
        "all buys listed",
        "np.where(listed[places], brings.buys_fen, 0)",
        "brings.buys_fen",
        "buys that have an order are left out of what is compared",
        A_DAY,
    ),
    _kept(
        "sums of a set that is gone",
        "    cleared.forget(contract, inner)\n",
        "",
        "what a withdrawn set said is settled with the next one",
        WITHDRAWN,
    ),
    _kept(
        "flags of a set that is gone",
        "for name in SAID_COLUMNS:",
        'for name in ("cleared_fen",):',
        "an order told by a withdrawn set cannot be told again",
        AFTER_WITHDRAWAL,
    ),
    _kept(
        "cleared by a set that is gone",
        "for name in SAID_COLUMNS:",
        'for name in ("told",):',
        "a freeze keeps what a withdrawn set said was bought",
        AFTER_WITHDRAWAL,
    ),
    _kept(
        "released behind a set that is gone",
        "for name in SAID_COLUMNS:",
        "for name in (*SAID_COLUMNS[:3], *SAID_COLUMNS[4:]):",
        "what a broker released behind a set that it withdrew is told as a difference for ever",
        RELEASED_BEHIND,
    ),
    _kept(
        "a reference is forgotten",
        "max(lane.last_reference, int(lines.reference[places].max()))",
        "int(lines.reference[places].max())",
        "behind a frame of orders a sale can be told, and paid, twice",
        f"{KEPT}::test_a_reference_is_remembered_over_blocks_without_any",
    ),
    _kept(
        "an order's amount is turnover",
        "trades = places[SIDE[kind] != LineSide.NONE]",
        "trades = places",
        "what was frozen counts as traded, so no set is ever complete",
        A_DAY,
    ),
    _kept(
        "net the wrong way round",
        "int(brings.net_fen.sum())",
        "-int(brings.net_fen.sum())",
        "the broker owes what it is owed",
        A_DAY,
    ),
    _kept(
        "a mixed frame enters the digest",
        "if accepted[frame] == frames.record_count[frame]:",
        "if accepted[frame]:",
        "a frame with a refused line passes for one that is told in full",
        f"{SET}::test_lines_of_two_brokers_and_orders_share_a_block",
    ),
    _kept(
        "the digest of the last frame",
        "hashlib.sha256(digest + frames.body_digest[frame].tobytes())",
        "hashlib.sha256(frames.body_digest[frame].tobytes())",
        "all frames but the last may be exchanged for others",
        DIGEST,
    ),
    _kept(
        "frozen otherwise goes unseen",
        "requests.told_frozen_fen[slot] = lines.amount_fen[orders]",
        "requests.told_frozen_fen[slot] = requests.amount_fen[slot]",
        "a freeze of which the broker knows another amount is no difference",
        LIES_WITH_IT,
    ),
    _kept(
        "cleared without fees",
        "requests.cleared_fen[slot] = buys_fen",
        "requests.cleared_fen[slot] = lines.amount_fen[buys]",
        "less is closed out of a freeze than its purchase costs",
        LIES_WITH_IT,
    ),
    _kept(
        "excess is income",
        "excess_fen = np.maximum(-sold_fen, 0)",
        "excess_fen = np.zeros_like(sold_fen)",
        "a sale that costs more than it brings costs the customer nothing",
        f"{SET}::test_a_sale_whose_fees_exceed_its_turnover_costs_money",
        _BROUGHT,
    ),
    _kept(
        "four fees forgotten",
        "fees_fen = second_fen + lines.beside_fen[places]",
        "fees_fen = second_fen",
        "stamp duty and fees are paid out to the customer",
        A_DAY,
        _BROUGHT,
    ),
    _kept(
        "a contract ends before its dividend",
        "(book.clearing.names(index, party) or bool(",
        "(bool(",
        "a contract ends while clearing data owe its customer money",
        f"{SET}::test_what_only_clearing_data_say_keeps_a_contract_open",
        "control/customers/open_business.py",
    ),
]


def _step(name: str, file: str, text: str, replacement: str, plants: str, caught_by: str) -> Mutant:
    return Mutant(name, file, text, replacement, plants, (caught_by,))


STEPS = [
    _step(
        "a complete set stays for ever",
        _STATES,
        "    (LaneState.COMPLETE, LaneEvent.WITHDRAW_SET): LaneState.FINISHED,\n",
        "",
        "a wrong set cannot be taken back",
        WITHDRAWN,
    ),
    _step(
        "a second set over a complete one",
        _STATES,
        "    (LaneState.COLLECTING, LaneEvent.COMPLETE_SET): LaneState.COMPLETE,\n",
        "    (LaneState.COLLECTING, LaneEvent.COMPLETE_SET): LaneState.COMPLETE,\n"
        "    (LaneState.COMPLETE, LaneEvent.ANNOUNCE_SET): LaneState.COLLECTING,\n",
        "what was compared and agreed is told anew without a word",
        MOVES,
    ),
    _step(
        "complete is finished",
        _STATES,
        "    (LaneState.COLLECTING, LaneEvent.COMPLETE_SET): LaneState.COMPLETE,\n",
        "    (LaneState.COLLECTING, LaneEvent.COMPLETE_SET): LaneState.FINISHED,\n",
        "a complete set gives way to the next one",
        MOVES,
    ),
    _step(
        "a lane that is finished has no set",
        _STATES,
        "    (LaneState.FINISHED, LaneEvent.ANNOUNCE_SET): LaneState.COLLECTING,\n",
        "",
        "who withdraws a set can never send a right one",
        WITHDRAWN,
    ),
    _step(
        "no half hour",
        _STATES,
        "completed_s - declared_s - DECLARED_LATE_AFTER_S",
        "completed_s - declared_s",
        "every broker is late",
        LATENESS,
    ),
    _step(
        "early is late the other way",
        _STATES,
        "return max(0, completed_s - declared_s - DECLARED_LATE_AFTER_S)",
        "return completed_s - declared_s - DECLARED_LATE_AFTER_S",
        "a broker that is early is owed for it",
        LATENESS,
    ),
    _step(
        "declared anew",
        _STEPS,
        "message.declared_s if lane.number == 1 else min(lane.declared_s, message.declared_s)",
        "message.declared_s",
        "whoever withdraws a late set is in time with the next one",
        LATENESS,
    ),
    _step(
        "late for the first time again",
        _STEPS,
        "    if not lane.completed_s:\n",
        "    if lane.completed_s >= 0:\n",
        "the first completion is forgotten",
        LATENESS,
    ),
    _step(
        "declared ahead",
        _STEPS,
        "return message.declared_s > decided_at_ns // NS_PER_S",
        "return message.declared_s > decided_at_ns",
        "a broker buys itself time by a time that is yet to come",
        f"{SET}::test_a_set_declared_ahead_of_time_cannot_be_read",
    ),
    _step(
        "counts are enough",
        _STEPS,
        "if lane.arrived == lane.announced else",
        "if lane.arrived.counts == lane.announced.counts else",
        "a set with other amounts than were announced is complete",
        DIGEST,
    ),
    _step(
        "any seat completes",
        _STEPS,
        "(lane.number, lane.seat) != (message.number, seat)",
        "lane.number != message.number",
        "a set is complete before its sender says so",
        f"{SET}::test_who_announced_completes_and_any_seat_withdraws",
    ),
    _step(
        "any number withdraws",
        _STEPS,
        "if lane.number != message.number or not lane.inner:",
        "if not lane.inner:",
        "a late withdrawal of the first set takes back the second",
        f"{SET}::test_who_announced_completes_and_any_seat_withdraws",
    ),
    _step(
        "two sets at one seat",
        _STEPS,
        " is None or book.clearing.collecting_at(seat):",
        " is None:",
        "lines of one date are counted in the other's set",
        f"{SET}::test_one_open_set_for_a_seat_and_one_for_a_lane",
    ),
    _step(
        "a set of an open date",
        _STEPS,
        "if message.trade_date == book.trade_date and not is_market_closed(book.phase):",
        "if message.trade_date > book.trade_date and not is_market_closed(book.phase):",
        "what is compared still moves",
        f"{SET}::test_a_set_comes_after_sign_off_and_for_an_unsettled_date",
    ),
    _step(
        "names of a withdrawn set stay",
        _STEPS,
        "    book.clearing.forget_listed(inner)\n",
        "",
        "names are kept for ever, and fill the state",
        WITHDRAWN,
    ),
    _step(
        "one set too many",
        _STEPS,
        "if lane.number == SETS_PER_LANE_MAX else",
        "if lane.number > SETS_PER_LANE_MAX else",
        "a number is told that no message can name",
        f"{SET}::test_a_lane_has_so_many_sets",
    ),
]

OF_SETS = [*WHAT_IS_KEPT, *STEPS]
