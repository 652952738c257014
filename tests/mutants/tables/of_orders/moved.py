"""Mutants of transfer mode: what moves, what comes back, when a mode holds.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of orders (decisions, lane).
"""

from tests.mutants.mutant import Row, of_file

ORDERS = "tests/ledger_core/moved/test_orders.py"
GOLDEN = f"{ORDERS}::test_the_golden_order_with_4000_withdrawable"
COULD = f"{ORDERS}::test_what_could_be_withdrawn_moves"
TWO = f"{ORDERS}::test_two_orders_of_a_block_do_not_move_the_same_money"
SEVERAL = f"{ORDERS}::test_several_records_of_a_block_on_one_freeze"
MODES = "tests/ledger_core/moved/test_modes.py"
SCHEMES = "tests/ledger_core/orders/test_schemes.py"
WAITS = f"{MODES}::test_a_change_back_waits_until_nothing_of_the_broker_is_moved"
AT_ROLL = f"{MODES}::test_with_a_contract_it_changes_at_the_roll"
CARRIED = f"{ORDERS}::test_an_order_that_is_carried_over_a_roll_keeps_what_is_moved"
REVERSED = "tests/ledger_core/moved/test_reversed.py"

_RULES: list[Row] = [
    (
        "all of an order moves",
        "    return min(amount_fen, max(0, withdrawable_fen))\n",
        "    return amount_fen\n",
        "what leans on a sale leaves the account",
        COULD,
    ),
    (
        "moved money is drawn last",
        "    return min(drawn_fen, moved_fen), max(0, released_fen - (remaining_fen - moved_fen))\n",
        "    only_fen = remaining_fen - moved_fen\n"
        "    return max(0, drawn_fen - only_fen), max(0, released_fen - only_fen)\n",
        "a release then gives back too much",
        SEVERAL,
    ),
]
_CORE: list[Row] = [
    (
        "moved money is given back first",
        "    back_fen = np.maximum(0, released_fen - (remaining_fen - moved_fen))\n",
        "    back_fen = np.minimum(released_fen, moved_fen)\n",
        "a fill finds its money on the account again",
        GOLDEN,
    ),
    (
        "nothing is posted of what comes back",
        "    for leg, which in ((MOVED, amounts_fen > 0), (GIVEN_BACK, amounts_fen < 0)):\n",
        "    for leg, which in ((MOVED, amounts_fen > 0),):\n",
        "the general ledger keeps what is on the account again",
        GOLDEN,
    ),
]
_LANE: list[Row] = [
    (
        "what moves is told without the account's other records",
        "        are_alone: Mask = named.take(accounts) == 1\n",
        "        are_alone: Mask = named.take(accounts) > 0\n",
        "two orders of a block move the same money",
        TWO,
    ),
]
_MODES: list[Row] = [
    (
        "a mode changes while money is moved",
        "            if not self.general_ledger.moved_fen(party):\n",
        "            if True:\n",
        "what is moved is forgotten by the order path",
        WAITS,
    ),
    (
        "a mode changes at once",
        "        if not len(self.own_contracts(party, 0, self.contracts_count)):\n",
        "        if True:\n",
        "orders of one date are of two modes",
        AT_ROLL,
    ),
]
_SCHEMES: list[Row] = [
    (
        "a scheme changes beside its contracts",
        "    return not (is_contract_left or is_push_left or is_lane_left)\n",
        "    return not (is_push_left or is_lane_left)\n",
        "fills of a date are refused, though they have happened",
        f"{SCHEMES}::test_it_waits_until_its_last_contract_has_ended_and_the_date_of_that_is_settled",
    ),
    (
        "a mode is moved beside scheme A",
        "    fits = mode == Mode.FREEZE or schemes == {Scheme.B}\n",
        "    fits = mode == Mode.FREEZE or Scheme.B in schemes\n",
        "a broker whose orders move nothing moves money",
        f"{SCHEMES}::test_a_mode_and_a_scheme_that_both_wait_are_of_one_broker_never",
    ),
]
_ROLL: list[Row] = [
    (
        "what is moved is not carried",
        "        moved = (MOVED_COLUMN,) if has_moved else ()\n",
        "        moved = ()\n",
        "an order of yesterday has nothing to give back",
        CARRIED,
    ),
]
_REVERSALS: list[Row] = [
    (
        "a reversal gives back what was asked",
        "    back_fen = min(act.amount_fen, int(book.requests.moved_fen[slot]))\n",
        "    back_fen = act.amount_fen\n",
        "what is drawn comes back to the customer",
        f"{REVERSED}::test_no_more_comes_back_than_is_neither_drawn_nor_released",
    ),
    (
        "one serial reverses twice",
        "    if act.desk_serial in tries.serials:\n",
        "    if False:\n",
        "the savings desk's own serial says nothing",
        f"{REVERSED}::test_a_serial_of_the_savings_desk_reverses_once_and_an_order_is_tried_eight_times",
    ),
]

OF_MOVED = [
    *of_file("rules/money/moved.py", _RULES),
    *of_file("blocks/moving.py", _CORE),
    *of_file("blocks/proof.py", _LANE),
    *of_file("state/book.py", _MODES),
    *of_file("rules/orders/schemes.py", _SCHEMES),
    *of_file("state/requests.py", _ROLL),
    *of_file("control/customers/reversals.py", _REVERSALS),
]
