"""What makes a logon good: fresh, and of the session version that the ledger has in force; and a request fresh.

Belongs here: the checks of NEGOTIATE and ESTABLISH against time and the seat's head, of requests against time. Never
here: bytes, states.
"""

from typing import NamedTuple

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..header import Header
from ..limits import NEGOTIATE_FRESH_NS, REQUEST_FRESH_NS, STALE_RETRY_NS
from ..messages.fields import code_from_number
from ..messages.gateway_link import SeatHead
from ..messages.session import NotApplied


class Logon(NamedTuple):
    """What is needed of a NEGOTIATE or ESTABLISH while the ledger is asked."""

    session_version: int
    nonce: bytes  # (16,)
    heartbeat_ns: int  # 0 in a NEGOTIATE


def is_fresh(sent_at_ns: int, now_ns: int) -> bool:
    """Whether a frame was sent at most 5 s before or after `now_ns`."""
    return abs(now_ns - sent_at_ns) <= REQUEST_FRESH_NS


def check_fresh(sent_at_ns: int, now_ns: int) -> None:
    """Raises PeerViolation STALE_TIMESTAMP when a logon was sent more than 5 s before or after `now_ns`."""
    if abs(now_ns - sent_at_ns) > NEGOTIATE_FRESH_NS:
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, "the logon was not sent now")


def refusal_if_stale(request: Header, now_ns: int) -> NotApplied | None:
    """The answer to a request that was sent more than 5 s before or after `now_ns`, else None.

    It is judged before the numbers, as if this copy had not come: it tells its own number, as BUSY does.
    """
    if is_fresh(request.sent_at_ns, now_ns):
        return None
    number = request.first_number
    return NotApplied(int(ReplyCode.REQUEST_STALE), number, number, STALE_RETRY_NS)


def check_negotiated(logon: Logon, head: SeatHead) -> None:
    """Raises PeerViolation: the ledger's code when it refused, SESSION_SUPERSEDED when another version came first."""
    if head.code != ReplyCode.ACCEPTED:
        raise PeerViolation(code_from_number(head.code), _in_force(head))
    if head.session_version != logon.session_version:
        raise PeerViolation(ReplyCode.SESSION_SUPERSEDED, _in_force(head))


def check_established(logon: Logon, head: SeatHead) -> None:
    """Raises PeerViolation: SESSION_SUPERSEDED for an older version, SESSION_UNKNOWN for a newer one or none."""
    if logon.session_version < head.session_version:
        raise PeerViolation(ReplyCode.SESSION_SUPERSEDED, _in_force(head))
    if logon.session_version > head.session_version or head.session_version == 0:
        raise PeerViolation(ReplyCode.SESSION_UNKNOWN, _in_force(head))


def check_version(said: int, in_force: int) -> None:
    """Raises PeerViolation for a frame of another session: SESSION_SUPERSEDED for an older, SESSION_UNKNOWN else."""
    if said != in_force:
        code = ReplyCode.SESSION_SUPERSEDED if said < in_force else ReplyCode.SESSION_UNKNOWN
        raise PeerViolation(code, f"version {in_force} is in force")


def _in_force(head: SeatHead) -> str:
    return f"version {head.session_version} is in force"
