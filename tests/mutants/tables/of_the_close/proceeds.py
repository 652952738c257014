"""Mutants of what a complete set books and holds back: proceeds by clearing data, answers, orders behind completion.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of comparing (reconciliation).
"""

from tests.mutants.mutant import CLEARING_HELD as HELD
from tests.mutants.mutant import COMPARED_PLACES as PLACES_FILE
from tests.mutants.mutant import ORDERS_PAGE as ORDERS
from tests.mutants.mutant import PROCEEDS, RECONCILIATION, Mutant, Row, of_file

AGREES = f"{RECONCILIATION}::test_a_day_that_agrees_is_reconciled_and_published"
PLACES = f"{RECONCILIATION}::test_places_are_compared_a_few_at_a_time_and_in_order"
PAGES = f"{PLACES_FILE}::test_differences_are_told_so_many_at_a_time_and_those_of_one_place_together"
BOOKED = f"{PROCEEDS}::test_what_is_due_is_asked_for_and_booked_and_then_the_lane_is_published"
ANOTHER = f"{PROCEEDS}::test_another_amount_books_nothing"
ONCE = f"{PROCEEDS}::test_proceeds_are_booked_once_whether_in_one_block_or_in_two"
ONLY_RECONCILED = f"{PROCEEDS}::test_only_a_reconciled_set_of_that_date_and_that_contract_books"
EXCESS = f"{PROCEEDS}::test_an_excess_is_bought_as_far_as_buying_power_goes"
WITH_ORDERS = f"{PROCEEDS}::test_orders_on_the_same_account_in_the_same_block_see_what_was_booked_before_them"
ADJUSTED = f"{PROCEEDS}::test_a_set_that_booked_something_is_not_withdrawn"
FULL = f"{PROCEEDS}::test_a_column_that_is_full_takes_no_proceeds"
DUE_PAGES = f"{PROCEEDS}::test_what_is_due_is_told_so_many_at_a_time"
HELD_BACK = f"{HELD}::test_once_the_set_is_complete_what_was_cleared_stays_frozen_and_fills_are_listed"
ENDS = f"{HELD}::test_an_order_that_a_complete_set_has_or_should_have_ends_with_it_unless_it_is_held"

_PROCEEDS: list[Row] = [
    (
        "booked before it is reconciled",
        "        if lane.state != LaneState.RECONCILED or book.proceeds_at_fill[lane.party]:\n            continue",
        "        if book.proceeds_at_fill[lane.party]:\n            continue",
        "what differs is in the customer's hands",
        ONLY_RECONCILED,
    ),
    (
        "booked by another date",
        "book.clearing.named(parties, day[names])",
        "book.clearing.named(parties, np.full_like(names, min(book.clearing.date_of_day, default=0)))",
        "a record of Tuesday books Monday's proceeds",
        ONLY_RECONCILED,
    ),
    (
        "twice in a block",
        "at[np.unique(contract[at], return_index=True)[1]]",
        "at",
        "two records of one block book the same sale",
        ONCE,
    ),
    (
        "twice in two blocks",
        "        cleared.adjusted[contract[at]] |= PROCEEDS_BOOKED\n",
        "",
        "a record that is told again books the same sale",
        ONCE,
    ),
    (
        "nothing is due by an excess",
        "((missing_fen(book, lane, contracts) | cleared.excess_fen[contracts]) != 0)",
        "(missing_fen(book, lane, contracts) != 0)",
        "the date is published before what its sales cost is booked",
        EXCESS,
    ),
    (
        "refused and done",
        "at = may_be_at[accepted[may_be_at]]",
        "at = may_be_at",
        "what was refused is never booked",
        ANOTHER,
    ),
    (
        "never all booked",
        "        lane.proceeds_due -= len(at)\n",
        "",
        "a date is never published",
        BOOKED,
    ),
    (
        "booked without a trace",
        "        lane.is_adjusted |= bool(len(at))\n",
        "",
        "a set that has booked proceeds is withdrawn",
        ADJUSTED,
    ),
    (
        "due by a withdrawn set",
        "(cleared.inner[contracts] == lane.inner) & (cleared.adjusted",
        "(cleared.adjusted",
        "what another set said is booked by this one",
        f"{PROCEEDS}::test_what_a_withdrawn_set_said_is_due_no_more",
    ),
]

_SETTLEMENT: list[Row] = [
    (
        "any amount of proceeds",
        "(request.amount_fen, request.release_fen) != (due.proceeds_fen, booked_fen)",
        "request.release_fen != booked_fen",
        "the customer is given what somebody typed",
        ANOTHER,
    ),
    (
        "any excess",
        "(request.amount_fen, request.release_fen) != (due.proceeds_fen, booked_fen)",
        "request.amount_fen != due.proceeds_fen",
        "the customer pays what somebody typed",
        ANOTHER,
    ),
    (
        "an excess overdraws",
        "return min(excess_fen, max(0, there_fen - max(account.restrained_fen, account.later.behind(trade_date))))",
        "return excess_fen",
        "a customer without money owes the bank",
        EXCESS,
    ),
    (
        "an excess gives money",
        "max(0, there_fen - max(account.restrained_fen, account.later.behind(trade_date)))",
        "there_fen - max(account.restrained_fen, account.later.behind(trade_date))",
        "a customer who owes is given money by a cost",
        f"{PROCEEDS}::test_an_excess_eats_the_proceeds_that_come_with_it",
    ),
    (
        "a column overflows with proceeds",
        "if max(account.sold_fen + request.amount_fen, account.bought_fen + request.release_fen) > COLUMN_FEN_MAX:",
        "if account.bought_fen + request.release_fen > COLUMN_FEN_MAX:",
        "a sum wraps",
        FULL,
    ),
    (
        "proceeds that nobody sees",
        "    account.sold_fen += request.amount_fen\n",
        "",
        "what comes behind in the block cannot be bought with it",
        WITH_ORDERS,
    ),
    (
        "costs that nobody sees",
        "    account.bought_fen += request.release_fen\n",
        "",
        "what comes behind in the block is bought with money that is gone",
        WITH_ORDERS,
    ),
]

_ORDERS: list[Row] = [
    (
        "what was bought is given back",
        "request.amount_fen > target.remaining_fen - target.due_fen",
        "request.amount_fen > target.remaining_fen",
        "money that the set says was spent is withdrawn",
        f"{ORDERS}::test_what_a_complete_set_cleared_stays_frozen",
    ),
    (
        "a fill releases what was bought",
        "charge_fen + release_fen > target.remaining_fen - target.due_fen",
        "charge_fen + release_fen > target.remaining_fen",
        "a fill beside the set frees money that the set says was spent",
        f"{ORDERS}::test_what_a_complete_set_cleared_stays_frozen",
    ),
    (
        "a late fill draws",
        "    if request.is_cleared or target.is_ended:\n        return LISTED\n",
        "",
        "what was compared and agreed still moves",
        HELD_BACK,
    ),
    (
        "an order that has ended goes on",
        "request.is_cleared or target.is_ended:",
        "request.is_cleared:",
        "what the set says was bought is drawn for another date, and nobody is debited for it",
        f"{ORDERS}::test_what_a_complete_set_cleared_stays_frozen",
    ),
    (
        "a late sale is spent",
        " or request.state == ENDED or request.is_cleared:",
        " or request.state == ENDED:",
        "what was compared and agreed still moves",
        HELD_BACK,
    ),
    (
        "due stays due",
        "    target.due_fen = max(0, target.due_fen - charge_fen)\n",
        "",
        "what was drawn is held back once more",
        f"{ORDERS}::test_what_a_complete_set_cleared_stays_frozen",
    ),
]

_ENDED: list[Row] = [
    (
        "a held order ends with its date",
        "(ended | is_named) & ~is_held",
        "ended | is_named",
        "what waits for its allotment is not bought",
        ENDS,
    ),
    (
        "an order that the set leaves out goes on",
        "        ended |= (dates == trade_date) & has_set[parties]\n",
        "        pass\n",
        "what is released at the close is bought for as well",
        ENDS,
    ),
]

_ANSWERS: list[Row] = [
    (
        "differences of half a comparison",
        "if not lane.is_compared or lane.state",
        "if lane.state",
        "people decide a list that is not all",
        PLACES,
    ),
    (
        "a place is torn",
        "        kept = [each for each in kept if each[0] < end]\n",
        "",
        "the last differences of an answer are told twice",
        PAGES,
    ),
    (
        "the rest is not told",
        "        end = found[len(kept)][0]\n",
        "",
        "differences beyond one answer are never seen",
        PAGES,
    ),
    (
        "the power of another account",
        "money_of(book, book.account_of_contract[indices], trade_date)",
        "money_of(book, indices, trade_date)",
        "an amount is told that cannot be booked",
        EXCESS,
    ),
    (
        "more is due and not told",
        "next_place = due[QUERY_PROCEEDS_MAX] if len(due) > QUERY_PROCEEDS_MAX else 0",
        "next_place = 0",
        "customers beyond one answer wait for their proceeds",
        DUE_PAGES,
    ),
]

_OTHERS = [
    Mutant(
        "proceeds are fills of a complete date",
        "resolve.py",
        "return found & IS_FACT[kind]",
        "return found & EXECUTED[kind]",
        "proceeds are listed for ever, and nobody has them",
        (f"{PROCEEDS}::test_a_booking_beside_a_fill_is_no_fill",),
    ),
    Mutant(
        "due in the block is booked by any amount",
        "blocks/proof.py",
        "        mark(own, ReplyCode.SETTLEMENT_DIFFERS, differs)\n",
        "",
        "the customer is given what somebody typed",
        (f"{ANOTHER}[<lambda>0-40]",),
    ),
    Mutant(
        "an excess is judged beside orders",
        "blocks/proof.py",
        "        self._hot_accounts.append(block.account[np.flatnonzero(books & (proceeds.excess_fen != 0))])\n",
        "",
        "an excess is judged by the money of before the block",
        (WITH_ORDERS,),
    ),
    Mutant(
        "no cost in the columns",
        "effects.py",
        "        np.add.at(book.bought_fen, accounts, cost_fen)\n",
        "",
        "an excess is booked, and paid by nobody",
        (BOOKED,),
    ),
    Mutant(
        "published is withdrawn",
        "rules/day/states.py",
        "    (LaneState.RECONCILED, LaneEvent.PUBLISH): LaneState.PUBLISHED,\n",
        "    (LaneState.RECONCILED, LaneEvent.PUBLISH): LaneState.PUBLISHED,\n"
        "    (LaneState.PUBLISHED, LaneEvent.WITHDRAW_SET): LaneState.FINISHED,\n",
        "what is owed is told, and then it is not",
        ("tests/rules/day/test_states.py::test_a_lane_goes_where_the_table_says_and_else_nowhere",),
    ),
]

OF_PROCEEDS = [
    *of_file("rules/day/settlement.py", _SETTLEMENT),
    *of_file("rules/money/freezes.py", _ORDERS),
    *of_file("lines/proceeds.py", _PROCEEDS),
    *of_file("lines/answers.py", _ANSWERS),
    *of_file("lines/ended.py", _ENDED),
    *_OTHERS,
]
