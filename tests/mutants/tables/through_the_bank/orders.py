"""Mutants of orders through the bank: what one earns, what a report makes of it, what is kept and carried of it.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of securities, fees and phases.
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/test_taking.py"
_TOLD = "tests/rules/orders/test_told.py"
_WORDS = "tests/ledger_core/orders/test_words.py"
_SLOTS = "tests/ledger_core/orders/test_slots.py"
_CLOSED = "tests/ledger_core/orders/at_the_close/test_closed.py"
_AT_SIGN_OFF = (
    "tests/ledger_core/ordering/test_whole_day.py"
    "::test_the_broker_hears_at_sign_off_what_all_orders_of_its_customers_come_to"
)
_NOTHING_REMAINS = f"{_CLOSED}::test_an_order_of_which_nothing_remains_is_ended_too_and_its_date_waits_for_it"
_FIGURES = "tests/ledger_core/ordering/test_figures.py"
_REFUSED = "tests/ledger_core/ordering/test_refused.py"

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
]
_BECOMES: list[Row] = [
    (
        "executed after its set",
        "    if is_cleared or order.state == OrderState.CLOSED:\n        return False\n    if told == order.traded:",
        "    if told == order.traded:",
        "what both books agreed on moves",
        f"{_TOLD}::test_once_the_set_of_its_date_is_complete_nothing_moves",
    ),
    (
        "executed as the set said that was withdrawn",
        "    if is_cleared or order.state == OrderState.CLOSED:\n        return False\n    if told == order.traded:",
        "    if is_cleared:\n        return False\n    if told == order.traded:",
        "the gateway's own book buys twice",
        f"{_TOLD}::test_every_cell[executed as it is-CLOSED]",
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

_RESTRAINTS: list[Row] = [
    (
        "a restraint ranks behind what was given back",
        "delta_fen[block.ordering.positions] = block.ordering.frozen_fen + block.ordering.bought_fen",
        "delta_fen[block.ordering.positions] = 0",
        "a court gets less than it may have",
        f"{_FIGURES}::test_what_is_released_ranks_before_a_restraint_no_more",
    ),
]
_DECIDED: list[Row] = [
    (
        "who signs on in a block",
        "return now_s < before[-1].until_s if before else",
        "return",
        "where a block is cut decides whether a customer may order",
        f"{_FIGURES}::test_who_signs_on_in_a_block_may_order_behind_it_and_not_before",
    ),
    (
        "a contract of nobody is told so",
        "return NOT_SIGNED_ON if is_channel else CONTRACT_UNKNOWN",
        "return CONTRACT_UNKNOWN",
        "a channel learns which contracts there are",
        f"{_REFUSED}::test_of_another_brokers_contract_a_channel_learns_nothing",
    ),
    (
        "a report of another paper",
        "        if not self._at_hand.fits(place, kept):\n            return LISTED\n",
        "",
        "a broker that mistakes one order for another moves its money",
        f"{_REFUSED}::test_refused",
    ),
]
_NAMED: list[Row] = [
    (
        "another customer's order",
        "return kept if kept.contract == self._contracts[place] else None",
        "return kept",
        "who is signed on cancels everybody's orders",
        f"{_REFUSED}::test_refused",
    ),
    (
        "positions that are not dense",
        "entry = self.last_entries[party] = 1 + (",
        "entry = self.last_entries[party] = 2 + (",
        "a broker waits for an order that there never was",
        f"{_FIGURES}::test_orders_and_cancels_are_numbered_by_broker_and_date_and_refused_ones_are_not",
    ),
]
_ACTS: list[Row] = [
    (
        "any stored outcome",
        "            if made != outcome:",
        "            if False:",
        "whoever writes the journal decides what an order freezes",
        f"{_FIGURES}::test_a_stored_outcome_that_the_pages_do_not_make_stops_the_process",
    ),
    (
        "nobody knows who cancelled",
        "        if kept.cancel_seat:",
        "        if False:",
        "a cancel is of nobody",
        f"{_FIGURES}::test_orders_and_cancels_are_numbered_by_broker_and_date_and_refused_ones_are_not",
    ),
]
_READ: list[Row] = [
    (
        "a frame of any length",
        "found[:] = np.arange(len(positions)) - np.searchsorted(frame, frame) >= ORDERING_PER_FRAME_MAX",
        "pass",
        "everybody waits while one channel's thousands are decided one by one",
        f"{_REFUSED}::test_no_frame_holds_more_of_them_than_may_be_decided_one_by_one",
    ),
    (
        "any date that is past",
        "gone[at] = [is_trade_date(date) for date in dates[at].tolist()]",
        "pass",
        "what was never an order is listed for people",
        f"{_REFUSED}::test_refused",
    ),
]
_PROVEN: list[Row] = [
    (
        "the lane beside an order",
        "self._hot_accounts.append(block.account[at[self._open[at]]])",
        "pass",
        "an order is taken that nothing was frozen for",
        f"{_FIGURES}::test_1_000_at_10_executed_in_two_parts_that_are_cheaper",
    ),
]
_ROOM: list[Row] = [
    (
        "one room for a channel",
        "held = int(slots[header.seat] if of_channel else slots[book.seat_owner == header.sender].sum())",
        "held = int(slots[book.seat_owner == header.sender].sum())",
        "one broker's customers keep another's from ordering",
        "tests/ledger_core/dates/test_room.py::test_each_seat_of_a_channel_is_a_party_of_its_own_and_its_orders_need_room",
    ),
]
_RUNS: list[Row] = [
    (
        "rows with orders joined",
        "_ALONE = SETTLES | IS_ORDERING",
        "_ALONE = SETTLES",
        "what is written beside a row is another row's",
        f"{_FIGURES}::test_rows_with_orders_go_alone",
    ),
]
_SIGNED_OFF: list[Row] = [
    (
        "cancels are told as orders",
        "last - len(found), int(",
        "last, int(",
        "bank and broker count otherwise, and look for an order that never was",
        _AT_SIGN_OFF,
    ),
    (
        "whatever has ended is open",
        "int(np.count_nonzero(words.are_open(found)))",
        "len(found)",
        "a broker looks for what it has said",
        _AT_SIGN_OFF,
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
    *of_file("orders/signed_off.py", _SIGNED_OFF),
    *of_file("lines/held.py", _HELD),
    *of_file("lines/compare.py", _SEATS),
    *of_file("blocks/withheld.py", _RESTRAINTS),
    *of_file("orders/decide.py", _DECIDED),
    *of_file("orders/at_hand.py", _NAMED),
    *of_file("orders/act.py", _ACTS),
    *of_file("orders/read.py", _READ),
    *of_file("blocks/proof.py", _PROVEN),
    *of_file("state/room.py", _ROOM),
    *of_file("rows/runs.py", _RUNS),
]
