"""Mutants of feeds of orders: their numbers, digests, memory and pages.

Belongs here: single wrong lines, each with what a broker would be told then. Never here: mutants of other feeds.
"""

from tests.mutants.mutant import Row, of_file

_STATE = "tests/ledger_core/orders/test_order_feeds.py"
_PAGES = "tests/protocol/test_order_pages.py"
_MADE = "tests/ledger_core/ordering/test_entries.py"
_PATH = "tests/ledger/order_path/test_order_feeds.py"

_NUMBERS: list[Row] = [
    (
        "numbers go on over the roll",
        "one.trade_date, one.next_number = trade_date, 1",
        "one.trade_date = trade_date",
        "a broker waits for number 1 of Tuesday for ever",
        f"{_STATE}::test_a_later_date_begins_with_1_and_the_one_before_says_how_to_go_on",
    ),
    (
        "what was begun on Monday",
        "        if one.begun:\n            self._keep(one, one.next_number)\n",
        "",
        "Monday's last orders are in memory no more while the follower has not written them",
        f"{_STATE}::test_a_later_date_begins_with_1_and_the_one_before_says_how_to_go_on",
    ),
    (
        "news of another row",
        "return self.news if sequence == self.sequence else []",
        "return self.news",
        "the read model has an order twice",
        f"{_STATE}::test_the_news_of_a_row_are_what_it_made_and_nothing_of_another",
    ),
    (
        "memory without a bound",
        "while self.kept_entries > ORDER_ENTRIES_KEPT_MAX:",
        "while False:",
        "a busy day ends the ledger",
        f"{_STATE}::test_memory_holds_so_many_and_the_oldest_stretches_go",
    ),
    (
        "a date that is over has no next one",
        "next_date = later[0] if later else one.trade_date",
        "next_date = later[0] if later else 0",
        "a broker that was away waits on Monday for ever",
        f"{_STATE}::test_a_later_date_begins_with_1_and_the_one_before_says_how_to_go_on",
    ),
]
_BYTES: list[Row] = [
    (
        "a digest of one stretch alone",
        "hashlib.sha256(digest_before + entries)",
        "hashlib.sha256(entries)",
        "another history in front of a stretch is found out by nobody",
        f"{_PAGES}::test_the_digest_behind_a_stretch_is_of_the_one_before_and_all_its_entries",
    ),
    (
        "a page of two stretches",
        " or count > room_behind(head.first):",
        ":",
        "the digest between them is skipped",
        f"{_PAGES}::test_what_is_no_page",
    ),
]
_TOLD: list[Row] = [
    (
        "what is not there is nothing yet",
        "if ask.trade_date > self._book.trade_date or ask.first > head.next_number:",
        "if ask.trade_date > self._book.trade_date:",
        "a broker that has read another bank's orders goes on with ours",
        f"{_PATH}::test_who_has_read_all_is_told_so_and_who_names_what_is_not_there_too",
    ),
    (
        "any digest",
        "and ask.digest_before != head.digest_before:",
        "and False:",
        "bank and broker go on with two histories",
        f"{_PATH}::test_another_digest_than_ours_is_told_as_that",
    ),
    (
        "one feed for all seats",
        "seat if int(self._book.seat_role[seat]) == SeatRole.CHANNEL else 0",
        "0",
        "a channel reads what others ordered",
        f"{_PATH}::test_a_broker_is_told_of_orders_and_a_channels_seat_of_reports",
    ),
]
_ENTRIES: list[Row] = [
    (
        "refused orders are told",
        'told = np.flatnonzero(own["code"] == 0)',
        "told = np.arange(len(own))",
        "a broker sends an order to the exchange for which nothing is frozen",
        f"{_MADE}::test_what_is_refused_is_told_to_nobody",
    ),
    (
        "reports are told to the broker too",
        "to_broker = ordering.entries[told] > 0",
        "to_broker = ordering.entries[told] >= 0",
        "its numbers are others than cancels are answered by",
        f"{_MADE}::test_reports_that_fit_are_told_to_the_seat_that_ordered_and_listed_ones_to_nobody",
    ),
    (
        "nothing was frozen",
        "words[orders, _WORD_FROZEN] = left_fen[orders]",
        "words[orders, _WORD_FROZEN] = 0",
        "a broker cannot see what an order may cost",
        f"{_MADE}::test_an_order_is_told_with_what_was_frozen_its_number_and_its_last_second",
    ),
    (
        "whose cancel it was",
        "(orderers == seat) | (cancelers == seat)",
        "(orderers == seat)",
        "who cancels by phone what was ordered on the web never hears of it",
        f"{_MADE}::test_an_answer_to_a_cancel_is_told_to_both_channels",
    ),
    (
        "closed orders behind all reports of their block",
        "in by_feed[feed]])[np.argsort(positions)]",
        "in by_feed[feed]])",
        "what a feed says hangs on how frames came together",
        "tests/ledger_core/ordering/test_closed_in_a_block.py"
        "::test_what_is_told_of_an_order_behind_its_close_changes_nothing",
    ),
]
_ANSWERED: list[Row] = [
    (
        "the cancel that was asked for last",
        "kept.order.cancel_position != report.number",
        "not kept.order.cancel_position",
        "who did not ask hears of an answer",
        f"{_MADE}::test_who_asked_for_another_cancel_hears_nothing",
    ),
]

OF_FEEDS_OF_ORDERS = [
    *of_file("state/orders/order_feeds.py", _NUMBERS),
    *of_file("orders/feed_entries.py", _ENTRIES),
    *of_file("orders/at_hand.py", _ANSWERED),
    *of_file("protocol/order_pages.py", _BYTES),
    *of_file("ledger/order_path/feed_pages.py", _TOLD),
]
