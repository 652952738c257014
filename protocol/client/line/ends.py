"""Why a link ended, and whether a new one may heal that.

Belongs here: what the bank told, what we found, what broke, each as a value. Never here: coming again, pauses (seat).
Only what the bank told of a logon of ours may end a seat. What we found wrong in what came proves nothing of the bank,
nor does what the bank found wrong in bytes of ours: whoever stands on the line can change one. It is a line that broke.
"""

from dataclasses import dataclass

from ...codes import ReplyCode, ends_link
from ...errors import PeerViolation, UnboundEnd

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

# What the bank says of bytes that came to it: what left us is right, so it was changed on the way.
OF_BYTES = frozenset({ReplyCode.MALFORMED_FRAME, ReplyCode.SIGNATURE_INVALID, ReplyCode.BODY_DIGEST_MISMATCH})


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


def told(code: ReplyCode, session_version: int, detail: str) -> LinkEnd:
    """The bank said why, of a logon of ours."""
    if code in OF_BYTES:
        return LinkEnd(None, 0, f"TERMINATE {code.name}: {detail}", code)
    return LinkEnd(code, session_version, detail)


def found(violation: PeerViolation) -> LinkEnd:
    """What came is not, or cannot be, what the bank says; or nothing came in time."""
    if isinstance(violation, UnboundEnd):
        return LinkEnd(None, 0, violation.detail, None if heals(violation.told) else violation.told)
    if violation.code is ReplyCode.PEER_SILENT:
        return broken(violation.detail)
    return LinkEnd(None, 0, violation.detail, violation.code)
