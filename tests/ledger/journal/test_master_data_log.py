"""The log's lines on master data: one for a load, however many frames it had, and one for a roll.

Belongs here: looks at a book between which a test changes it. Never here: deciding.
"""

from ledger.core.state.book import Book
from ledger.master_data_log import MasterDataLog
from protocol.messages.control import PartyEntry, SeatEntry
from protocol.vocabulary import Role, SeatRole, Suite
from tests.customers import outlets_above


def test_a_load_is_told_once_when_it_has_ended_and_a_roll_at_once() -> None:
    said: list[str] = []
    log, book = MasterDataLog(said.append), Book.empty()
    log.look(book)
    log.look(book)
    book.outlets.put(outlets_above())
    book.orders.securities.given = 2
    for seat in range(1, 4):
        seats = [SeatEntry(seat, SeatRole.BROKER)]
        book.parties[seat] = PartyEntry(seat, int(Role.BROKER), int(Suite.ED25519_SHA256), "a", False, [], seats)
        book.seat_owner[seat] = seat
        log.look(book)
    assert said == []
    log.look(book)
    log.look(book)
    assert said == [
        "master data: 3 parties (+3), 0 keys (+0), 3 seats (+3), 3 outlets (+3), 0 accounts (+0), 0 contracts (+0), "
        "2 security versions (+2)"
    ]
    book.trade_date = 20_260_106
    log.look(book)
    assert said[1:] == ["trade date 20260106 is open, 0 before it"]
