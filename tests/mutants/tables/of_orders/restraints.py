"""Mutants of restraints: what ranks before one, what is deducted, what card debits leave.

Belongs here: single wrong lines, each with the money error that it plants. Never here: other records
(decisions) and other messages (control).
"""

from tests.mutants.mutant import RESTRAINT_ACTS, RESTRAINTS, Mutant

OF_RESTRAINTS = [
    Mutant(
        "restraints add up",
        "control/customers/restraints.py",
        "book.restrained_fen[account] += message.amount_fen",
        "book.restrained_fen[account] = message.amount_fen",
        "a second restraint sets the first one free",
        (f"{RESTRAINTS}::test_an_older_restraint_comes_first",),
    ),
    Mutant(
        "younger takes the older one's",
        "rules/money/restraints.py",
        "min(restraint.senior_fen, committed_fen) - sum(held)",
        "min(restraint.senior_fen, committed_fen)",
        "what one court restrained is paid to another",
        (f"{RESTRAINTS}::test_an_older_restraint_comes_first",),
    ),
    Mutant(
        "deduction under an order",
        "rules/money/restraints.py",
        "left_fen = balance_fen - min(restraint.senior_fen, committed_fen)",
        "left_fen = balance_fen - 0 * min(restraint.senior_fen, committed_fen)",
        "money of an order that is older than the restraint is paid to a court",
        (f"{RESTRAINTS}::test_an_older_restraint_comes_first",),
    ),
    Mutant(
        "seniors are not clamped",
        "state/customers/restraints.py",
        "                restraint.senior_fen = committed_fen\n",
        "                restraint.senior_fen += 0\n",
        "what was released long ago keeps money from a court for ever",
        (f"{RESTRAINTS}::test_what_was_frozen_and_bought_before_ranks_before",),
    ),
    Mutant(
        "all of a forced debit is posted in the books",
        "effects.py",
        "rest_fen = block.amount_fen[forced] - posted_fen[forced]",
        "rest_fen = 0 * (block.amount_fen[forced] - posted_fen[forced])",
        "the card centre is paid less than it has paid",
        (f"{RESTRAINTS}::test_a_forced_card_debit_posts_what_the_account_gives_and_the_rest_is_collected",),
    ),
    Mutant(
        "lost card is posted",
        "rules/money/cash.py",
        "if request.state == AccountStatus.OPEN else 0",
        "if request.state != AccountStatus.CLOSED else 0",
        "who reported a card lost pays for the thief",
        (f"{RESTRAINTS}::test_what_others_order_in_every_state_of_an_account",),
    ),
    Mutant(
        "deducted from what a later date brought",
        "rules/money/cash.py",
        " - account.later.behind(ALL_DATES)",
        "",
        "what covers an earlier date is gone before it is settled",
        (
            "tests/ledger_core/corrections/test_later_dates.py::test_nothing_is_collected_from_what_covers_an_earlier_date",
        ),
    ),
    Mutant(
        "lapses a second early",
        "state/customers/restraints.py",
        "if 0 < each.holds_until_s < second]",
        "if 0 < each.holds_until_s <= second]",
        "money leaves in the last second of a court's term",
        (f"{RESTRAINTS}::test_a_restraint_is_set_lifted_extended_and_lapses",),
    ),
    Mutant(
        "deduction without an order",
        "rules/money/cash.py",
        "if kind == RestraintKind.JUDICIAL and request.amount_fen > restraint.ordered_fen:",
        "if kind == RestraintKind.OTHER:",
        "one key of the savings desk pays out what courts restrained",
        (f"{RESTRAINT_ACTS}::test_once_the_bank_is_sealed_nothing_is_deducted_that_two_people_have_not_ordered",),
    ),
    Mutant(
        "an order is used twice in a block",
        "rules/money/cash.py",
        "    restraint.ordered_fen = max(0, restraint.ordered_fen - request.amount_fen)\n",
        "",
        "what a court ordered once is paid to it twice",
        (f"{RESTRAINT_ACTS}::test_two_deductions_of_a_block_do_not_take_one_order_twice",),
    ),
    Mutant(
        "an order is never used up",
        "state/customers/restraints.py",
        "restraint.ordered_fen = max(0, restraint.ordered_fen - amount_fen)",
        "restraint.ordered_fen = max(0, restraint.ordered_fen)",
        "what a court ordered once is paid to it again and again",
        (f"{RESTRAINT_ACTS}::test_once_the_bank_is_sealed_nothing_is_deducted_that_two_people_have_not_ordered",),
    ),
    Mutant(
        "orders add up beyond the restraint",
        "control/customers/restraints.py",
        "left_fen = restraint.amount_fen - restraint.ordered_fen",
        "left_fen = restraint.amount_fen",
        "more is ordered than a court restrained",
        (f"{RESTRAINT_ACTS}::test_an_order_to_deduct_is_of_a_judicial_restraint_of_the_account_and_not_above_it",),
    ),
    Mutant(
        "an order on any account",
        "control/customers/restraints.py",
        "if restraint is None or (restraint.account, restraint.kind) != (account, RestraintKind.JUDICIAL):",
        "if restraint is None or restraint.kind != RestraintKind.JUDICIAL:",
        "people of one outlet order what another's customers pay",
        (f"{RESTRAINT_ACTS}::test_an_order_to_deduct_is_of_a_judicial_restraint_of_the_account_and_not_above_it",),
    ),
]
