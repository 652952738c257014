"""The base of all messages.

Belongs here: what every message is, which one a body is by its first bytes. Never here: a message.
"""

from msgspec import Struct


class Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all messages."""


ACT_TAG = 80
CORRECTIONS_TAG = 87
NO_TAG = -1
_ARRAY = 0x90  # the first byte of a MessagePack array of at most 15 items; its tag is behind it
_SMALL_MAX = 0x7F  # an integer up to here is its own byte, one up to 255 stands behind _UINT8
_UINT8 = 0xCC
_ARRAY_OF_3 = 0x93  # the first byte of a MessagePack array of an act's tag, text and signatures


def tag_of(body: bytes) -> int:
    """The tag of the message that a canonical body holds, told without decoding it; NO_TAG where it begins as none."""
    head = body[:3]
    if len(head) < 2 or head[0] & 0xF0 != _ARRAY:
        return NO_TAG
    if head[1] <= _SMALL_MAX:
        return head[1]
    return head[2] if head[1] == _UINT8 and len(head) == 3 else NO_TAG


def is_act(body: bytes) -> bool:
    """Whether a body begins as an act does: told without decoding it."""
    return body[:2] == bytes((_ARRAY_OF_3, ACT_TAG))


def may_be_large(body: bytes) -> bool:
    """Whether a body begins as what a desk of the bank may send with more bytes than all else: an act, or lines of a
    list of corrections."""
    return tag_of(body) == CORRECTIONS_TAG or is_act(body)
