"""The feed of a seat: entries that came and were not taken yet, in order, none twice and none left out.

Belongs here: what is wanted next, what came, waking who waits. Never here: entries as events for callers
(feeds), frames (session).

What was handed out is acknowledged, nothing else: a link that breaks takes what was not handed out with it, and the
bank sends it again on the next one. So at most one frame of entries waits here.
"""

from collections import deque

import trio

from ...codes import ReplyCode
from ...errors import MisuseError, PeerViolation
from ...messages.feeds import NO_ENTRY, FeedEntry, FeedPage, chained
from ...session.partner import PartnerSession
from ..errors import SessionEnded
from ..feeds.events import FeedEnded, FeedEvent
from ..forks import Origin
from .waits import Bell


class Feed:
    """Of one seat, over all its links. One reader at a time: whoever begins takes the place of the one before."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._reader = 0  # the number of the one that reads, 0 for none
        self._readers = 0
        self._next_position = 0  # that is handed out next, 0 while nobody reads
        self._came: deque[FeedEntry] = deque()
        self._digest = b""  # the chained one behind what was handed out; b"": not known
        self._digest_behind = b""  # behind what came
        self._is_settling = False  # frames of an earlier reader may still come on this link
        self._is_begun_anew = False  # and the bank is to be told so
        self._news = trio.Event()
        self._error: Exception | None = None
        self._ended: SessionEnded | None = None
        self._origin = Origin()

    def begin(self, after: int, digest: bytes) -> int:
        """A reader of what comes behind position `after`, whose chained digest is `digest` where it is known. Its
        number."""
        self._readers += 1
        self._reader, self._next_position = self._readers, after + 1
        self._digest = digest if after else NO_ENTRY
        self._error = None
        self._forget_came()
        self._is_settling = self._is_begun_anew = True
        self._wake()
        self._bell.ring()
        return self._reader

    async def next(self, reader: int) -> FeedEvent:
        """The next event. Raises FeedEnded, SessionEnded; on cancellation nothing is lost."""
        self._origin.check_task()
        await trio.lowlevel.checkpoint()
        while True:
            if reader != self._reader:
                raise FeedEnded("another reader of this seat's feed was begun")
            if self._error is not None:
                raise self._error
            if self._came:
                return self._hand_out()
            if self._ended is not None:
                raise SessionEnded(self._ended.code, self._ended.detail)
            await self._news.wait()

    def _hand_out(self) -> FeedEvent:
        entry = self._came.popleft()
        self._digest = chained(self._digest, entry)
        self._next_position = entry.position + 1
        if not self._came:
            self._bell.ring()
        return FeedEvent.of(entry, self._digest)

    def say(self, session: PartnerSession, now_ns: int) -> None:
        """Tell the bank what is wanted next, when that has changed and all that came was handed out."""
        if self._is_begun_anew:  # also where the last reader began: what it was sent and did not take comes again
            self._is_begun_anew = False
            session.want(0, now_ns)
        if not self._came:
            session.want(self._next_position, now_ns)

    def link_up(self, told_position: int) -> None:
        """A link is established on which what is wanted was said; `told_position`: what the next entry will have."""
        self._is_settling = False
        if self._next_position > told_position > 0:
            self._fail(FeedEnded(f"nothing is at position {self._next_position - 1}: the feed ends before it"))

    def link_down(self) -> None:
        """What was not handed out comes again."""
        self._forget_came()

    def arrived(self, page: FeedPage) -> None:
        """A FEED frame. Raises PeerViolation when it is not what is due, or another history than what came before."""
        due = self._next_position + len(self._came)
        if not self._next_position or page.first != due:
            if self._next_position and not self._is_settling:
                raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"entry {page.first} of the feed, and {due} is due")
            return  # of a reader before this one
        self._is_settling = False
        behind = self._digest_behind if self._came else self._digest
        if page.entries and behind and behind != page.digest_before:
            detail = f"the feed up to {due - 1} is another one than was told before"
            self._fail(FeedEnded(detail))
            raise PeerViolation(ReplyCode.BODY_DIGEST_MISMATCH, detail)
        if page.entries and not self._digest:
            self._digest = page.digest_before
        behind = page.digest_before
        for entry in page.entries:
            behind = chained(behind, entry)
            FeedEvent.of(entry, behind)  # what it says can be read
        self._digest_behind = behind
        self._came += page.entries
        self._wake()

    def taken_elsewhere(self) -> None:
        """The bank sends the party's feed on another link from now on."""
        self._fail(FeedEnded("another seat of the party reads the feed"))

    def end(self, error: SessionEnded) -> None:
        """No session will come."""
        self._ended = error
        self._wake()

    def _fail(self, error: Exception) -> None:
        self._error = error
        self._next_position = 0
        self._forget_came()
        self._wake()
        self._bell.ring()

    def _forget_came(self) -> None:
        self._came.clear()
        self._digest_behind = b""

    def _wake(self) -> None:
        news, self._news = self._news, trio.Event()
        news.set()


class FeedReader:
    """Events of a seat's feed, without end: `async for event in seat.feed(after)`."""

    def __init__(self, feed: Feed, after: int, digest: bytes) -> None:
        self._feed = feed
        self._number = feed.begin(after, digest)

    def __aiter__(self) -> "FeedReader":
        return self

    async def __anext__(self) -> FeedEvent:
        return await self.next_event()

    async def next_event(self) -> FeedEvent:
        """The next one. Raises FeedEnded, SessionEnded."""
        return await self._feed.next(self._number)


def checked_digest(digest: object) -> bytes:
    """`digest` as it is. Raises MisuseError for anything but no bytes or 32 of them."""
    if not isinstance(digest, bytes) or len(digest) not in (0, len(NO_ENTRY)):
        raise MisuseError("digest is the 32 bytes of the last event, or none")
    return digest
