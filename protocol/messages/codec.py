"""The one codec of all messages.

Belongs here: bytes to message and back. Never here: a message, what may be said when.

A body is MessagePack of an array [tag, field, …]; a decoder of what comes accepts only the bytes that the encoder would
make. A message is never extended: a new shape is a new tag.
"""

from typing import TypeVar

import msgspec

from ..codes import ReplyCode
from ..errors import PeerViolation
from .base import Message
from .control import ControlMessage
from .feeds import FeedContent, FeedPage
from .gateway_link import LinkMessage
from .queries import AnswerMessage, QueryMessage
from .session import Negotiate, SessionMessage

_encoder = msgspec.msgpack.Encoder()
_session: msgspec.msgpack.Decoder[SessionMessage] = msgspec.msgpack.Decoder(SessionMessage)
_control: msgspec.msgpack.Decoder[ControlMessage] = msgspec.msgpack.Decoder(ControlMessage)
_kept: msgspec.msgpack.Decoder[ControlMessage | Negotiate] = msgspec.msgpack.Decoder(ControlMessage | Negotiate)
_query: msgspec.msgpack.Decoder[QueryMessage] = msgspec.msgpack.Decoder(QueryMessage)
_answer: msgspec.msgpack.Decoder[AnswerMessage] = msgspec.msgpack.Decoder(AnswerMessage)
_content: msgspec.msgpack.Decoder[FeedContent] = msgspec.msgpack.Decoder(FeedContent)
_page: msgspec.msgpack.Decoder[FeedPage] = msgspec.msgpack.Decoder(FeedPage)
_link: msgspec.msgpack.Decoder[LinkMessage] = msgspec.msgpack.Decoder(LinkMessage)
T = TypeVar("T")


def encode(message: Message) -> bytes:
    """The canonical body of a message."""
    return _encoder.encode(message)


def _decode(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    message = _decode_any(decoder, body)
    if _encoder.encode(message) != body:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "body is not in canonical form")
    return message


def _decode_any(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The peer is told the detail: it names the rule, and the decoder's own words stay in the cause.
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "body is no message within its bounds") from error


def decode_session(body: bytes) -> SessionMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a session message."""
    return _decode(_session, body)


def decode_control(body: bytes) -> ControlMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a business control message."""
    return _decode(_control, body)


def decode_kept(body: bytes) -> ControlMessage | Negotiate:
    """What was accepted once and stands in the journal, in any form: the canonical one is a rule for what comes.

    Raises PeerViolation MALFORMED_FRAME when `body` is no such message.
    """
    return _decode_any(_kept, body)


def decode_query(body: bytes) -> QueryMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a query."""
    return _decode(_query, body)


def decode_answer(body: bytes) -> AnswerMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of an answer."""
    return _decode(_answer, body)


def decode_page(body: bytes) -> FeedPage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a page of a feed."""
    return _decode(_page, body)


def decode_content(body: bytes) -> FeedContent:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of what an entry of a feed says."""
    return _decode(_content, body)


def decode_link(body: bytes) -> LinkMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a gateway link message."""
    return _decode(_link, body)
