"""Mutants of the mirror of securities and of sales: what may be sold, what orders make of it, what is booked of a sale.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of orders and their money (orders).
"""

from tests.mutants.mutant import Row, of_file

_PAGE = "tests/rules/orders/selling/test_mirror.py"
_SELLING = "tests/rules/orders/selling/test_selling.py"
_POSITIONS = "tests/ledger_core/mirror/test_positions.py"
_FOLLOWED = "tests/ledger_core/mirror/test_followed.py"
_AS_A_DICT = f"{_POSITIONS}::test_pages_say_what_a_dict_says"

_RULES: list[Row] = [
    (
        "sold twice",
        "return max(0, self.sellable - self.held)",
        "return self.sellable",
        "two orders sell the same shares",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "unknown is none",
        "        return ReplyCode.ACCEPTED\n    if quantity > position.free:",
        "        return ReplyCode.SHARES_SHORT\n    if quantity > position.free:",
        "nobody sells before his broker has sent a set",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "shares that are on their way",
        "quantity <= position.holding - position.held",
        "quantity <= position.holding",
        "a customer waits for tomorrow to sell what is sold",
        f"{_PAGE}::test_what_a_sale_earns",
    ),
    (
        "any rest",
        "if is_all or are_lots(quantity, terms.sell) else",
        "if True else",
        "the exchange refuses a rest that leaves another",
        f"{_PAGE}::test_a_rest_is_sold_with_all_that_is_free",
    ),
    (
        "bought and sold today",
        "        holding, bought_today = holding + traded, bought_today + traded",
        "        holding, sellable = holding + traded, sellable + traded",
        "what settles tomorrow is sold today",
        f"{_PAGE}::test_what_was_bought_today_is_sold_tomorrow_and_at_once_where_the_product_settles_so",
    ),
    (
        "told a day late",
        "terms.sold_at_once or bought_on < open_date",
        "terms.sold_at_once",
        "what was bought on Monday is sellable on Wednesday",
        f"{_PAGE}::test_a_buy_of_monday_that_is_told_on_tuesday_is_sellable_on_tuesday",
    ),
    (
        "held for ever",
        "holding - traded, sellable - traded, held + opened",
        "holding - traded, sellable - traded, held + max(0, opened)",
        "what was not sold is never free again",
        f"{_PAGE}::test_a_sale_that_is_refused_or_that_its_date_ends_gives_everything_back",
    ),
    (
        "bought behind what was sold short",
        "    position.bought_today = min(max(0, bought_today), position.holding - position.sellable)",
        "    position.bought_today = max(0, bought_today)",
        "shares come about with a roll",
        f"{_PAGE}::test_a_set_that_tells_less_than_is_sold_leaves_nothing_below_0_and_nothing_free",
    ),
    (
        "rolled twice",
        "    position.bought_today = 0\n",
        "",
        "shares are bought anew with each date",
        f"{_PAGE}::test_what_was_bought_today_is_sold_tomorrow_and_at_once_where_the_product_settles_so",
    ),
    (
        "no room",
        "    if max(holding, held) > SECURITY_NUMBER_MAX:",
        "    if False:",
        "a number wraps, and the customer has none of what he bought",
        f"{_PAGE}::test_where_a_number_has_no_room_nothing_moves",
    ),
]

_STATE: list[Row] = [
    (
        "none is unknown",
        "return Position() if self.told_for(account) != UNKNOWN else None",
        "return None",
        "who has nothing sells short",
        f"{_POSITIONS}::test_unknown_is_not_none",
    ),
    (
        "what a set does not name",
        "        self.forget(account)\n        rows: dict",
        "        rows: dict",
        "what was sold at the broker's counter is sold once more",
        f"{_POSITIONS}::test_what_a_set_does_not_name_is_0_and_what_becomes_0_has_no_row",
    ),
    (
        "rows of nothing",
        "            if place.is_there:\n                self._drop(place.page, place.row, place.row + 1)",
        "            if place.is_there:\n                self.pages[place.page].numbers[place.row] = 0",
        "every security that somebody ever had takes room for ever",
        f"{_POSITIONS}::test_what_a_set_does_not_name_is_0_and_what_becomes_0_has_no_row",
    ),
    (
        "half an account",
        "            self.forget(account)\n        else:",
        "            pass\n        else:",
        "an account without room seems to have nothing of what was bought",
        f"{_POSITIONS}::test_without_room_an_account_is_unknown_and_others_stay",
    ),
    (
        "markets joined",
        "return market << _MARKET_SHIFT | number",
        "return number",
        "the same number on two markets is one account",
        f"{_POSITIONS}::test_no_account_is_another_one_and_every_key_is_above_0",
    ),
    (
        "page parted in the wrong place",
        "            self.pages.insert(place.page + 1, self.pages[place.page].part())",
        "            self.pages.insert(place.page, self.pages[place.page].part())",
        "positions are found no more",
        _AS_A_DICT,
    ),
    (
        "pages that are never joined",
        "                if both <= MIRROR_PAGE_ROWS // 2:",
        "                if False:",
        "a page for each row that is left",
        f"{_POSITIONS}::test_what_is_left_of_many_rows_is_in_few_pages",
    ),
    (
        "one page of an account",
        "            if end < page.used:\n                return",
        "            return",
        "the rest of what somebody has stays behind when he is forgotten",
        _AS_A_DICT,
    ),
    (
        "roll of the mirror",
        "            page.numbers[:, _BOUGHT_TODAY] = 0\n",
        "",
        "shares come about with each date",
        _AS_A_DICT,
    ),
]
_SIGNED: list[Row] = [
    (
        "positions of another broker",
        "    _forget_positions(book, numbers)\n",
        "",
        "a customer sells at the new broker what was at the old one",
        f"{_POSITIONS}::test_a_card_that_is_replaced_keeps_what_a_contract_that_is_signed_anew_makes_unknown",
    ),
]
_TABLES: list[Row] = [
    (
        "mirror not rolled",
        "        self.mirror.roll()\n",
        "",
        "what was bought is never sellable",
        f"{_POSITIONS}::test_what_was_bought_may_be_sold_when_a_later_date_is_opened",
    ),
    (
        "mirror not in snapshots",
        " | self.mirror.to_arrays()",
        "",
        "a ledger that comes back knows nobody",
        f"{_POSITIONS}::test_a_row_is_32_bytes_and_each_number_is_told_in_the_slice_of_its_page",
    ),
]

_SOLD: list[Row] = [
    (
        "sold and not held",
        "        position.held += ordered.quantity\n",
        "        pass\n",
        "the same shares are sold again before the first report",
        f"{_SELLING}::test_what_is_sold_is_held_and_nothing_is_frozen",
    ),
    (
        "sale within its own limit",
        "(limits.high if is_sale else ordered.limit)",
        "ordered.limit",
        "a dear execution has a turnover that no report can tell",
        f"{_SELLING}::test_what_a_sale_turns_over_is_asked_at_the_high_limit",
    ),
    (
        "lots of the other side",
        "may_be_sold(quantity, known.terms) if is_sale else are_lots(quantity, known.terms.buy)",
        "are_lots(quantity, known.terms.buy)",
        "a sale is refused for the lots of buys",
        f"{_SELLING}::test_what_is_sold_is_held_and_nothing_is_frozen",
    ),
]
_TOLD: list[Row] = [
    (
        "sale as a buy",
        "    if kind in _MAY_MOVE and order.side == Side.SELL:\n        return of_sale(order.booked_fen)\n",
        "",
        "nobody hears what was booked of a sale",
        f"{_SELLING}::test_each_report_tells_what_is_booked_of_the_sale_by_then",
    ),
]
_BOOKED: list[Row] = [
    (
        "followed whatever is told",
        "if booked_fen is not None and not _is_on_the_way(before_fen, booked_fen, target_fen):",
        "if False:",
        "an outcome that cannot be stops nobody",
        f"{_SELLING}::test_what_cannot_have_been_booked_is_not_followed",
    ),
    (
        "proceeds without end",
        "    if account.sold_fen - max(0, before_fen) + max(0, target_fen) > COLUMN_FEN_MAX:",
        "    if False:",
        "what is sold wraps",
        f"{_SELLING}::test_what_an_account_cannot_keep_does_not_fit",
    ),
    (
        "rises in part",
        "return booked_fen == target_fen if target_fen >= before_fen else target_fen <= booked_fen <= before_fen",
        "return min(before_fen, target_fen) <= booked_fen <= max(before_fen, target_fen)",
        "proceeds that were told short are short in every book",
        f"{_SELLING}::test_what_rises_rises_to_what_the_sale_brings",
    ),
]
_COSTS: list[Row] = [
    (
        "cost told as proceeds",
        "    state = STATE_BOOKED_SOLD if booked_fen >= 0 else STATE_BOOKED_BOUGHT\n",
        "    state = STATE_BOOKED_SOLD\n",
        "what a sale costs is spent by whoever follows",
        f"{_SELLING}::test_one_share_at_two_yuan_brings_nothing_and_costs_three",
    ),
]

_FOLLOWS: list[Row] = [
    (
        "bought twice",
        "    if not UNKNOWN < mirror.told_for(account) < trade_date:",
        "    if not UNKNOWN < mirror.told_for(account):",
        "what a set has told is bought once more by a report that comes late",
        f"{_FOLLOWED}::test_what_was_told_of_its_date_or_a_later_one_has_the_order_in_it",
    ),
    (
        "known without room",
        "    else:\n        mirror.forget(account)\n",
        "",
        "an account is short of what it has bought, and known",
        f"{_FOLLOWED}::test_more_than_is_kept_makes_the_account_unknown_and_the_report_is_booked",
    ),
    (
        "date of the report",
        "terms_of(version), trade_date, book.trade_date)",
        "terms_of(version), book.trade_date, book.trade_date)",
        "what was bought on Monday is sellable on Wednesday, where it is told on Tuesday",
        f"{_FOLLOWED}::test_monday_that_is_reported_on_tuesday_is_sellable_on_tuesday",
    ),
]
_REPORTED: list[Row] = [
    (
        "report beside the mirror",
        "    follow_orders(book, slots, before)\n",
        "",
        "nobody sells what he has bought through the bank",
        f"{_FOLLOWED}::test_what_is_bought_is_held_from_its_report_on_and_sellable_on_the_next_date",
    ),
]
_CLOSED: list[Row] = [
    (
        "close beside the mirror",
        "    follow_orders(book, orders.tolist(), before)\n",
        "",
        "what only the set tells is not there to sell",
        f"{_FOLLOWED}::test_closing_books_what_the_set_has_beyond_the_reports",
    ),
]
_LOWERED: list[Row] = [
    (
        "lowered beside the mirror",
        "    follow_orders(book, [slot], before)\n",
        "",
        "a customer sells what was reported by mistake",
        f"{_FOLLOWED}::test_what_two_people_lower_is_taken_back",
    ),
]

OF_THE_MIRROR = [
    *of_file("orders/mirrored.py", _FOLLOWS),
    *of_file("orders/act.py", _REPORTED),
    *of_file("orders/closing.py", _CLOSED),
    *of_file("control/orders/reports.py", _LOWERED),
    *of_file("rules/orders/taking.py", _SOLD),
    *of_file("rules/orders/told.py", _TOLD),
    *of_file("rules/orders/reports.py", _BOOKED),
    *of_file("rules/request.py", _COSTS),
    *of_file("rules/orders/mirror.py", _RULES),
    *of_file("state/orders/positions.py", _STATE),
    *of_file("state/orders/tables.py", _TABLES),
    *of_file("control/customers/accounts.py", _SIGNED),
]
