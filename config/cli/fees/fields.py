"""What files say of fees: which orders are charged, and the six numbers of each fee.

Belongs here: the columns that a broker's file and the bank's have both, read into fields of a message. Never here:
files (config.cli.load.csv_files, command), which fees can be (rules.orders.fee_tables).
"""

from config.cli.load.fields import Row, whole, word
from protocol.messages.orders.fees import FeeComponent
from protocol.vocabulary import LineSide, Market, Product

FEES = ("commission", "stamp", "transfer", "handling", "regulatory")
CHARGED = ("market", "product", "side", "first_date")
NUMBERS = FeeComponent.__struct_fields__
Five = tuple[FeeComponent, FeeComponent, FeeComponent, FeeComponent, FeeComponent]
_MARKETS = {"shanghai": int(Market.XSHG), "shenzhen": int(Market.XSHE)}
_PRODUCTS = {product.name.lower(): int(product) for product in Product}
_SIDES = {side.name.lower(): int(side) for side in (LineSide.BUY, LineSide.SALE)}


def charged_of(row: Row) -> tuple[int, int, int, int]:
    """Market, product, side and first date of a row. Raises ValueError naming the column."""
    kind = (word(row, "market", _MARKETS), word(row, "product", _PRODUCTS), word(row, "side", _SIDES))
    return (*kind, whole(row, "first_date"))


def fees_of(row: Row) -> Five:
    """The five fees of a row, each of six numbers with spaces between; empty: there is none. Raises ValueError naming
    the column."""
    commission, stamp, transfer, handling, regulatory = (_component(name, row[name]) for name in FEES)
    return commission, stamp, transfer, handling, regulatory


def _component(name: str, text: str) -> FeeComponent:
    parts = text.split() or ["0"] * len(NUMBERS)
    if len(parts) != len(NUMBERS):
        raise ValueError(f"{name}: {len(parts)} numbers, expected {', '.join(NUMBERS)}")
    return FeeComponent(*(whole({name: part}, name) for part in parts))
