"""The slices of the state that are of orders through the bank: securities, fees, who is signed on, words of orders,
feeds of orders, and the mirror of securities.

Belongs here: what of them is in which slice. Never here: the other slices, their order (slices).
"""

import hashlib

from ledger.core.state.book import Book
from ledger.core.state.forms.slices_of_sets import SliceKind, digest_of
from ledger.core.state.orders import sign_ons
from ledger.core.state.orders.securities import COLUMNS, VERSION_COLUMNS
from ledger.core.state.orders.words import WORDS
from protocol.limits import REQUEST_PAGE_RECORDS

SECURITY_SLICE_ITEMS = 1_536  # 63 KiB
VERSION_SLICE_ITEMS = 1_024  # 64 KiB
FEE_SLICE_ITEMS = 256  # 55 KiB
PASSWORD_SLICE_CONTRACTS = 1_024  # 60 KiB
SIGNED_ON_SLICE_CONTRACTS = 8_192  # 64 KiB
ORDER_SLICE_SLOTS = 1_024  # 118 KiB
assert REQUEST_PAGE_RECORDS % ORDER_SLICE_SLOTS == 0


def kinds_of_orders(book: Book) -> list[SliceKind]:
    """The kinds of slices, in their order: how many there are, and the digest of one."""
    slots = book.requests.slots_used - REQUEST_PAGE_RECORDS
    return [
        (1 if book.orders.securities.given or book.orders.securities.lists else 0, _security_lists_digest),
        (-(-len(book.orders.securities.code) // SECURITY_SLICE_ITEMS), _security_digest),
        (-(-len(book.orders.securities.version_keys) // VERSION_SLICE_ITEMS), _version_digest),
        (-(-len(book.orders.fees.tables) // FEE_SLICE_ITEMS), _fee_table_digest),
        (-(-len(book.orders.fees.notices) // FEE_SLICE_ITEMS), _fee_notice_digest),
        *(_kinds_of_sign_ons(book) if book.orders.sign_ons.is_used else ()),
        (slots // ORDER_SLICE_SLOTS if book.requests.orders.are_kept else 0, _order_digest),
        (len(book.orders.feeds.feeds), _order_feed_digest),
        (len(book.orders.mirror.pages), _mirror_page_digest),
    ]


def _kinds_of_sign_ons(book: Book) -> list[SliceKind]:
    return [
        (-(-book.contracts_count // PASSWORD_SLICE_CONTRACTS), _password_digest),
        (len(book.orders.sign_ons.until_s) * _signed_on_slices(book), _signed_on_digest),
    ]


def _signed_on_slices(book: Book) -> int:
    """Of one channel."""
    return -(-book.contracts_count // SIGNED_ON_SLICE_CONTRACTS)


def _security_lists_digest(book: Book, _k: int) -> bytes:
    return hashlib.sha256(book.orders.securities.encoded_lists()).digest()


def _security_digest(book: Book, k: int) -> bytes:
    part = slice(k * SECURITY_SLICE_ITEMS, (k + 1) * SECURITY_SLICE_ITEMS)
    return digest_of([getattr(book.orders.securities, name) for name in COLUMNS], part)


def _version_digest(book: Book, k: int) -> bytes:
    part = slice(k * VERSION_SLICE_ITEMS, (k + 1) * VERSION_SLICE_ITEMS)
    return digest_of([getattr(book.orders.securities, name) for name in VERSION_COLUMNS], part)


def _fee_table_digest(book: Book, k: int) -> bytes:
    part = book.orders.fees.encoded_tables(k * FEE_SLICE_ITEMS, (k + 1) * FEE_SLICE_ITEMS)
    return hashlib.sha256(part).digest()


def _fee_notice_digest(book: Book, k: int) -> bytes:
    part = book.orders.fees.encoded_notices(k * FEE_SLICE_ITEMS, (k + 1) * FEE_SLICE_ITEMS)
    return hashlib.sha256(part).digest()


def _password_digest(book: Book, k: int) -> bytes:
    end = min((k + 1) * PASSWORD_SLICE_CONTRACTS, book.contracts_count)
    columns = [getattr(book.orders.sign_ons, name) for name in sign_ons.COLUMNS]
    return digest_of(columns, slice(k * PASSWORD_SLICE_CONTRACTS, end))


def _signed_on_digest(book: Book, k: int) -> bytes:
    place, part = divmod(k, _signed_on_slices(book))
    channel = sorted(book.orders.sign_ons.until_s)[place]
    end = min((part + 1) * SIGNED_ON_SLICE_CONTRACTS, book.contracts_count)
    until_s = book.orders.sign_ons.until_s[channel][part * SIGNED_ON_SLICE_CONTRACTS : end]
    return hashlib.sha256(channel.to_bytes(8, "little") + until_s.tobytes()).digest()


def _order_digest(book: Book, k: int) -> bytes:
    first = REQUEST_PAGE_RECORDS + k * ORDER_SLICE_SLOTS
    return digest_of([getattr(book.requests.orders, name) for name in WORDS], slice(first, first + ORDER_SLICE_SLOTS))


def _order_feed_digest(book: Book, k: int) -> bytes:
    """One feed a slice: 66 KiB, of which 64 are the stretch that is begun."""
    return hashlib.sha256(book.orders.feeds.encoded(k)).digest()


def _mirror_page_digest(book: Book, k: int) -> bytes:
    """One page a slice: 64 KiB."""
    page = book.orders.mirror.pages[k]
    return digest_of(page.columns(), slice(page.used))
