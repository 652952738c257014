"""What docs/protocol.md says in numbers about the gateway's bounds is what the gateway has.

Belongs here: sentences of the page, made from the constants. Never here: that the bounds hold (test_floods,
test_strangers).
"""

from pathlib import Path

import pytest

from gateway.dispatch import admission
from gateway.entrance import listener, tls
from gateway.links import in_flight
from protocol import limits

PAGE = " ".join((Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8").split())
SECOND = admission.NS_PER_SECOND
MIB = 1024 * 1024

SENTENCES = [
    f"more than {limits.IN_FLIGHT_RECORDS_MAX:,} records, {in_flight.IN_FLIGHT_FRAMES_MAX:,} frames or "
    f"{in_flight.IN_FLIGHT_BYTES_MAX // MIB} MiB of bodies",
    f"{in_flight.PARTY_RECORDS_MAX:,} records or {in_flight.PARTY_FRAMES_MAX:,} frames",
    f"`retry_after_ns` is then {limits.BUSY_RETRY_NS // 1_000_000} ms",
    f"more than {limits.CONTROL_AT_ONCE_MAX} at once, then {limits.CONTROL_PER_SECOND_MAX} a second",
    f"({limits.LOGONS_AT_ONCE_MAX} at once and {limits.LOGONS_PER_SEAT_AT_ONCE_MAX} more for each of its seats, then "
    f"{limits.LOGONS_PER_SECOND_MAX} a second",
    f"more than {limits.ESTABLISHES_REMEMBERED_MAX} times in {limits.NEGOTIATE_FRESH_NS // SECOND} s is told STOPPING",
    f"lies more than {limits.SESSION_VERSION_STEP_MAX:,} above the one in force",
    f"counts {admission.FRAME_WORK_NS / 1e6:.2f} ms of work",
    f"a link has {admission.WORK_BURST_NS / SECOND:.2f} s of it at once",
    f"leaves more than {limits.REPLY_BYTES_UNSENT_MAX // MIB} MiB of answers unread, or "
    f"{limits.REPLY_BYTES_UNSENT_PARTY_MAX // MIB} MiB on all its links together",
    f"its whole ClientHello, within {limits.FIRST_WORDS_NS_MAX // SECOND} s",
    f"some {SECOND // (listener.WORK_INTERVAL * listener.TLS_WORK_NS)} a second with TLS and "
    f"{SECOND // (listener.WORK_INTERVAL * listener.PLAIN_WORK_NS)} without",
    f"a handshake of more than {tls.HANDSHAKE_WITHIN_S:.0f} s",
    f"`sent_at_ns` more than {limits.REQUEST_FRESH_NS // SECOND} s from the bank's clock at receipt",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_page_has_the_bound(sentence: str) -> None:
    assert sentence in PAGE


def test_the_shares_of_time_are_those_that_the_page_spells_out() -> None:
    assert "then a twentieth of the time, a party a tenth for all its links together" in PAGE
    assert (admission.LINK_WORK_INTERVAL, admission.PARTY_WORK_INTERVAL) == (20, 10)
    assert "against an eighth of the time for a party" in PAGE
    assert admission.QUERY_WORK_INTERVAL == 8
    assert "more than ten heartbeats in each interval (and a hundred at once)" in PAGE
    assert (limits.HEARTBEATS_PER_INTERVAL_MAX, limits.HEARTBEATS_AT_ONCE_MAX) == (10, 100)
    assert "so are its links (two a seat)" in PAGE
    assert admission.LINKS_PER_SEAT_MAX == 2
