"""Mutants of lines of clearing sets: the page, the same over columns, what lines name.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what a set keeps and of its steps
(sets), of orders (decisions, lane).
"""

from tests.mutants.mutant import CLEARING_KEPT as KEPT
from tests.mutants.mutant import CLEARING_PAGE as PAGE
from tests.mutants.mutant import CLEARING_SET as SET
from tests.mutants.mutant import LINES_AND_PAGE, Mutant

LIMITS = f"{LINES_AND_PAGE}::test_sums_of_one_contract_have_a_limit_which_one_line_more_passes"
ROOM = f"{LINES_AND_PAGE}::test_so_many_orders_that_are_not_there_and_no_more"
BRINGS = f"{PAGE}::test_what_a_line_brings"
GUARDS = f"{PAGE}::test_the_first_guard_that_fails_is_told_and_nothing_is_kept"
WITHDRAWN = f"{SET}::test_a_withdrawn_set_reads_as_nothing_and_another_begins_anew"
TWICE = f"{SET}::test_a_frame_sent_twice_harms_nothing"
NOT_THERE = f"{SET}::test_an_order_that_is_not_there_is_listed_once"
AFTER_WITHDRAWAL = f"{KEPT}::test_a_set_after_a_withdrawal_may_tell_each_half_of_an_order_anew"

ALLOTTED = "tests/ledger_core/corrections/test_allotted.py"

_RULES, _DECIDE, _READ, _WAITING = "rules/day/clearing.py", "lines/decide.py", "lines/read.py", "lines/waiting.py"


def _page(name: str, text: str, replacement: str, plants: str, caught_by: str) -> Mutant:
    return Mutant(name, _RULES, text, replacement, plants, (caught_by,))


OF_THE_PAGE = [
    _page(
        "fees of a dear sale forgiven",
        "excess_fen = max(0, -net_fen)",
        "excess_fen = 0",
        "a sale that costs more than it brings costs the customer nothing",
        BRINGS,
    ),
    _page(
        "commission of a buy forgotten",
        "Brought(buys_fen=amount_fen + second_fen + fees_fen)",
        "Brought(buys_fen=amount_fen + fees_fen)",
        "the broker's commission is missing from what is owed",
        BRINGS,
    ),
    _page(
        "tax paid out",
        "credits_fen=amount_fen - second_fen",
        "credits_fen=amount_fen",
        "the tax of a dividend goes to the customer",
        BRINGS,
    ),
    _page(
        "tax above gross",
        "(row.side != LineSide.CREDIT or line.second_fen <= line.amount_fen)",
        "True",
        "a dividend takes money from the customer",
        GUARDS,
    ),
    _page(
        "a fee below nothing",
        "and min(line.fees_fen) >= 0",
        "and min(line.fees_fen) >= -1",
        "a fee pays the customer",
        GUARDS,
    ),
    _page(
        "a foreign contract cleared",
        "    if not line.known:\n        return CONTRACT_UNKNOWN\n",
        "",
        "a broker's line brings another broker's customer money",
        GUARDS,
    ),
    _page(
        "an order of no set told",
        "    if not line.set_is_open:\n        return SET_NOT_OPEN\n",
        "",
        "a line counts in no set that anybody announced",
        GUARDS,
    ),
    _page(
        "the last fen of the limit",
        "max(in_all) > LINE_AMOUNT_SUM_FEN_MAX",
        "max(in_all) >= LINE_AMOUNT_SUM_FEN_MAX",
        "a contract at its limit cannot be told",
        LIMITS,
    ),
    _page(
        "a refused line is kept",
        "    is_order, is_listed = ",
        "    so_far.brought[line.contract] = in_all\n    is_order, is_listed = ",
        "what was refused still counts against the limit of its contract",
        LIMITS,
    ),
    _page(
        "one listed too many",
        "so_far.listed_buys) == LISTED_LINES_MAX",
        "so_far.listed_buys) == LISTED_LINES_MAX + 1",
        "a set keeps more names than there is room for",
        ROOM,
    ),
    _page(
        "a listed line twice",
        "    if wire.names_order:\n        (so_far",
        "    if wire.names_order and not is_listed:\n        (so_far",
        "what a customer bought is told, and counted, twice",
        f"{PAGE}::test_an_order_that_is_not_there_is_listed_once_and_counted_by_kind",
    ),
    _page(
        "a reference twice",
        "return line.reference <= so_far.last_reference",
        "return line.reference < so_far.last_reference",
        "a sale that is sent twice is paid twice",
        f"{PAGE}::test_a_line_is_taken_once",
    ),
    _page(
        "credits not owed",
        "return self.proceeds_fen + self.credits_fen - self.buys_fen",
        "return self.proceeds_fen - self.buys_fen",
        "the net of a set leaves dividends out",
        BRINGS,
    ),
]


def _over_columns(name: str, text: str, replacement: str, plants: str, caught_by: str) -> Mutant:
    return Mutant(name, _DECIDE, text, replacement, plants, (caught_by,))


OVER_COLUMNS = [
    _over_columns(
        "told by a set that is gone",
        "told = (book.requests.cleared_in[slot] == self._lane.inner) & ",
        "told = (book.requests.cleared_in[slot] > 0) & ",
        "after a withdrawal no order can be told again",
        WITHDRAWN,
    ),
    _over_columns(
        "either line tells both",
        "(book.requests.told[slot] & flag != 0)",
        "(book.requests.told[slot] != 0)",
        "an order whose fate was told cannot be told as bought in a later frame",
        AFTER_WITHDRAWAL,
    ),
    _over_columns(
        "listed in an earlier block",
        "            told |= _among(lines.order_key[at], listed)\n",
        "",
        "an order that is not there is told, and counted, twice",
        TWICE,
    ),
    _over_columns(
        "twice in one block",
        "code[at[told | _repeats(lines.order_key[at])]]",
        "code[at[told]]",
        "one order is told, and counted, twice by one frame",
        NOT_THERE,
    ),
    _over_columns(
        "an event of a set that is gone",
        "told = (self._cleared.inner[contract] == self._lane.inner) & (",
        "told = (self._cleared.inner[contract] > 0) & (",
        "after a withdrawal no contract event can be told again",
        WITHDRAWN,
    ),
    _over_columns(
        "opened or closed",
        "_repeats(contract * _EVENT_CODES + event)",
        "_repeats(contract)",
        "a contract that opens and closes on one date is told as open",
        f"{KEPT}::test_a_contract_opens_and_closes_on_one_date_and_each_is_told_once",
    ),
    _over_columns(
        "a reference twice in columns",
        "code[at[reference <= before]]",
        "code[at[reference < before]]",
        "a sale that is sent twice is paid twice",
        TWICE,
    ),
    _over_columns(
        "references of each block",
        "np.append(self._lane.last_reference, reference)",
        "np.append(0, reference)",
        "a sale that is sent in a second frame is paid twice",
        TWICE,
    ),
    _over_columns(
        "the limit of each block",
        "int(had_fen.max()) + int(more_fen.sum()) > LINE_AMOUNT_SUM_FEN_MAX",
        "int(more_fen.sum()) > LINE_AMOUNT_SUM_FEN_MAX",
        "frame by frame a contract's sums grow until they wrap",
        LIMITS,
    ),
    _over_columns(
        "the limit of each contract of a block",
        "(sums_fen[place] + had_fen > LINE_AMOUNT_SUM_FEN_MAX)",
        "(sums_fen[place] > LINE_AMOUNT_SUM_FEN_MAX)",
        "frame by frame a contract's sums grow until they wrap",
        LIMITS,
    ),
    _over_columns(
        "room for each block",
        "if kept + len(unheld) > LISTED_LINES_MAX:",
        "if len(unheld) > LISTED_LINES_MAX:",
        "a set keeps more names than there is room for",
        ROOM,
    ),
    _over_columns(
        "a line without a set",
        "        code[(code == 0) & ~takes] = ReplyCode.SET_NOT_OPEN\n",
        "        pass\n",
        "a line is accepted, and counts nowhere",
        f"{KEPT}::test_a_line_of_another_day_is_not_in_the_set_that_is_open",
    ),
    _over_columns(
        "a line out of its range",
        "        code[(code == 0) & ~lines.is_in_range] = ReplyCode.AMOUNT_OUT_OF_RANGE\n",
        "        pass\n",
        "a fee below nothing pays the customer",
        f"{LINES_AND_PAGE}::test_each_refusal_of_a_line_leaves_nothing",
    ),
    _over_columns(
        "nothing is listed",
        "            state[unheld] = STATE_LISTED\n",
        "            pass\n",
        "what the broker bought without an order at the bank looks as if it had one",
        NOT_THERE,
    ),
]
LOOKED_UP = [
    Mutant(
        "an order of another date",
        _WAITING,
        "        may &= (dates != date) | np.array(settled)[frame]\n",
        "",
        "yesterday's order is cleared in today's set",
        (f"{SET}::test_an_order_of_an_earlier_date_is_listed_in_a_later_set",),
    ),
    Mutant(
        "a held order of two sets that count",
        _WAITING,
        "(requests.are_open(slot) & ~np.isin(named_by, counting))",
        "requests.are_open(slot)",
        "one set is published with what another one closes",
        (f"{ALLOTTED}::test_two_sets_never_name_it_both",),
    ),
    Mutant(
        "a held order of two sets in one block",
        _WAITING,
        "return may & is_first",
        "return may",
        "the second one takes from the first what that is owed by",
        (f"{ALLOTTED}::test_of_two_sets_in_one_block_the_first_has_it",),
    ),
    Mutant(
        "a held order while it is named",
        "lines/ended.py",
        "        over[unnamed] &= ~wait(book, dates[unnamed], parties[unnamed])\n",
        "        pass\n",
        "while a set is sent that names it, what was filled of a held order is lost from the day",
        (f"{ALLOTTED}::test_a_fill_of_it_is_taken_until_the_set_that_names_it_is_complete",),
    ),
    Mutant(
        "an order of another contract",
        _READ,
        "book.requests.contract.take(slot) == contract + 1",
        "book.requests.contract.take(slot) > 0",
        "one customer's purchase is cleared against another's freeze",
        (NOT_THERE,),
    ),
    Mutant(
        "a line of any day",
        _READ,
        "is_own: Mask = day == trade_day(lane.trade_date)",
        "is_own: Mask = day > 0",
        "a line of another date counts in this set",
        (f"{KEPT}::test_a_line_of_another_day_is_not_in_the_set_that_is_open",),
    ),
    Mutant(
        "a line of any seat",
        _READ,
        "is_own = is_own & np.isin(frame, places)",
        "is_own = is_own & (frame >= 0)",
        "one broker's lines count in another's set",
        (f"{SET}::test_lines_of_two_brokers_and_orders_share_a_block",),
    ),
]

OF_LINES = [*OF_THE_PAGE, *OVER_COLUMNS, *LOOKED_UP]
