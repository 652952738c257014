"""Mutants of orders through the bank: what one earns, what a report makes of it, what is kept and carried of it.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of securities, fees and phases.
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_taking.py"
_TOLD = "tests/rules/orders/test_told.py"
_WORDS = "tests/ledger_core/orders/test_words.py"
_SLOTS = "tests/ledger_core/orders/test_slots.py"
_CLOSED = "tests/ledger_core/orders/at_the_close/test_closed.py"
_NOTHING_REMAINS = f"{_CLOSED}::test_an_order_of_which_nothing_remains_is_ended_too_and_its_date_waits_for_it"

_EARNS: list[Row] = [
    (
        "a cancel after its date",
        "if order.trade_date < open_date:",
        "if order.trade_date > open_date:",
        "what its clearing set ends is sent to the exchange once more",
        f"{_PAGE}::test_a_cancel_is_refused_by_rank",
    ),
    (
        "a fee that no line can carry",
        "and max(smaller_fen) <= LINE_FEE_FEN_MAX",
        "",
        "the day cannot be cleared",
        f"{_PAGE}::test_a_refused_order_moves_nothing",
    ),
    (
        "no whole lots",
        "and quantity % lots.step == 0",
        "",
        "money is frozen for what the exchange never takes",
        f"{_PAGE}::test_a_refused_order_moves_nothing",
    ),
]
_BECOMES: list[Row] = [
    (
        "executed after its set",
        "    if is_cleared:\n        return False\n    if told == order.traded:",
        "    if told == order.traded:",
        "what both books agreed on moves",
        f"{_TOLD}::test_once_the_set_of_its_date_is_complete_nothing_moves",
    ),
    (
        "any cancel is answered",
        "elif order.state == OrderState.ENDING and answers == order.cancel_position:",
        "elif order.state == OrderState.ENDING:",
        "a second cancel is asked for while one is under way",
        f"{_TOLD}::test_a_second_cancel_is_another_one",
    ),
    (
        "refused after a fill",
        "if not _is_under_way(order) or order.traded.quantity or order.cancelled:",
        "if not _is_under_way(order):",
        "an order that is half bought gives all its money back",
        f"{_TOLD}::test_an_order_that_was_executed_in_part_is_not_refused",
    ),
]
_KEPT: list[Row] = [
    (
        "a sale is dropped at the roll",
        "kept = self.are_open(part)",
        "kept = self.amount_fen[part] != self.drawn_fen[part] + self.released_fen[part]",
        "its reports find no order",
        f"{_WORDS}::test_a_roll_carries_words_with_their_freezes_and_an_open_sale_for_as_long_as_it_is_open",
    ),
    (
        "an order is open by what remains",
        "return np.where(self.orders.are_orders(slots), self.orders.are_open(slots), remains)",
        "return remains",
        "a sale is never closed",
        f"{_WORDS}::test_an_order_is_open_by_its_state_and_a_freeze_by_what_remains",
    ),
]
_ENDING: list[Row] = [
    (
        "a contract ends over a sale",
        "    if index >= 0 and book.requests.has_open_order(index):\n        return True\n",
        "",
        "proceeds come to a contract that has ended",
        f"{_WORDS}::test_a_contract_with_an_open_sale_does_not_end_and_is_told_which",
    ),
]
_SLOT: list[Row] = [
    (
        "bought on the open date",
        "book.unsettled.slot_of(order.trade_date)",
        "book.unsettled.open_slot",
        "Monday's order is settled with Tuesday's",
        f"{_SLOTS}::test_a_report_of_monday_that_is_read_on_tuesday_is_mondays",
    ),
    (
        "a restraint ranks behind what was given back",
        "    if released_fen and book.restrained_fen[account]:",
        "    if False:",
        "a court gets less than it may have",
        f"{_SLOTS}::test_what_is_released_ranks_before_a_restraint_no_more",
    ),
    (
        "what is released does not buy",
        "    book.power_fen[account] += released_fen\n",
        "",
        "a customer waits for money that is there",
        f"{_SLOTS}::test_1_000_at_10_executed_in_two_parts_that_are_cheaper",
    ),
]
_JUDGED: list[Row] = [
    (
        "any channel of the customer's",
        "    if int(channels.broker[seat]) != party:\n        return False\n",
        "",
        "one broker's customers order at another's seat",
        f"{_SLOTS}::test_a_customer_orders_by_the_channel_that_he_is_signed_on_with_and_while_he_is",
    ),
    (
        "orders at any hour",
        "and phase is not None and phase.orders",
        "",
        "an order is frozen that no market takes",
        f"{_SLOTS}::test_what_the_book_knows_refuses_an_order",
    ),
]
_CLOSES: list[Row] = [
    (
        "a sale cannot be closed",
        "    if not target.is_open:\n        return FREEZE_CLOSED\n",
        "    if target.remaining_fen == 0:\n        return FREEZE_CLOSED\n",
        "a date with a sale that nobody executed is never settled",
        f"{_NOTHING_REMAINS}[0]",
    ),
]
_CLOSES_IN_COLUMNS: list[Row] = [
    (
        "a sale cannot be closed among many",
        "    mark(code, ReplyCode.FREEZE_CLOSED, ~is_open)\n",
        "    mark(code, ReplyCode.FREEZE_CLOSED, targets.remaining_fen == 0)\n",
        "law and lane part",
        f"{_NOTHING_REMAINS}[40]",
    ),
]
_HAS_CLOSED: list[Row] = [
    (
        "an order is open behind its close",
        "            end_orders(book, slot[ended])\n",
        "",
        "it is ended without end",
        f"{_NOTHING_REMAINS}[0]",
    ),
]
_ENDS: list[Row] = [
    (
        "something of it is open",
        "    words.cancelled[orders] = words.quantity[orders] - words.traded[orders]\n",
        "",
        "the process stops at the end of a day",
        f"{_NOTHING_REMAINS}[0]",
    ),
    (
        "closed once more",
        "    if not after.all() or len(np.unique(orders)) < len(orders):",
        "    if False:",
        "a row that nobody decided is taken",
        f"{_CLOSED}::test_an_order_that_has_ended_is_not_closed_once_more_by_any_row",
    ),
]
_HELD: list[Row] = [
    (
        "a broker's word holds an order",
        "_WAITS[words.order_type[slots]] & ~may_end, is_held)",
        "is_held, is_held)",
        "a limit order is frozen for ever",
        f"{_CLOSED}::test_what_waits_for_its_allotment_is_not_ended_by_its_own_date[1]",
    ),
    (
        "a placing waits for ever",
        "_WAITS[words.order_type[slots]] & ~may_end, is_held)",
        "_WAITS[words.order_type[slots]], is_held)",
        "a contract that once ordered one never ends",
        f"{_CLOSED}::test_what_waits_is_named_and_ended_by_the_set_of_a_later_date[False-0]",
    ),
]
_SEATS: list[Row] = [
    (
        "channels' orders are nobody's",
        " + book.orders.channels.seats_for(party)",
        "",
        "orders through the bank are compared with nothing, and never closed",
        f"{_NOTHING_REMAINS}[0]",
    ),
]

OF_ORDERS_THROUGH_THE_BANK = [
    *of_file("rules/orders/taking.py", _EARNS),
    *of_file("rules/orders/told.py", _BECOMES),
    *of_file("state/requests.py", _KEPT),
    *of_file("control/customers/open_business.py", _ENDING),
    *of_file("orders/slots.py", _SLOT),
    *of_file("orders/facts.py", _JUDGED),
    *of_file("rules/day/corrections.py", _CLOSES),
    *of_file("corrections/proof.py", _CLOSES_IN_COLUMNS),
    *of_file("effects.py", _HAS_CLOSED),
    *of_file("orders/closing.py", _ENDS),
    *of_file("lines/held.py", _HELD),
    *of_file("lines/compare.py", _SEATS),
]
