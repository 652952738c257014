"""Whose fault it is, as a type. A business refusal is never an exception: it is a `ReplyCode`.

Belongs here: the exceptions that cross module borders. Never here: refusals (codes), operating faults of one shell.
"""

from .codes import ReplyCode


class PeerViolation(Exception):
    """The peer broke the rules of the session; the link is closed with `code` as the reason."""

    def __init__(self, code: ReplyCode, detail: str) -> None:
        super().__init__(f"{code.name}: {detail}")
        self.code = code
        self.detail = detail


class UnboundEnd(PeerViolation):
    """The bank signed an end of a link that names no logon of ours: of an older link, or of one that nobody believed.

    It may be a recording, so it proves nothing; `told` is the code that it gave.
    """

    def __init__(self, told: ReplyCode, detail: str) -> None:
        super().__init__(ReplyCode.STALE_TIMESTAMP, f"TERMINATE {told.name} is not about this link: {detail}")
        self.told = told


class MisuseError(Exception):
    """Our own code used an object in a way that its contract forbids: a bug on this side."""


class InvariantBroken(Exception):
    """The books are wrong. The process stops and says where; nothing is answered from then on."""
