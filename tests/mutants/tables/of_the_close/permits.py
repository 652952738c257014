"""Mutants of what two people sign about the differences of a date: decisions, and lists that permit corrections.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what a permit is needed for and how
it is used (corrections).
"""

from tests.mutants.mutant import PERSONS, Row, of_file

PEOPLE = "tests/ledger_core/corrections/decided/test_decided.py"
DECIDED = f"{PEOPLE}::test_a_decision_is_about_the_list_that_was_signed"
KNOWN = f"{PEOPLE}::test_differences_that_two_people_know_hold_nothing_up"
LISTS = "tests/ledger_core/corrections/decided/test_lists.py"
ONCE = f"{LISTS}::test_one_act_permits_each_correction_of_a_list_once"
SIGNED_LINES = f"{LISTS}::test_lines_are_those_that_were_signed_and_no_others"
LONGER = f"{LISTS}::test_a_longer_list_than_was_signed_is_none"
RESTARTED = f"{LISTS}::test_a_desk_that_does_not_know_where_it_stood_is_told"
RISING = f"{LISTS}::test_lines_rise_over_messages_too"
OVER = f"{LISTS}::test_a_list_and_what_is_left_of_it_are_over_with_the_last_date"
OWNERS = f"{LISTS}::test_who_looks_into_a_difference_is_one_who_may_decide_it"

_DECISIONS: list[Row] = [
    (
        "another list is signed",
        "found == (act.count, bytes.fromhex(act.digest))",
        "found[0] == act.count",
        "others than were read",
        DECIDED,
    ),
    (
        "another count is signed",
        "found == (act.count, bytes.fromhex(act.digest))",
        "found[1].hex() == act.digest",
        "fewer than were read",
        DECIDED,
    ),
]
_LISTS: list[Row] = [
    (
        "lines that nobody signed",
        "len(lines) <= known.left and list_digest(lines, message.rest) == known.rest",
        "len(lines) <= known.left",
        "the day desk alone corrects whom it likes",
        SIGNED_LINES,
    ),
    (
        "more lines than were signed",
        "len(lines) <= known.left and list_digest",
        "list_digest",
        "a list as long as its digest says, and not as people were told",
        LONGER,
    ),
    (
        "lines of another broker's contract",
        "all(_is_theirs(book, known.party, each.contract_no) for each in lines)",
        "True",
        "a list for one broker corrects a customer of another",
        SIGNED_LINES,
    ),
    (
        "a line told twice",
        "    if message.first != known.told or not known.left:\n",
        "    if not known.left:\n",
        "what was used is permitted once more",
        RESTARTED,
    ),
    (
        "contracts that do not rise",
        "before >= after for before, after",
        "before > after for before, after",
        "one contract is permitted twice",
        SIGNED_LINES,
    ),
    (
        "contracts rise in each message only",
        "known.last_contract_no if message.first == known.told else 0",
        "0",
        "one contract is permitted twice",
        RISING,
    ),
    (
        "the rest is forgotten",
        "rest=message.rest, last_contract_no",
        "rest=known.rest, last_contract_no",
        "the lines of a list can never all be told",
        ONCE,
    ),
    (
        "taken by whom may not decide",
        "owner.active and bool(owner.rights & Right.RECONCILE)",
        "owner.active",
        "an item lies with who can do nothing",
        OWNERS,
    ),
]
_ROOM: list[Row] = [
    (
        "lists take no room",
        "return len(self.entries) + promised + count <= PERMITS_MAX",
        "return len(self.entries) + count <= PERMITS_MAX",
        "permits without a bound",
        f"{PERSONS}::test_permits_have_a_bound",
    ),
    (
        "a list for ever",
        "in self.lists.items() if trade_date <= known.last_date}",
        "in self.lists.items()}",
        "what was signed for one day is told on another",
        OVER,
    ),
]
_LANE: list[Row] = [
    (
        "decided with sums apart",
        "not (self.sums_differ or self.to_correct)",
        "not self.sums_differ",
        "what is listed is nobody's",
        KNOWN,
    ),
]

OF_PERMITS = [
    *of_file("control/day/corrections.py", [*_DECISIONS, *_LISTS]),
    *of_file("state/people/permits.py", _ROOM),
    *of_file("state/day/clearing.py", _LANE),
]
