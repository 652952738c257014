"""What a journal comes to at its last row, as a backup says it and as whoever restores one reckons it again.

Belongs here: the figures, and where two differ. Never here: files (manifest), how a book is come by (making,
restoring).
"""

from collections.abc import Iterator

import msgspec

from ledger.core.engine import totals
from ledger.core.state.book import Book
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.core.state.forms.slices import state_slices, whole_state_digest
from protocol.vocabulary import DatePhase

AMOUNTS = ("balance_fen", "frozen_fen", "bought_unsettled_fen", "sold_unsettled_fen")


class PartyFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The control totals of one party. In digits: a sum may exceed the numbers that JSON is read with."""

    party: int
    balance_fen: str
    frozen_fen: str
    bought_unsettled_fen: str
    sold_unsettled_fen: str


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A journal at its last row: which bank's, where it ends, and the state behind it. Digests are hexadecimal."""

    bank: str
    sequence: int
    trade_date: int
    phase: str
    digest: str
    state_layout: int
    state_digest: str
    parties: tuple[PartyFigures, ...]


def facts_of(book: Book, digest: bytes) -> Facts:
    """The facts of a book behind its last row, whose chain digest is given."""
    return Facts(
        book.bank_id.hex(),
        book.sequence,
        book.trade_date,
        DatePhase(book.phase).name,
        digest.hex(),
        STATE_LAYOUT,
        whole_state_digest(list(state_slices(book))).hex(),
        tuple(PartyFigures(entry.party, *map(str, entry.amounts_fen)) for entry in totals(book)),
    )


def differences(said: Facts, restored: Facts) -> list[str]:
    """A line for each figure that is not the same, with both values; one alone where it is another journal. A digest
    of another state layout is not compared, for the state of today cannot be cut as it was then.
    """
    if said.bank != restored.bank:
        return [f"the manifest is of another journal: bank {said.bank}, restored is that of bank {restored.bank}"]
    return list(_differences(said, restored))


def _differences(said: Facts, restored: Facts) -> Iterator[str]:
    names = ["sequence", "trade_date", "phase", "digest"]
    if said.state_layout == restored.state_layout:
        names.append("state_digest")
    for name in names:
        yield from _line(name.replace("_", " "), getattr(said, name), getattr(restored, name))
    ours, theirs = ({each.party: each for each in facts.parties} for facts in (restored, said))
    for party in sorted(ours.keys() | theirs.keys()):
        for name in AMOUNTS:
            values = [getattr(figures[party], name) if party in figures else "none" for figures in (theirs, ours)]
            yield from _line(f"{name.removesuffix('_fen').replace('_', ' ')} of party {party}, fen", *values)


def _line(what: str, said: object, restored: object) -> Iterator[str]:
    if said != restored:
        yield f"{what}: {said} in the manifest, {restored} restored"
