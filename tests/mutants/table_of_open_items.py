"""Mutants of what is told to be open of a contract: what somebody would learn, or not be told, by one wrong line.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what is refused for it
(table_of_control).
"""

from tests.mutants.mutant import OPEN_ITEMS, Mutant, of_file

FORMER = f"{OPEN_ITEMS}::test_the_former_broker_is_told_nothing_of_the_next_ones_orders"
FOREIGN = f"{OPEN_ITEMS}::test_anothers_contract_reads_as_one_that_is_not_there"

OF_OPEN_ITEMS: list[Mutant] = [
    *of_file(
        "control/open_items.py",
        [
            (
                "accounts for anybody",
                "if index < 0 and is_bank:",
                "if index < 0:",
                "a broker learns what another's customer has bought",
                FOREIGN,
            ),
            (
                "former broker goes on reading",
                "has_contract = index >= 0 and book.contract_state(index) != ENDED",
                "has_contract = index >= 0",
                "a broker sees the orders that its former customer gives to another",
                FORMER,
            ),
            (
                "restraints for the broker",
                "_restraints(book, account) if is_bank else []",
                "_restraints(book, account)",
                "a customer is warned by his broker of what a court restrains",
                f"{OPEN_ITEMS}::test_a_restraint_is_named_to_the_bank_alone",
            ),
            (
                "closed freezes are listed",
                "slots, remaining_fen = slots[remaining_fen > 0], remaining_fen[remaining_fen > 0]",
                "pass",
                "a broker looks for orders that are long done",
                f"{OPEN_ITEMS}::test_what_is_told_is_what_is_refused",
            ),
            (
                "a page ends the list",
                "        end = int(slots[QUERY_OPEN_FREEZES_MAX])\n",
                "",
                "the freezes behind the first page are never found",
                f"{OPEN_ITEMS}::test_many_freezes_come_page_by_page",
            ),
            (
                "settled dates are left out",
                "unpaid = ring.unpaid_of(index, _SETTLED_TOLD_MAX)",
                "unpaid = ring.unpaid_of(index, 0)",
                "money that was never credited keeps a contract, and nobody finds it",
                f"{OPEN_ITEMS}::test_dates_are_told_one_by_one_and_what_their_settlement_left",
            ),
        ],
    ),
]
