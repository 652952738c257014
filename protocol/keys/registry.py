"""Who may speak: parties, their public keys and their seats, as the ledger has journaled them.

Belongs here: look-ups by number, what the control messages about parties, keys and seats change. Never here: whether a
registration is permitted (the ledger decides), private keys, files, the clock.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from ..acts.table import made_by_text
from ..codes import ReplyCode
from ..errors import MisuseError, PeerViolation
from ..limits import ESTABLISHES_REMEMBERED_MAX, NEGOTIATE_FRESH_NS
from ..messages.control import (
    ControlMessage,
    EndKey,
    PartyEntry,
    PartyKey,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SeatEntry,
)
from ..messages.persons import Act
from ..vocabulary import SeatRole, Suite
from .party_keys import may_sign, with_key, without_key
from .signing import Verifier, verifier_from_bytes


class ChannelOf(NamedTuple):
    """By which channel a seat is, and for customers of which broker."""

    channel: int
    broker: int


class _Key(NamedTuple):
    verifier: Verifier
    stored: PartyKey


class PartyRegistry:
    """All parties known to this process. Shared by every session of a gateway; changed only by accepted rows."""

    def __init__(self, entries: Iterable[PartyEntry]) -> None:
        self._entries: dict[int, PartyEntry] = {}
        self._keys: dict[tuple[int, int], _Key] = {}
        self._owners: dict[int, int] = {}
        self._roles: dict[int, int] = {}  # by seat
        self._channels: dict[int, ChannelOf] = {}  # by seat
        self._establishes: dict[int, set[tuple[int, bytes]]] = {}  # by seat: when it was sent, and its nonce
        for entry in entries:
            self.take_over(entry)

    def take_over(self, entry: PartyEntry) -> None:
        """This is all that there is of this party: keys that it does not name are known no more."""
        for known in [key for key in self._keys if key[0] == entry.party]:
            del self._keys[known]
        self._entries[entry.party] = entry
        self._owners.update(dict.fromkeys((one.seat for one in entry.seats), entry.party))
        self._roles.update({one.seat: one.role for one in entry.seats})
        for key in entry.keys:
            self._learn_key(entry, key)

    def party(self, party_no: int) -> PartyEntry | None:
        """The party with this number, or None."""
        return self._entries.get(party_no)

    def entries(self) -> list[PartyEntry]:
        """All parties, ascending by number."""
        return [self._entries[party_no] for party_no in sorted(self._entries)]

    def owner_of(self, seat: int) -> int | None:
        """The number of the party that owns this seat, or None."""
        return self._owners.get(seat)

    def role_of(self, seat: int) -> int | None:
        """The role of this seat, or None when nobody owns it."""
        return self._roles.get(seat)

    def take_over_channel(self, seat: int, channel_of: ChannelOf) -> None:
        """This is the channel of a seat."""
        self._channels[seat] = channel_of

    def channel_of(self, seat: int) -> ChannelOf | None:
        """Of a channel's seat; None for any other."""
        return self._channels.get(seat)

    def verifier(self, party_no: int, seat: int, key_id: int, times_ns: tuple[int, int]) -> Verifier | None:
        """The verifier of this key for frames of this seat, or None unless it is known, bound to no other seat, and
        good at both times: when the frame says that it was sent, which whoever holds the key may choose, and when we
        received it.
        """
        key = self._known_key(party_no, seat, key_id)
        if key is None or not key.stored.not_before_ns <= min(times_ns):
            return None
        return key.verifier if max(times_ns) < key.stored.not_after_ns else None

    def verifier_of_any_time(self, party_no: int, seat: int, key_id: int) -> Verifier | None:
        """The verifier of this key, good now or not, or None when it is not known or bound to another seat. Nothing may
        be done on its word.
        """
        key = self._known_key(party_no, seat, key_id)
        return None if key is None else key.verifier

    def _known_key(self, party_no: int, seat: int, key_id: int) -> _Key | None:
        key = self._keys.get((party_no, key_id))
        return key if key is not None and may_sign(key.stored, seat) else None

    def check_first_establish(self, seat: int, sent_at_ns: int, nonce: bytes, now_ns: int) -> None:
        """Remember a fresh ESTABLISH as long as it is fresh: played again after that, its time tells.

        No order of times is asked for, so a partner's clock that was ahead locks nobody out when it is put right.
        Raises PeerViolation STALE_TIMESTAMP for one that was seen, STOPPING for a seat that establishes without end.
        """
        fresh_from_ns = now_ns - NEGOTIATE_FRESH_NS
        seen = {known for known in self._establishes.get(seat, ()) if known[0] >= fresh_from_ns}
        if (sent_at_ns, nonce) in seen:
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, "this ESTABLISH was seen before")
        if len(seen) >= ESTABLISHES_REMEMBERED_MAX:
            raise PeerViolation(ReplyCode.STOPPING, "this seat establishes too often; come back later")
        self._establishes[seat] = seen | {(sent_at_ns, nonce)}

    def apply(self, message: ControlMessage, decided_at_ns: int) -> None:
        """Take over a registration that was accepted at `decided_at_ns`; other control messages change nothing.

        Applying the same message again changes nothing, so that a row may be fed twice.
        Raises MisuseError for a key or seat of a party that is not registered, or an act that is none.
        """
        made = made_by_text(message.text) if isinstance(message, Act) else message
        if isinstance(made, RegisterParty):
            self._add_party(made)
        elif isinstance(made, RegisterKey):
            fields = (made.key_id, made.public_key, made.not_before_ns, made.not_after_ns, made.seat)
            self._change_keys(with_key(self._known(made.party), PartyKey(*fields), decided_at_ns))
        elif isinstance(made, EndKey):
            self._change_keys(without_key(self._known(made.party), made.key_id))
        elif isinstance(made, RegisterSeat):
            self._add_seat(made.party, SeatEntry(made.seat, made.seat_role))
        elif isinstance(made, RegisterChannelSeat):
            self._add_seat(made.party, SeatEntry(made.seat, SeatRole.CHANNEL))
            self.take_over_channel(made.seat, ChannelOf(made.channel, made.broker))

    def _add_party(self, message: RegisterParty) -> None:
        if message.party not in self._entries:
            self._entries[message.party] = PartyEntry(
                message.party, message.role, message.suite, message.name, message.proceeds_at_fill, [], []
            )

    def _change_keys(self, entry: PartyEntry) -> None:
        had = {key.key_id for key in self._entries[entry.party].keys}
        self._entries[entry.party] = entry
        for gone in had - {key.key_id for key in entry.keys}:
            self._keys.pop((entry.party, gone), None)
        for key in entry.keys:
            if key.key_id not in had:
                self._learn_key(entry, key)

    def _add_seat(self, party: int, told: SeatEntry) -> None:
        entry = self._known(party)
        if told.seat not in {one.seat for one in entry.seats}:
            self._entries[party] = replace(entry, seats=[*entry.seats, told])
        self._owners[told.seat] = party
        self._roles[told.seat] = told.role

    def _known(self, party_no: int) -> PartyEntry:
        entry = self._entries.get(party_no)
        if entry is None:
            raise MisuseError(f"party {party_no} is not registered")
        return entry

    def _learn_key(self, entry: PartyEntry, key: PartyKey) -> None:
        try:
            verifier = verifier_from_bytes(Suite(entry.suite), key.public_key)
        except MisuseError:
            # Bytes that are no key verify nothing: the key reads as unknown, and the other keys go on working.
            self._keys.pop((entry.party, key.key_id), None)
            return
        self._keys[entry.party, key.key_id] = _Key(verifier, key)
