"""Mutants of customer settlement: what is set off, gated, due and credited, in which order, and what it must prove.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what is owed between bank and broker
(obligations).
"""

from tests.mutants.mutant import Row, of_file

PAGE = "tests/ledger_core/settling/test_settled_days.py"
OWN = f"{PAGE}::test_what_one_has_sold_pays_for_its_own_buys_and_for_no_more[0]"
LATER = f"{PAGE}::test_gated_proceeds_are_spent_on_two_later_dates[0]"
ONCE = f"{PAGE}::test_a_net_payers_sellers_wait_until_it_has_paid[0]"
RECEIVER = f"{PAGE}::test_a_net_receiver_is_not_gated_and_its_sellers_are_credited_at_once[0]"
PAID_BEFORE = f"{PAGE}::test_once_nothing_gates_a_settlement_credits_all_proceeds_that_were_gated"
RESTRAINED = f"{PAGE}::test_what_an_older_restraint_holds_back_pays_for_no_buy"
DIVIDEND = f"{PAGE}::test_a_dividend_and_a_refund_are_gated_whole_and_buy_nothing"
HALF = f"{PAGE}::test_what_is_gated_with_the_first_settlements_and_not_with_the_last_is_due_at_once"
DEFERRED = f"{PAGE}::test_a_deferred_lane_holds_its_later_ones_over_three_dates"
WAITS = f"{PAGE}::test_publishing_waits_for_credits_that_are_due"
TABLE = "tests/ledger_core/settling/test_gated.py"
BLOCKS = "tests/ledger_core/settling/test_proof_and_law.py"
ALIKE = f"{BLOCKS}::test_proof_and_law_agree_and_replay_gives_the_same_book[6]"
DUE = f"{TABLE}::test_what_became_due_is_due_oldest_date_first_until_it_is_credited"

_PAGE: list[Row] = [
    (
        "set off whatever else pays",
        "max(0, buys_fen - max(0, else_fen))",
        "buys_fen",
        "gated proceeds of a customer with money become withdrawable",
        OWN,
    ),
    (
        "what is restrained pays",
        "(account.bought_fen - buys_fen) - held_fen",
        "(account.bought_fen - buys_fen)",
        "a settlement takes what an authority has",
        RESTRAINED,
    ),
    (
        "settled twice",
        "    unit.is_due = False\n",
        "",
        "one customer is debited twice in a block",
        RECEIVER,
    ),
    (
        "proceeds of the date alone",
        "    sold_fen = unit.gated.all_proceeds_fen + unit.sold_fen\n",
        "    sold_fen = unit.sold_fen\n",
        "a customer is overdrawn whose older credits are not posted",
        PAID_BEFORE,
    ),
    (
        "credited twice",
        "    unit.gated.proceeds_fen[unit.trade_date] -= proceeds_fen\n",
        "",
        "one customer is credited twice in a block",
        ONCE,
    ),
]
_GATE: list[Row] = [
    (
        "gated by a date that nobody settles",
        "state >= LaneState.SETTLING",
        "state >= LaneState.PUBLISHED",
        "customers of Monday wait for what Tuesday owes",
        f"{TABLE}::test_a_broker_is_gated_from_the_settle_step_of_what_it_owes_on",
    ),
]
_LANES: list[Row] = [
    (
        "due although its broker owes",
        "    gated.is_due = not is_gated(book, lane.party)\n",
        "    gated.is_due = True\n",
        "gated money leaves the bank",
        ONCE,
    ),
    (
        "never due at once",
        "    gated.is_due = not is_gated(book, lane.party)\n",
        "    gated.is_due = False\n",
        "what was gated with the first half of a lane is never credited",
        HALF,
    ),
    (
        "other money is forgotten",
        "np.where(cleared.settled[contracts] == OTHER_GATED, cleared.credits_fen[contracts], 0)",
        "np.zeros(len(contracts), np.int64)",
        "a dividend under the gate is nobody's",
        DIVIDEND,
    ),
    (
        "closed although it is owed",
        "        if gated.trade_date in unpaid or gated.has_left():\n",
        "        if gated.has_left():\n",
        "nobody looks for what the bank owes any more",
        RECEIVER,
    ),
]
_APPLY: list[Row] = [
    (
        "the oldest date is not spent",
        "older.proceeds_fen[entry[is_there]] -= taken_fen[is_there]",
        "pass",
        "what was set off is credited again",
        LATER,
    ),
    (
        "credits of the block are asked of its settlements",
        "        -posted_fen,\n",
        "        np.zeros(len(at), np.int64),\n",
        "a row that was decided is refused by whoever reads it again",
        f"{BLOCKS}::test_a_settlement_and_a_credit_of_one_customer_meet_in_a_block",
    ),
]
_STEPS: list[Row] = [
    (
        "settled out of turn",
        "state < LaneState.SETTLED for date",
        "state < LaneState.TRADING for date",
        "Tuesday's customers are settled before Monday's",
        DEFERRED,
    ),
]
_PUBLISHING: list[Row] = [
    (
        "published over credits that are due",
        "    may = may and book.gated.due_lane(message.party) is None\n",
        "",
        "a broker is netted while its customers wait",
        WAITS,
    ),
]
_TABLE: list[Row] = [
    (
        "any date is credited first",
        "if lane.is_due and lane.has_left()",
        "if lane.has_left()",
        "what is not due is credited",
        DUE,
    ),
]
_PROOF: list[Row] = [
    (
        "a restrained account is proven",
        "    provable: Mask = ~(is_gated & (book.restrained_fen.take(accounts) != 0))\n",
        "    provable: Mask = ~is_gated | is_gated\n",
        "a settlement in a block takes what an authority has",
        ALIKE,
    ),
    (
        "an ended contract is proven",
        " & ~book.have_ended(settlements.contract)",
        "",
        "what is owed to whoever had a closed account is credited to nobody's",
        f"{BLOCKS}::test_what_a_closed_account_was_owed_is_owed_to_whom_it_belonged[False]",
    ),
    (
        "settled in a block whatever is there",
        "    mark(code, ReplyCode.SETTLEMENT_DIFFERS, after_fen < stays_moved_fen)\n",
        "",
        "a balance falls below what is moved of it",
        f"{BLOCKS}::test_nothing_is_debited_that_is_not_there[True]",
    ),
    (
        "settled in a block whatever the set says",
        "    differs |= (has.bought_fen != has.says_bought_fen) | (has.sold_fen != has.says_sold_fen)\n",
        "",
        "customers pay what their broker did not clear",
        f"{BLOCKS}::test_what_the_set_says_otherwise_is_not_settled[made_good_buys_fen]",
    ),
    (
        "what older dates have gated is forgotten in a block",
        "sold_fen += np.where(is_there, older.proceeds_fen[entry], 0)",
        "pass",
        "a customer is overdrawn whose older proceeds are gated",
        f"{PAGE}::test_gated_proceeds_are_spent_on_two_later_dates[40]",
    ),
    (
        "set off in a block whatever else pays",
        "np.maximum(0, has.bought_fen - np.maximum(0, else_fen))",
        "has.bought_fen",
        "gated proceeds of a customer with money become withdrawable",
        f"{PAGE}::test_what_one_has_sold_pays_for_its_own_buys_and_for_no_more[40]",
    ),
    (
        "no limit of a credit in a block",
        "    mark(code, ReplyCode.LIMIT_EXCEEDED, after_fen > COLUMN_FEN_MAX)\n    differs",
        "    differs",
        "a balance passes what a column holds",
        f"{BLOCKS}::test_no_balance_is_settled_or_credited_above_its_limit",
    ),
]
_ALONE: list[Row] = [
    (
        "settled twice in a block",
        " & self._are_alone(accounts)\n        self._hot_accounts.append(accounts[is_open & ~is_proven])",
        "\n        self._hot_accounts.append(accounts[is_open & ~is_proven])",
        "one customer is debited twice",
        f"{PAGE}::test_a_net_receiver_is_not_gated_and_its_sellers_are_credited_at_once[40]",
    ),
]
OF_SETTLING = [
    *of_file("settling/proof.py", _PROOF),
    *of_file("blocks/proof.py", _ALONE),
    *of_file("rules/day/customer_settlement.py", _PAGE),
    *of_file("settling/gate.py", _GATE),
    *of_file("settling/lanes.py", _LANES),
    *of_file("settling/apply.py", _APPLY),
    *of_file("control/day/settling.py", _STEPS),
    *of_file("control/day/lanes.py", _PUBLISHING),
    *of_file("state/day/gated.py", _TABLE),
]
