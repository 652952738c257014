"""Places that connections come from: what counts as one, and from which of them parties have logged on.

Belongs here: addresses and the bounded memory of them. Never here: sockets, who waits.
"""

import ipaddress
from functools import lru_cache

IPV4_PLACE_BITS = 24  # the smallest network that is routed: whoever rents addresses has neighbouring ones
IPV6_PLACE_BITS = 64  # whoever has one IPv6 address has as many as these leave
PLACES_CACHED = 4_096
PLACES_PER_PARTY_MAX = 32  # a party that comes from many places makes no other party's forgotten
KNOWN_S = 7 * 86_400.0  # since its last link: longer than any holiday but the longest
SERVED_PLACES_MAX = 4_096
SERVED_S = 600.0


@lru_cache(PLACES_CACHED)
def place_of(address: str) -> str:
    """What counts as one place: the network of an IPv4 address, also when written as IPv6, or of an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, _place_bits(ip)), strict=False)) if not _is_own(ip) else str(ip)


def _is_own(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether this machine speaks to itself: then each address is a place of its own, as written.

    Nobody routes loopback, so no neighbourhood says who owns an address; each was chosen by a program of the bank, and
    programs that bind different ones are to be kept apart. A hostile program on this machine is not held off by places.
    """
    return ip.is_loopback


def _place_bits(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    return IPV4_PLACE_BITS if ip.version == 4 else IPV6_PLACE_BITS


class KnownPlaces:
    """From where parties have logged on lately. Times are monotonic seconds and are handed in."""

    def __init__(self) -> None:
        self._of_party: dict[int, dict[str, None]] = {}  # the longest unused first
        self._last_s: dict[str, dict[int, float]] = {}  # by place and party

    def logged_on(self, party: int, place: str, now_s: float) -> None:
        """A logon of this party, or the end of a link that had logged on, was seen from there."""
        own = self._of_party.setdefault(party, {})
        own.pop(place, None)
        own[place] = None
        self._last_s.setdefault(place, {})[party] = now_s
        if len(own) > PLACES_PER_PARTY_MAX:
            self._forget(party, next(iter(own)))

    def is_known(self, place: str, now_s: float) -> bool:
        """Whether a party has logged on from there within KNOWN_S."""
        for party, last_s in list(self._last_s.get(place, {}).items()):
            if now_s - last_s < KNOWN_S:
                return True
            self._forget(party, place)
        return False

    def _forget(self, party: int, place: str) -> None:
        del self._of_party[party][place]
        parties = self._last_s[place]
        del parties[party]
        if not parties:
            del self._last_s[place]


class ServedPlaces:
    """Places that had a turn lately. Times are monotonic seconds and are handed in."""

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}  # the longest ago first

    def served(self, place: str, now_s: float) -> None:
        """The place has its turn now."""
        self._last_s.pop(place, None)
        self._last_s[place] = now_s
        if len(self._last_s) > SERVED_PLACES_MAX:
            del self._last_s[next(iter(self._last_s))]

    def was_served(self, place: str, now_s: float) -> bool:
        """Whether it had one within SERVED_S."""
        last_s = self._last_s.get(place)
        return last_s is not None and now_s - last_s < SERVED_S
