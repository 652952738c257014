"""A frame that could not be decided: its numbers are used, each with NOT_DECIDED, and nothing else changes.

Belongs here: the row of such a frame, made and applied. Never here: why it could not be (ledger.journal.quarantine).

The law of the core knows no such outcome. It stands in a row of its own, which touches as little as a row can: no
look-up, no page of the request table, no money. So it can be made where deciding itself broke, a partner is told a
final answer under the number that he used, and everybody who applies the row does the same without deciding anything.
"""

import numpy as np

from ledger.core.frames import Frames, advance, check_next
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.header import PrefixArray
from protocol.records import OUTCOME


def leave_undecided(book: Book, prefix: PrefixArray, decided_at_ns: int, ordered_at_ns: int) -> bytes:
    """Use the numbers of (1,) RECORDS or CONTROL frame that is next at its seat. Returns its outcomes, 16 bytes each.

    Raises MisuseError, with nothing changed, for a frame that is not next or whose key is good no more.
    """
    frames = Frames.of(prefix)
    count = int(frames.record_count[0])
    check_next(book, frames, count, decided_at_ns)
    advance(book, frames, ordered_at_ns, [book.sequence + 1])
    outcomes = np.zeros(count, OUTCOME)
    outcomes["code"] = ReplyCode.NOT_DECIDED
    return outcomes.tobytes()


def is_undecided(row: Row) -> bool:
    """Whether a row's first outcome is NOT_DECIDED: then the row is such a one, or it does not fit."""
    return int.from_bytes(row.outcomes[:2], "little") == ReplyCode.NOT_DECIDED


def apply_undecided(book: Book, row: Row) -> None:
    """Apply a stored row of this kind. Raises MisuseError or InvariantBroken when it does not fit."""
    prefixes = row.prefixes()
    if len(prefixes) != 1:
        raise InvariantBroken("a frame that was not decided shares its row")
    if leave_undecided(book, prefixes, row.decided_at_ns, row.ordered_at_ns) != row.outcomes:
        raise InvariantBroken("a frame that was not decided has other outcomes too")
