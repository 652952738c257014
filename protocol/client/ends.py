"""Why a link ended, and whether a new one may heal that.

Belongs here: what the bank told, what we found, what broke, each as a value. Never here: coming again, pauses (seat).
Only what the bank told of a logon of ours may end a seat. What we found wrong ourselves proves nothing of the bank:
whoever stands on the line can change a byte. It is a line that broke.
"""

from dataclasses import dataclass

from protocol.codes import ReplyCode, ends_link
from protocol.errors import PeerViolation, UnboundEnd

# Reasons that a new link heals. SESSION_SUPERSEDED is not among them: two processes must not fight over a seat.
HEALS = frozenset(
    {
        ReplyCode.FINISHED,
        ReplyCode.STALE_TIMESTAMP,
        ReplyCode.SESSION_UNKNOWN,
        ReplyCode.SESSION_VERSION_NOT_GROWING,
        ReplyCode.CREDIT_EXCEEDED,
        ReplyCode.REPLIES_UNREAD,
        ReplyCode.PEER_SILENT,
        ReplyCode.STOPPING,
    }
)


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """Why a link ended. `code`: what the bank told of a logon of ours; None: it told nothing that counts."""

    code: ReplyCode | None
    session_version: int  # in force, as the bank said; 0 when it said nothing
    detail: str
    unproven: ReplyCode | None = None  # what is wrong with what came, or what a word says that names no logon of ours


def heals(code: ReplyCode) -> bool:
    """True for an end that a new link may heal; of one that is newer than this program nothing else is known."""
    return code in HEALS or (ends_link(code) and not code.is_listed)


def broken(detail: str) -> LinkEnd:
    """The connection was not made, or broke."""
    return LinkEnd(None, 0, detail)


def found(violation: PeerViolation) -> LinkEnd:
    """What came is not, or cannot be, what the bank says; or nothing came in time."""
    if isinstance(violation, UnboundEnd):
        return LinkEnd(None, 0, violation.detail, None if heals(violation.told) else violation.told)
    if violation.code is ReplyCode.PEER_SILENT:
        return broken(violation.detail)
    return LinkEnd(None, 0, violation.detail, violation.code)
