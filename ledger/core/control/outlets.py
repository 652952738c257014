"""The bank's own outlets: what RegisterOutlets earns, and what it does.

Belongs here: judging in ranked order and the effect, side by side. Never here: who may send it (roles), what may stand
under what (rules.outlets), the accounts that an outlet keeps (accounts).
"""

from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.limits import OUTLETS_MAX
from protocol.messages.outlets import RegisterOutlets
from rules.outlets import cannot_be, code_of_outlet


def has_impossible(message: RegisterOutlets) -> bool:
    """Whether any of its outlets can be in no bank."""
    return any(cannot_be(entry.outlet, entry.level, entry.parent) for entry in message.outlets)


def moves_any(book: Book, message: RegisterOutlets) -> bool:
    """Whether an outlet that is registered gets another parent: where it stands decides who may act for it."""
    known = book.outlets.entries
    return any(entry.outlet in known and known[entry.outlet].parent != entry.parent for entry in message.outlets)


def judge_outlets(book: Book, message: RegisterOutlets) -> ReplyCode:
    """What RegisterOutlets earns: the first in rank of what its outlets earn, each as if those in front of it stood."""
    levels: dict[int, int] = {}  # of those that it names: the first one that was ever told stays
    found = ReplyCode.ACCEPTED
    for entry in message.outlets:
        above = levels.get(entry.parent) or book.outlets.level(entry.parent)
        before = levels.get(entry.outlet) or book.outlets.level(entry.outlet)
        code = code_of_outlet(entry.level, above, before)
        if code != ReplyCode.ACCEPTED and (found == ReplyCode.ACCEPTED or code < found):
            found = code
        levels[entry.outlet] = before or entry.level
    if found == ReplyCode.ACCEPTED and len(book.outlets.entries.keys() | levels.keys()) > OUTLETS_MAX:
        return ReplyCode.MASTER_DATA_FULL
    return found


def register_outlets(book: Book, message: RegisterOutlets) -> None:
    """Enter them."""
    book.outlets.put(message.outlets)
