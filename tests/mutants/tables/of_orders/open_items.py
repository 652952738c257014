"""Mutants of what is open of a contract: what somebody would learn, not be told, or end too soon, by one wrong line.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what is refused for it
(control).
"""

from tests.mutants.mutant import DESIGNATION, OPEN_ITEMS, Mutant, of_file

FORMER = f"{OPEN_ITEMS}::test_the_former_broker_is_told_nothing_of_the_next_ones_orders"
FOREIGN = f"{OPEN_ITEMS}::test_anothers_contract_reads_as_one_that_is_not_there"

OF_OPEN_ITEMS: list[Mutant] = [
    *of_file(
        "control/customers/open_items.py",
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
                "slots = slots[requests.are_open(slots)]",
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
    *of_file(
        "control/customers/open_business.py",
        [
            (
                "designation is not locked",
                "    if not book.designated_on[index]:\n        return\n",
                "    return\n",
                "a customer changes his broker while the old one still buys for him under the same account",
                f"{DESIGNATION}::test_orders_of_a_card_that_was_replaced_lock_the_designation",
            ),
            (
                "locked for ever",
                "        if has_open_items(book, int(book.account_of_contract[each])):\n            yield each",
                "        yield each",
                "a customer who lost a card once may never leave his broker",
                f"{DESIGNATION}::test_orders_of_a_card_that_was_replaced_lock_the_designation",
            ),
            (
                "only the last card locks",
                "        place = int(book.follows[place - 1])",
                "        place = 0",
                "the designation moves while orders of the first card are open",
                f"{DESIGNATION}::test_the_first_of_two_replaced_cards_locks_as_long_as_it_is_open",
            ),
        ],
    ),
    *of_file(
        "control/customers/accounts.py",
        [
            (
                "a new card is a new designation",
                "    designate(book, new, designated_on)\n",
                "",
                "the bank says of a designation another date than the exchange has",
                f"{DESIGNATION}::test_a_replaced_card_changes_no_designation",
            ),
            (
                "nobody is followed",
                "    book.follows[new] = 1 + next(runs_off_before(book, index + 1), -1)\n",
                "",
                "the designation moves while orders of the old card are open",
                f"{DESIGNATION}::test_orders_of_a_card_that_was_replaced_lock_the_designation",
            ),
            (
                "designated without a word of the customer",
                "np.where(trades & (numbers[:, SHANGHAI] != 0), book.trade_date, 0)",
                "np.where(numbers[:, SHANGHAI] != 0, book.trade_date, 0)",
                "a broker is designated whom the customer has not confirmed",
                f"{DESIGNATION}::test_a_customer_who_has_not_confirmed_is_designated_to_nobody",
            ),
        ],
    ),
    *of_file(
        "control/customers/pushes.py",
        [
            (
                "the old date for another account",
                "return int(book.designated_on[replaced]) if is_same else 0",
                "return int(book.designated_on[replaced])",
                "an account in Shanghai is said to be designated before it was named",
                f"{DESIGNATION}::test_a_contract_with_other_securities_accounts_keeps_the_designation_of_the_same_one",
            ),
        ],
    ),
]
