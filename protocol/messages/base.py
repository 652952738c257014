"""The base of all messages.

Belongs here: what every message is. Never here: a message.
"""

from msgspec import Struct


class Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all messages."""
