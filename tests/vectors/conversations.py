"""The conversations that are published: what a client must live through, frame by frame.

Belongs here: the scenes. Never here: how they are carried and written down (director).
"""

from collections.abc import Callable
from functools import partial

from protocol.codes import ReplyCode
from protocol.describe import Json
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import encode
from protocol.messages.control import EndKey, RegisterKey
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.feeds import FeedPage, Notice, Object, Receipt
from protocol.messages.queries import BuyingPowerQuery
from protocol.session.partner import PartnerSession
from protocol.vocabulary import ContractEvent, FrameKind, Suite
from tests.frames import make_records
from tests.protocol import keys
from tests.vectors import conversations_of_orders, director
from tests.vectors.conversations_of_feeds import told_of_orders
from tests.vectors.director import MS, POWER_FEN, SECOND, TRADE_DATE, Director
from tests.vectors.frames import feeds as feed_frames
from tests.vectors.frames.valid import NEWER_END, NEWER_OUTCOME, NEWER_REFUSAL


def freezes(*amounts_fen: int) -> bytes:
    """The body of a block of freezes of contract 195."""
    return make_records(len(amounts_fen), 195, amounts_fen).tobytes()


def trading(suite: Suite) -> Director:
    name = "trading" if suite == Suite.ED25519_SHA256 else "trading_p256"
    scene = Director(name, "logon, a block, a control message, a question, heartbeats, an orderly end", suite)
    scene.log_on(7)
    scene.send_block("two freezes, the second above the money", freezes(100_000, POWER_FEN + 1), 1)
    event = encode(ChangeContract(195, ContractEvent.SUSPEND))
    scene.say("a control message, which has one number", lambda p: p.send_control(event, 3, scene.now_ns))
    query = encode(BuyingPowerQuery([195]))
    scene.say("a question; its correlation id is 9", lambda p: p.send_query(9, query, scene.now_ns))
    scene.wait(SECOND)
    scene.partner_at_deadline("nothing was said for one interval")
    scene.say("the orderly end", lambda p: p.terminate(ReplyCode.FINISHED, "done", scene.now_ns))
    return scene


def repeat() -> Director:
    scene = Director("repeat", "a frame that is repeated gets the stored outcome, byte for byte")
    scene.log_on()
    scene.send_block("one freeze", freezes(100_000), 1)
    scene.wait(MS)
    scene.send_block("the same, sent again: signed anew", freezes(100_000), 1)
    scene.wait(MS)
    scene.send_block("other content under the number", freezes(100_001), 1)
    return scene


def go_back() -> Director:
    scene = Director("not_applied", "BUSY, and SEQUENCE_GAP behind it: go back when all under way is answered")
    scene.log_on()
    scene.busy = [ReplyCode.BUSY]
    scene.send_block("turned away", freezes(1), 1)
    scene.send_block("behind it, sent before the refusal was read", freezes(2, 3), 2)
    scene.wait(500 * MS)
    scene.send_block("again, after the time told", freezes(1), 1)
    scene.send_block("again, in the old order", freezes(2, 3), 2)
    return scene


def overtaking() -> Director:
    scene = Director("not_applied_overtakes", "NOT_APPLIED comes before the OUTCOMES of the frame before it")
    scene.log_on()
    scene.is_slow = True
    scene.send_block("taken", freezes(1), 1)
    scene.busy = [ReplyCode.BUSY]
    scene.send_block("turned away at once; nothing may be sent until the first is answered", freezes(2), 2)
    scene.wait(500 * MS)
    scene.answer(what="only now")
    scene.is_slow = False
    scene.send_block("again", freezes(2), 2)
    return scene


def roll() -> Director:
    scene = Director("roll", "the trade date rolls: what was not applied gets numbers of the new date")
    scene.log_on()
    scene.send_block("decided before the roll", freezes(1), 1)
    scene.roll()
    scene.send_block("sent before that was read: of the old date", freezes(2), 2, trade_date=TRADE_DATE)
    scene.wait(MS)
    scene.send_block("the same on the new date, under the number told", freezes(2), 1)
    scene.wait(MS)
    scene.send_block("a repeat of the old date: the stored outcome", freezes(1), 1, trade_date=TRADE_DATE)
    return scene


def resend() -> Director:
    scene = Director("resend", "the link breaks before the answer: ESTABLISH alone, and everything unanswered again")
    scene.log_on(3)
    scene.is_slow = True
    scene.send_block("decided, and its answer is lost", freezes(1), 1)
    scene.decide_unheard()
    scene.send_block("lost on the way", freezes(2), 2, is_lost=True)
    scene.lose()
    scene.is_slow = False
    scene.wait(SECOND)
    scene.connect(3)
    scene.establish()
    scene.send_block("repeated: the stored outcome", freezes(1), 1)
    scene.send_block("repeated: decided now", freezes(2), 2)
    return scene


def supersede() -> Director:
    scene = Director("supersede", "a newer session of the seat ends the older one, and an older one cannot come again")
    scene.log_on(1)
    older = scene.line
    scene.wait(SECOND)
    scene.connect(2)
    scene.negotiate()
    scene.bank_says("the older link ends", lambda b: scene.end(b, ReplyCode.SESSION_SUPERSEDED), older)
    scene.establish()
    scene.wait(SECOND)
    scene.connect(1)
    scene.establish()
    return scene


def version_not_growing() -> Director:
    scene = Director(
        "version_not_growing", "a version that is not above the one in force: it is told; ask for the next"
    )
    scene.ledger.seats[scene.seat].session_version = 7
    scene.connect(7)
    scene.negotiate()
    scene.wait(SECOND)
    scene.connect(8)
    scene.negotiate()
    scene.establish()
    return scene


def former_key() -> Director:
    scene = Director("former_key", "a key whose time is over: the same answer as to a stranger")
    scene.connect(1, keys.expired_signer())
    scene.negotiate()
    return scene


def ended_key() -> Director:
    scene = Director(
        "ended_key", "the bank ends a key: from the next frame on it is a stranger's; the next key goes on"
    )
    scene.log_on(4)
    scene.send_block("under the old key", freezes(1), 1)
    public_key = keys.next_signer().public_key()
    scene.register(RegisterKey(keys.BROKER, keys.NEXT_KEY_ID, public_key, 0, keys.FOREVER_NS, 0))
    scene.register(EndKey(keys.BROKER, keys.broker_signer().key_id))
    scene.wait(MS)
    scene.send_block("under the old key again: not applied", freezes(2), 2)
    scene.wait(SECOND)
    scene.connect(4, keys.next_signer())
    scene.establish()
    scene.send_block("the same under the new key: decided", freezes(2), 2)
    return scene


def stale_request() -> Director:
    scene = Director("stale_request", "a request whose time is not the bank's: sign it anew with the time of sending")
    scene.log_on()
    sent_at_ns = scene.now_ns
    scene.wait(6 * SECOND)
    body = freezes(1)
    scene.say("made 6 s ago", lambda partner: partner.send_block(body, 1, 1, 0, sent_at_ns))
    scene.send_block("signed anew", body, 1)
    return scene


def foreign_end() -> Director:
    scene = Director("foreign_end", "a TERMINATE of another link, played again: no reason, just a broken link")
    scene.ledger.seats[scene.seat].session_version = 7
    scene.connect(7)
    scene.negotiate()
    recording = scene.last_of_bank(FrameKind.TERMINATE)
    scene.wait(SECOND)
    scene.connect(8)
    nonce = scene.nonce()
    scene.say("NEGOTIATE", lambda partner: partner.negotiate(nonce, scene.now_ns), is_lost=True)
    scene.play("the end of the first link, once more", recording)
    scene.lose()
    scene.wait(SECOND)
    scene.connect(8)
    scene.negotiate()
    scene.establish()
    return scene


def heartbeats() -> Director:
    scene = Director("heartbeats", "silence of two intervals is asked about, silence of three ends the link")
    scene.log_on()
    scene.wait(2 * SECOND)
    scene.bank_at_deadline("nothing was heard for two intervals: an answer is wanted")
    scene.wait(3 * SECOND)
    scene.bank_at_deadline("nothing was heard for three intervals")
    return scene


def credit() -> Director:
    scene = Director("credit_exceeded", "more unanswered records than were granted", credit_records=4)
    scene.log_on()
    scene.is_slow = True
    scene.send_block("half of the credit", freezes(1, 2), 1)
    scene.send_block("the other half", freezes(3, 4), 3)
    scene.send_block("one more", freezes(5), 5)
    return scene


def straddle() -> Director:
    scene = Director("straddle", "a frame that begins before and ends after the next number")
    scene.log_on()
    scene.send_block("numbers 1 and 2", freezes(1, 2), 1)
    scene.send_block("numbers 2 and 3, cut otherwise", freezes(2, 3), 2)
    return scene


def replayed_refusal() -> Director:
    scene = Director("replay", "a refusal that is played again: the partner ends the link and comes again")
    scene.log_on()
    scene.busy = [ReplyCode.BUSY]
    scene.send_block("turned away", freezes(1), 1)
    recording = scene.last_of_bank(FrameKind.NOT_APPLIED)
    scene.wait(500 * MS)
    scene.is_slow = True
    scene.send_block("again", freezes(1), 1)
    scene.play("the same bytes once more", recording)
    return scene


def newer_codes() -> Director:
    scene = Director("newer_codes", "codes that are in no list yet: each is taken by its class")
    scene.log_on()
    scene.busy = [ReplyCode(NEWER_REFUSAL)]
    scene.send_block("refused for a reason in no list yet", freezes(1), 1)
    scene.wait(500 * MS)
    scene.forced_code = ReplyCode(NEWER_OUTCOME)
    scene.send_block("again under its number; the outcome is in no list yet", freezes(1), 1)
    scene.forced_code = None
    scene.send_block("the number was used", freezes(2), 2)
    scene.bank_says("the link ends for a reason in no list yet", lambda b: scene.end(b, ReplyCode(NEWER_END)))
    return scene


def feed() -> Director:
    scene = Director("feed", "a feed: asked for, acknowledged by position, begun again behind it on the next link")
    scene.log_on(3)
    wanted = "the first position that is wanted: the feed from its beginning"
    scene.say(wanted, lambda partner: partner.want(1, scene.now_ns))
    scene.bank_says("the entries that there are", lambda b: b.send_feed(feed_page(1, 2), scene.now_ns))
    scene.say("both are had: the third is wanted", lambda partner: partner.want(3, scene.now_ns))
    scene.bank_says("a new one, as soon as it is made", lambda b: b.send_feed(feed_page(3, 1), scene.now_ns))
    scene.lose()
    scene.wait(SECOND)
    scene.connect(3)
    scene.line.partner.want(3, scene.now_ns)
    scene.establish()
    scene.bank_says("the third was not acknowledged: once more", lambda b: b.send_feed(feed_page(3, 2), scene.now_ns))
    scene.say("all are had", lambda partner: partner.want(5, scene.now_ns))
    scene.say("no feed is wanted any more", lambda partner: partner.want(0, scene.now_ns))
    return scene


def obligation() -> Director:
    """What is owed is told, signed for, noticed and objected to; and what is said twice, too late, or of nothing."""
    scene = Director(
        "obligation", "an obligation: told, signed for, noticed 通知, objected to 异议; once each, in time"
    )
    scene.log_on(3)
    entries, digests = feed_frames.owed_entries(director.T0_NS // SECOND)
    scene.say("the feed is wanted from its beginning", lambda partner: partner.want(1, scene.now_ns))
    page = FeedPage(1, len(entries) + 1, digests[0], entries)
    scene.bank_says(
        "an older obligation, a set that was compared, its obligation", lambda b: b.send_feed(page, scene.now_ns)
    )
    scene.say("all are had", lambda partner: partner.want(len(entries) + 1, scene.now_ns))
    older, date, contract_no = entries[0].trade_date, TRADE_DATE, contract_no_from_index(1)
    disputed = Object(date, 0, 12_345, contract_no, "佣金")
    said: tuple[tuple[str, Receipt | Notice | Object, ReplyCode], ...] = (
        ("the newest obligation is signed for", Receipt(date, len(entries), digests[-1]), ReplyCode.ACCEPTED),
        ("once", Receipt(date, len(entries), digests[-1]), ReplyCode.STEP_NOT_DUE),
        ("with another digest", Receipt(date, len(entries) - 1, digests[-1]), ReplyCode.FEED_ENTRY_UNKNOWN),
        ("it will be funded later on its due day", Notice(date, 0), ReplyCode.ACCEPTED),
        ("once", Notice(date, 0), ReplyCode.STEP_NOT_DUE),
        ("its first due time is there", Notice(older, 0), ReplyCode.DUE_TIME_PAST),
        ("there is no such case", Notice(date, 9), ReplyCode.OBLIGATION_UNKNOWN),
        ("123.45 of a contract are wrong", disputed, ReplyCode.ACCEPTED),
        ("once", disputed, ReplyCode.STEP_NOT_DUE),
        ("of another's contract", Object(older, 0, 1, contract_no_from_index(2), "费用"), ReplyCode.CONTRACT_UNKNOWN),
        ("up to the end of objection", Object(older, 0, 1, 0, "费用"), ReplyCode.ACCEPTED),
    )
    for number, (what, message, code) in enumerate(said, start=1):
        scene.forced_code = code
        scene.say(what, partial(_send_control, encode(message), number, scene.now_ns))
    scene.forced_code = None
    return scene


def _send_control(body: bytes, number: int, now_ns: int, partner: PartnerSession) -> None:
    partner.send_control(body, number, now_ns)


def feed_page(first: int, count: int) -> FeedPage:
    """So many entries of the golden feed."""
    digests, entries = feed_frames.DIGESTS, feed_frames.ENTRIES
    return FeedPage(first, first + count, digests[first - 1], entries[first - 1 : first - 1 + count])


SCENES: tuple[Callable[[], Director], ...] = (
    lambda: trading(Suite.ED25519_SHA256),
    lambda: trading(Suite.P256_SHA256),
    repeat,
    go_back,
    overtaking,
    roll,
    resend,
    supersede,
    version_not_growing,
    former_key,
    ended_key,
    stale_request,
    foreign_end,
    heartbeats,
    credit,
    straddle,
    replayed_refusal,
    newer_codes,
    feed,
    obligation,
    conversations_of_orders.ordering,
    conversations_of_orders.reports,
    told_of_orders,
)


def conversations_file() -> Json:
    """The file conversations.json."""
    return {
        "partner_software": director.SOFTWARE,
        "bank_software": director.BANK_SOFTWARE,
        "heartbeat_ns": director.HEARTBEAT_NS,
        "conversations": [scene().script() for scene in SCENES],
    }
