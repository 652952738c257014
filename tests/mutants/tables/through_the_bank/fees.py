"""Mutants of fee tables and of phases of markets: which table an order has, which gives way, when orders are taken.

Belongs here: single wrong lines, each with what an order would cost, or when it would be taken. Never here: mutants of
what a fee comes to.
"""

from tests.mutants.mutant import Row, of_file

_TABLES = "tests/rules/orders/test_fee_tables.py"
_SET = "tests/ledger_core/orders/test_fees_set.py"
_PHASES = "tests/rules/orders/test_phases.py"
_NAMED = "tests/ledger_core/orders/test_phases.py"

_WHICH: list[Row] = [
    (
        "fees of tomorrow",
        "if each.first_date <= trade_date]",
        "if each.first_date <= trade_date + 1]",
        "an order of today is charged what holds from tomorrow",
        f"{_TABLES}::test_an_order_has_the_table_of_the_latest_first_date_that_is_not_after_it",
    ),
    (
        "a table gives way early",
        "return table.first_date < other.first_date <= open_date",
        "return table.first_date < other.first_date",
        "today's fees are forgotten once tomorrow's are set",
        f"{_TABLES}::test_what_no_order_will_have_any_more_gives_way",
    ),
    (
        "a notice of another broker",
        "if notice is None or notice.charged.party != said.charged.party:",
        "if notice is None:",
        "a broker learns by the refusal what another one has announced",
        f"{_TABLES}::test_a_table_that_refers_to_a_notice_is_what_that_says",
    ),
]
_OF_CORE: list[Row] = [
    (
        "a table is told twice",
        "    if stands is not None and stands.table == said.table:\n        return stands.number\n",
        "",
        "what is loaded again is another table, and told once more",
        f"{_SET}::test_what_is_set_again_changes_nothing_and_is_not_told",
    ),
]
_WHEN: list[Row] = [
    (
        "a second too long",
        "if each.from_s <= second < each.until_s)",
        "if each.from_s <= second <= each.until_s)",
        "an order is taken after the close",
        f"{_PHASES}::test_a_phase_holds_from_its_first_second_to_the_one_before_the_next",
    ),
    (
        "the last second is a cancel's",
        "for each in phases if each.orders)",
        "for each in phases)",
        "a broker takes orders to the exchange when it takes none",
        f"{_PHASES}::test_the_last_second_is_of_the_last_phase_that_takes_orders",
    ),
]
_WHO: list[Row] = [
    (
        "one seat changes the open date",
        "return message.trade_date == book.trade_date",
        "return False",
        "whoever has the day desk's key lets orders in after the close",
        f"{_NAMED}::test_once_the_bank_is_sealed_two_people_change_the_open_date",
    ),
]

OF_FEES = [
    *of_file("rules/orders/fee_tables.py", _WHICH),
    *of_file("control/orders/fees.py", _OF_CORE),
    *of_file("rules/orders/phases.py", _WHEN),
    *of_file("control/orders/phases.py", _WHO),
]
