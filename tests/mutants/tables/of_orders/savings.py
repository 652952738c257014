"""Mutants of interest of savings accounts: which days count, what is due by them, posting it, closing an account.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what brokers are lent.
"""

from tests.mutants.mutant import Row, of_file

RULE = "tests/rules/test_savings.py"
DAYS, POSTING, CLOSING = (f"tests/ledger_core/savings/test_{name}.py" for name in ("days", "posting", "closing"))
BRINGS = f"{RULE}::test_what_points_bring"
ENDS_OF_DAYS = f"{DAYS}::test_what_stands_at_the_end_of_each_day_counts"
BACK = f"{DAYS}::test_a_clock_that_goes_back_counts_nothing_twice"
LISTED_THEN = f"{DAYS}::test_the_interest_day_is_the_last_that_counts_by_the_rate_listed_then"
YESTERDAY = f"{DAYS}::test_yesterday_is_ordered_today_and_due_at_once_and_a_second_time_brings_nothing"
CAN_BE = f"{DAYS}::test_which_days_can_be_ordered"
JOINED = f"{DAYS}::test_rows_that_are_joined_are_of_one_day"
WRAPS = f"{DAYS}::test_no_column_wraps_and_columns_reckon_as_one_account_does"
MOVED = f"{DAYS}::test_what_is_moved_for_orders_bears_nothing"
ONCE = f"{POSTING}::test_each_is_posted_once_with_its_entry"
TWICE = f"{POSTING}::test_twice_in_one_block_is_once"
STORED = f"{POSTING}::test_stored_outcomes_that_post_more_than_was_due_are_believed_by_nobody"
PAGES = f"{POSTING}::test_places_are_told_some_at_a_time"
SETTLED = f"{CLOSING}::test_what_is_earned_is_settled_posted_taken_and_then_the_account_goes"
FIRST_ROW = f"{CLOSING}::test_the_first_row_of_a_day_knows_what_the_day_before_has_earned"
LESS = f"{CLOSING}::test_less_than_half_a_fen_goes_with_the_account"

_RULE: list[Row] = [
    (
        "interest rounded down",
        "(2 * points * rate + POINTS_PER_FEN)",
        "(2 * points * rate)",
        "half a fen is kept",
        BRINGS,
    ),
    ("savings earn by 365 days", "360 * 1_000_000 //", "365 * 1_000_000 //", "less than is listed", BRINGS),
    (
        "fen bear interest",
        "return min(balance_fen // FEN_PER_YUAN, BEARING_YUAN_MAX)",
        "return min(balance_fen, BEARING_YUAN_MAX)",
        "a hundred times too much",
        f"{RULE}::test_whole_yuan_bear",
    ),
    (
        "the interest day itself is left out",
        "yield Stretch(interest_day + 1 - day, True)",
        "yield Stretch(interest_day - day, True)",
        "a day is paid a quarter late",
        f"{RULE}::test_days_are_counted_to_the_interest_day_and_then_on",
    ),
    (
        "less than is due is posted",
        "    if amount_fen != account.interest_due_fen:\n",
        "    if amount_fen > account.interest_due_fen:\n",
        "the rest is gone",
        f"{RULE}::test_all_that_is_due_is_posted_once",
    ),
    (
        "posted and due still",
        "    account.interest_due_fen = 0\n",
        "    pass\n",
        "interest twice in one block",
        TWICE,
    ),
]
_DAYS: list[Row] = [
    (
        "a day falls",
        "return max(book.savings.day, min(",
        "return max(0, min(",
        "a clock that goes back pays twice",
        BACK,
    ),
    (
        "points are not of days",
        "book.savings.points[part] += yuan * stretch.days",
        "book.savings.points[part] += yuan",
        "a weekend bears one day",
        f"{DAYS}::test_a_weekend_without_a_row_counts_by_its_days",
    ),
    (
        "no bound of what bears",
        "            np.minimum(yuan, BEARING_YUAN_MAX, out=yuan)\n",
        "",
        "a column wraps",
        WRAPS,
    ),
    (
        "the day goes on alone",
        "    savings.day = today\n",
        "    savings.day = max(savings.day, today - 1)\n",
        "the last day is counted again and again",
        ENDS_OF_DAYS,
    ),
    ("too much due is cut", "points[fits] = 0", "points[:] = 0", "what no record can post is lost", WRAPS),
    (
        "moved money bears",
        "    if not moved.is_used:\n",
        "    if True:\n",
        "interest on what does not stand in 2110",
        MOVED,
    ),
    (
        "an order stays",
        "    book.savings.interest_day = NO_DAY\n",
        "    pass\n",
        "each day behind it ends a period",
        LISTED_THEN,
    ),
]
_CONTROL: list[Row] = [
    (
        "any day can be ordered",
        "today - 1 <= trade_day(act.last_day)",
        "0 <= trade_day(act.last_day)",
        "points of later days are paid as of an earlier one",
        CAN_BE,
    ),
    (
        "yesterday waits",
        "    if savings.interest_day < savings.day:\n",
        "    if savings.interest_day > savings.day:\n",
        "it is due a day late, with a day more",
        YESTERDAY,
    ),
    (
        "what is due keeps no account",
        "return due_fen > 0 or interest_fen(points, book.savings.rate) > 0",
        "return interest_fen(points, book.savings.rate) > 0",
        "a closed account is owed interest",
        SETTLED,
    ),
    (
        "days of the row are not looked at",
        "    points, due_fen = earned(book, account, decided_at_ns)\n",
        "    points, due_fen = int(book.savings.points[account]), int(book.savings.due_fen[account])\n",
        "live and in replay an account is closed otherwise",
        FIRST_ROW,
    ),
]
_ACCOUNTS: list[Row] = [
    (
        "points outlive the account",
        "        book.savings.points[account] = 0  # below half a fen\n",
        "        pass\n",
        "a closed account has points",
        LESS,
    ),
]
_LANE: list[Row] = [
    (
        "named twice is not looked for",
        "self._hot_accounts.append(accounts[times > 1])",
        "pass",
        "interest twice in one block",
        TWICE,
    ),
]
_EFFECTS: list[Row] = [
    (
        "posted stays due",
        "        _pay_interest(book, block, amount_fen)\n",
        "",
        "interest again with the next frame",
        ONCE,
    ),
]
_STORED: list[Row] = [
    (
        "stored interest is believed",
        "    if (sums_fen > book.savings.due_fen[accounts]).any():\n",
        "    if False:\n",
        "a journal that was written over makes money",
        STORED,
    ),
]
_RUNS: list[Row] = [
    (
        "rows of two days are joined",
        "    in_order &= len(days) == 1\n",
        "",
        "replay counts another balance than was there at the day's end",
        JOINED,
    ),
]
_ENGINE: list[Row] = [
    (
        "a stored block counts no day",
        "    count_days(book, row.decided_at_ns)\n    apply_stored_block(",
        "    apply_stored_block(",
        "replay comes out otherwise",
        ENDS_OF_DAYS,
    ),
]
_ANSWERS: list[Row] = [
    (
        "a page goes on too far",
        "next_place = int(found[QUERY_INTEREST_MAX])",
        "next_place = int(found[QUERY_INTEREST_MAX]) + 1",
        "an account is never told",
        PAGES,
    ),
]
OF_SAVINGS = [
    *of_file("rules/savings.py", _RULE),
    *of_file("savings/days.py", _DAYS),
    *of_file("control/customers/savings.py", _CONTROL),
    *of_file("control/customers/accounts.py", _ACCOUNTS),
    *of_file("blocks/proof.py", _LANE),
    *of_file("effects.py", _EFFECTS),
    *of_file("rows/stored_blocks.py", _STORED),
    *of_file("rows/runs.py", _RUNS),
    *of_file("engine.py", _ENGINE),
    *of_file("savings/answers.py", _ANSWERS),
]
