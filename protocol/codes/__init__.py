"""Every way to say no, ranked: where several apply, the one with the lowest number is answered.

Belongs here: the codes, whether the same wish may succeed under a new number, the field's customary code beside
ours (CTP / JR/T 0046 practice). Never here: the checks themselves (session, the rules of the bank).

1xx end the link. 2xx are told in NotApplied: nothing was consumed. 3xx and up are journaled outcomes: they burn
their number. The class of a code that this program does not know yet is known all the same, so the list can grow
without a new protocol version (docs/protocol.md, section 15).
"""

from .facts import FACTS, CodeFacts, retry_may_succeed
from .ranked import (
    CODE_MAX,
    LINK_CODE_MIN,
    NOT_APPLIED_CODE_MIN,
    OUTCOME_CODE_MIN,
    ReplyCode,
    burns_number,
    consumes_nothing,
    ends_link,
)

__all__ = [
    "CODE_MAX",
    "FACTS",
    "LINK_CODE_MIN",
    "NOT_APPLIED_CODE_MIN",
    "OUTCOME_CODE_MIN",
    "CodeFacts",
    "ReplyCode",
    "burns_number",
    "consumes_nothing",
    "ends_link",
    "retry_may_succeed",
]
