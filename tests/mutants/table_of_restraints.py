"""Mutants of restraints: what ranks before one, what is deducted, what card debits leave.

Belongs here: single wrong lines, each with the money error that it plants. Never here: other records
(table_of_decisions) and other messages (table_of_control).
"""

from tests.mutants.mutant import HISTORIES, RESTRAINTS, Mutant

OF_RESTRAINTS = [
    Mutant(
        "restraints add up",
        "control/restraints.py",
        "book.restrained_fen[account] += message.amount_fen",
        "book.restrained_fen[account] = message.amount_fen",
        "a second restraint sets the first one free",
        (RESTRAINTS,),
    ),
    Mutant(
        "younger takes the older one's",
        "rules/restraints.py",
        "min(restraint.senior_fen, committed_fen) - sum(held)",
        "min(restraint.senior_fen, committed_fen)",
        "what one court restrained is paid to another",
        (RESTRAINTS,),
    ),
    Mutant(
        "deduction under an order",
        "rules/restraints.py",
        "left_fen = balance_fen - min(restraint.senior_fen, committed_fen)",
        "left_fen = balance_fen - 0 * min(restraint.senior_fen, committed_fen)",
        "money of an order that is older than the restraint is paid to a court",
        (RESTRAINTS,),
    ),
    Mutant(
        "seniors are not clamped",
        "state/restraints.py",
        "                restraint.senior_fen = committed_fen\n",
        "                restraint.senior_fen += 0\n",
        "what was released long ago keeps money from a court for ever",
        (RESTRAINTS,),
    ),
    Mutant(
        "all of a forced debit is posted in the books",
        "effects.py",
        "rest_fen = block.amount_fen[forced] - posted_fen[forced]",
        "rest_fen = 0 * (block.amount_fen[forced] - posted_fen[forced])",
        "the card centre is paid less than it has paid",
        (RESTRAINTS,),
    ),
    Mutant(
        "lost card is posted",
        "rules/cash.py",
        "if request.state == AccountStatus.OPEN else 0",
        "if request.state != AccountStatus.CLOSED else 0",
        "who reported a card lost pays for the thief",
        (RESTRAINTS,),
    ),
    Mutant(
        "lapses a second early",
        "state/restraints.py",
        "if 0 < each.holds_until_s < second]",
        "if 0 < each.holds_until_s <= second]",
        "money leaves in the last second of a court's term",
        (RESTRAINTS, HISTORIES),
    ),
]
