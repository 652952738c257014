"""Mutants of the bytes of orders through the bank: who sends which record, and what it may say.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of what a record earns (orders).
"""

from tests.mutants.mutant import Row, of_file

_KINDS = "tests/rules/orders/test_ordering_kinds.py"

_ROWS: list[Row] = [
    (
        "brokers cancel",
        "_CHANNEL | {SeatRole.TELLER_DESK}",
        "_CHANNEL | _BROKER",
        "a broker cancels what its customers ordered",
        f"{_KINDS}::test_channels_order_and_cancel_tellers_cancel_and_brokers_report",
    ),
    (
        "orders without end",
        "        expires=True,\n",
        "",
        "a customer buys by an order that was too late an hour ago",
        f"{_KINDS}::test_an_order_alone_may_be_late_and_all_of_it_is_of_scheme_a",
    ),
    (
        "no reason",
        "_REASONS = (1, 255)",
        "_REASONS = (0, 255)",
        "an order is refused, and nobody says why",
        f"{_KINDS}::test_what_a_record_may_say",
    ),
    (
        "turnover without bound",
        '"turnover": (0, ORDER_TURNOVER_MAX)',
        '"turnover": (0, 2**63 - 1)',
        "a fee is reckoned of a turnover that no column has room for",
        f"{_KINDS}::test_what_a_record_may_say",
    ),
    (
        "a cancel that nobody asked for is refused",
        "ranges={REASON_FIELD: _REASONS, CANCEL_FIELD: _ANY},",
        "ranges={REASON_FIELD: _REASONS, CANCEL_FIELD: (0, _ANY[1])},",
        "an order that was never to be cancelled has its cancel answered",
        f"{_KINDS}::test_what_a_record_may_say",
    ),
]
OF_ORDERS_ON_THE_WIRE = [
    *of_file("protocol/kinds/ordering.py", _ROWS),
    *of_file(
        "protocol/vocabulary/orders.py",
        [
            (
                "market for side",
                "return market << MARKET_SHIFT | side",
                "return side << MARKET_SHIFT | market",
                "a sale in Shanghai is a buy in Shenzhen",
                f"{_KINDS}::test_the_byte_of_market_and_side",
            ),
        ],
    ),
]
