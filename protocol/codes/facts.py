"""What each code means, whether the same wish may succeed, and the customary code beside ours.

Belongs here: a row for each code of the list. Never here: ranks and classes (ranked).
"""

from dataclasses import dataclass

from .ranked import OUTCOME_CODE_MIN, ReplyCode


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code means, whether a retry (under a new number, or after reconnecting) may succeed, customary code."""

    meaning: str
    retry_may_succeed: bool
    customary: str


FACTS: dict[ReplyCode, CodeFacts] = {
    ReplyCode.ACCEPTED: CodeFacts("done as asked", False, "0000"),
    ReplyCode.FINISHED: CodeFacts("the peer ended the session in order", True, "905002"),
    ReplyCode.MALFORMED_FRAME: CodeFacts("a header or body that the protocol does not allow", False, "0x2003"),
    ReplyCode.SIGNATURE_INVALID: CodeFacts("unknown party, key or suite, or a wrong signature", False, "1036"),
    ReplyCode.BODY_DIGEST_MISMATCH: CodeFacts("the body is not the one that was signed", False, "1036"),
    ReplyCode.STALE_TIMESTAMP: CodeFacts("a logon whose time is not now", True, "1006"),
    ReplyCode.SESSION_UNKNOWN: CodeFacts("negotiate and establish come first", True, "1019"),
    ReplyCode.SESSION_SUPERSEDED: CodeFacts("a newer session or link of this seat took over", False, "1020"),
    ReplyCode.SESSION_VERSION_NOT_GROWING: CodeFacts(
        "the session version must grow, in steps of at most 1,024; current is told", True, "1020"
    ),
    ReplyCode.SEQUENCE_STRADDLES: CodeFacts("a frame begins before and ends after the next number", False, "2004"),
    ReplyCode.CREDIT_EXCEEDED: CodeFacts("more unanswered records than granted", True, "-2"),
    ReplyCode.RATE_EXCEEDED: CodeFacts("far more heartbeats than the interval asks for", True, "-3"),
    ReplyCode.REPLIES_UNREAD: CodeFacts("the partner did not read its answers", True, "0x1001"),
    ReplyCode.PEER_SILENT: CodeFacts("nothing heard for three heartbeat intervals", True, "0x2001"),
    ReplyCode.STOPPING: CodeFacts("the gateway is going down in order", True, "2000"),
    ReplyCode.WRONG_TRADE_DATE: CodeFacts("a new request for a date that is not open", False, "1022"),
    ReplyCode.REQUEST_STALE: CodeFacts("a request whose time of sending is not now", True, "1006"),
    ReplyCode.DUPLICATE_OTHER_CONTENT: CodeFacts("this number was used for something else", False, "1029"),
    ReplyCode.SEQUENCE_GAP: CodeFacts("numbers are missing before this frame", True, "2004"),
    ReplyCode.SEAT_DATE_FULL: CodeFacts(
        "the seat's numbers, or for freezes its party's share of the date, are used up", False, "1021"
    ),
    ReplyCode.BUSY: CodeFacts("too much under way; come back after the time told", True, "1030"),
    ReplyCode.DRAINING: CodeFacts("no new requests while the gateway goes down", True, "1030"),
    ReplyCode.REQUEST_MALFORMED: CodeFacts("unknown kind, or a reserved or unused field is set", False, "2008"),
    ReplyCode.NOT_DECIDED: CodeFacts("a fault of the bank: it moved nothing, and people look at it", True, "1030"),
    ReplyCode.ROLE_FORBIDS: CodeFacts("this seat may not send this kind", False, "1026"),
    ReplyCode.EXPIRED: CodeFacts("decided after valid-until", True, "1006"),
    ReplyCode.NOT_SIGNED_ON: CodeFacts("the customer is not signed on with this channel", True, "3"),
    ReplyCode.CONTRACT_UNKNOWN: CodeFacts("no such contract of this party", False, "2011"),
    ReplyCode.ACCOUNT_UNKNOWN: CodeFacts("no such account", False, "2011"),
    ReplyCode.SCHEME_FORBIDS: CodeFacts("not of the scheme by which the broker's orders come", False, "1026"),
    ReplyCode.CONTRACT_TERMINATED: CodeFacts("the contract has ended", False, "2012"),
    ReplyCode.CONTRACT_RUNS_OFF: CodeFacts("its card was replaced: only what was begun ends here", False, "2012"),
    ReplyCode.CONTRACT_PRE_ASSIGNED: CodeFacts("the customer has not confirmed the contract", True, "1004"),
    ReplyCode.CHANNEL_UNKNOWN: CodeFacts(
        "the channel has no seat for customers of the contract's broker", False, "2011"
    ),
    ReplyCode.PASSWORD_NOT_SET: CodeFacts("the contract has no trading password, or it is reported lost", True, "1004"),
    ReplyCode.PASSWORD_STALE: CodeFacts("the trading password was set anew, reset or lost meanwhile", True, "1006"),
    ReplyCode.PASSWORD_BARRED: CodeFacts(
        "too many wrong passwords: the channel, or all of them, are barred", True, "1"
    ),
    ReplyCode.ACCOUNT_LOSS_REPORTED: CodeFacts("card or account is reported lost", True, "2"),
    ReplyCode.ACCOUNT_CLOSED: CodeFacts("the account is closed", False, "2012"),
    ReplyCode.CONTRACT_SUSPENDED: CodeFacts("the service is suspended", True, "1"),
    ReplyCode.BROKER_STOPPED: CodeFacts(
        "two people have stopped the broker: it takes no new orders, and for good no contracts either", True, "1"
    ),
    ReplyCode.MARKET_CLOSED: CodeFacts("the date is signed off: an order belongs to the next one", True, "1022"),
    ReplyCode.SECURITY_UNKNOWN: CodeFacts("no such security, or none on this date", False, "2011"),
    ReplyCode.SECURITY_SUSPENDED: CodeFacts("trade in the security is suspended", True, "17"),
    ReplyCode.PRICE_LIMITS_MISSING: CodeFacts("the security has no price limits of the date yet", True, "1022"),
    ReplyCode.ORDER_TYPE_NOT_TAKEN: CodeFacts("sales, rights issues, subscriptions and placings: not yet", True, "15"),
    ReplyCode.QUANTITY_OUT_OF_LOTS: CodeFacts("less or more than an order may be of, or no whole lots", False, "15"),
    ReplyCode.PRICE_OFF_TICK: CodeFacts("no whole ticks", False, "48"),
    ReplyCode.PRICE_OUT_OF_LIMITS: CodeFacts("below or above the price limits of the date", True, "50"),
    ReplyCode.AMOUNT_OUT_OF_RANGE: CodeFacts("amount below 1 fen or above the limit", False, "2014"),
    ReplyCode.FEES_MISSING: CodeFacts("no fees of the broker are set for such an order", True, "1022"),
    ReplyCode.SET_NOT_OPEN: CodeFacts("a line without an open clearing set of its date at this seat", True, "1022"),
    ReplyCode.BROKER_AWAY: CodeFacts(
        "the broker has not signed on for the date, or knows no such customer", True, "1022"
    ),
    ReplyCode.LINE_DOUBLED: CodeFacts("the set has a line for this order, contract event or reference", False, "1029"),
    ReplyCode.LINES_LISTED_FULL: CodeFacts("too many lines of the set name orders that are not there", False, "1021"),
    ReplyCode.SERIAL_USED: CodeFacts(
        "a movement or push that its sender told before, by its own serial", False, "1029"
    ),
    ReplyCode.RESTRAINT_UNKNOWN: CodeFacts("no such restraint, or none that may be deducted by", False, "2006"),
    ReplyCode.FREEZE_UNKNOWN: CodeFacts("no such freeze of this contract", False, "2006"),
    ReplyCode.ORDER_UNKNOWN: CodeFacts("no such order of this contract", False, "24"),
    ReplyCode.CANNOT_BE_CANCELLED: CodeFacts("an order of an issue, which nobody cancels", False, "26"),
    ReplyCode.CANCEL_CLOSED: CodeFacts("an order of an earlier date, which its clearing set ends", False, "26"),
    ReplyCode.CANCEL_UNDER_WAY: CodeFacts("a cancel of this order is not answered yet", True, "26"),
    ReplyCode.FREEZE_CLOSED: CodeFacts("nothing remains of this freeze", False, "2007"),
    ReplyCode.ORDER_ENDED: CodeFacts("nothing of the order is open", False, "26"),
    ReplyCode.AMOUNT_OVER_REMAINING: CodeFacts(
        "more than what remains of the freeze, may be deducted, or is owed to the customer", True, "2008"
    ),
    ReplyCode.AWAITS_CLEARING: CodeFacts(
        "a sale whose proceeds come with the clearing data: nothing moves now, nothing to do", False, "0000"
    ),
    ReplyCode.LISTED: CodeFacts("a fill that does not fit: moved nothing, goes to the worklist", False, "4"),
    ReplyCode.SHARES_SHORT: CodeFacts("the securities account has not so much that no other sale holds", True, "1021"),
    ReplyCode.SHARES_NOT_SELLABLE_YET: CodeFacts("the shares are there, and not sellable today", True, "1021"),
    ReplyCode.LIMIT_EXCEEDED: CodeFacts("the account would pass the largest amount kept", True, "1021"),
    ReplyCode.SETTLEMENT_DIFFERS: CodeFacts("another amount than the clearing data have: nothing moves", True, "2008"),
    ReplyCode.ACT_NEEDED: CodeFacts("this is done by an act of people alone", False, "1026"),
    ReplyCode.PROCEEDS_UNSETTLED: CodeFacts("covered only by proceeds not yet settled", True, "1021"),
    ReplyCode.FUNDS_FROZEN: CodeFacts("the money is there but frozen or spent on fills", True, "1021"),
    ReplyCode.INSUFFICIENT_FUNDS: CodeFacts("not enough money", True, "1021"),
    ReplyCode.PARTY_UNKNOWN: CodeFacts("no such party", False, "1026"),
    ReplyCode.PARTY_EXISTS: CodeFacts("the party number is taken", False, "1032"),
    ReplyCode.KEY_UNFIT: CodeFacts("not a key that can be taken, or ended, under this number", False, "1031"),
    ReplyCode.SEAT_EXISTS: CodeFacts("the seat number is taken", False, "1032"),
    ReplyCode.CHANNEL_TAKEN: CodeFacts("the channel's number is another party's", False, "1032"),
    ReplyCode.ACCOUNT_EXISTS: CodeFacts("the bank's account number is taken", False, "1003"),
    ReplyCode.ACCOUNT_HAS_CONTRACT: CodeFacts("the account has a contract that is not ended", True, "1003"),
    ReplyCode.SECURITIES_ACCOUNT_TAKEN: CodeFacts("another contract has the securities account", True, "1003"),
    ReplyCode.HOLDER_DIFFERS: CodeFacts("the accounts are not of one holder", False, "2011"),
    ReplyCode.STATUS_FORBIDS: CodeFacts(
        "the state of the contract, account, broker or security does not allow this", False, "2012"
    ),
    ReplyCode.ITEMS_OPEN: CodeFacts("freezes or unsettled money are open", True, "1027"),
    ReplyCode.INTEREST_LEFT: CodeFacts("the account has earned interest that is not posted", True, "1027"),
    ReplyCode.BALANCE_LEFT: CodeFacts("there is money on the account", True, "1027"),
    ReplyCode.ACCOUNT_RESTRAINED: CodeFacts("an amount is restrained on the account", True, "1027"),
    ReplyCode.TRADE_DATE_NOT_LATER: CodeFacts(
        "a date that is before the open one, or must be behind it", False, "1022"
    ),
    ReplyCode.OUTLET_PARENT_UNKNOWN: CodeFacts("what it stands under is no outlet of the level above", True, "2011"),
    ReplyCode.OUTLET_LEVEL_FIXED: CodeFacts("the outlet is registered with another level", False, "1032"),
    ReplyCode.PRODUCT_NOT_TAKEN: CodeFacts("the bank takes no orders of this kind of security", False, "2008"),
    ReplyCode.FEES_LATE: CodeFacts("fees are charged from the open date on at the earliest", False, "1022"),
    ReplyCode.MASTER_DATA_FULL: CodeFacts(
        "a table of parties, seats, persons, accounts, contracts, outlets, securities or acts is full", False, "1021"
    ),
    ReplyCode.FEE_NOTICE_UNKNOWN: CodeFacts("no such notice of this broker, or it is not kept any more", False, "2006"),
    ReplyCode.FEES_DIFFER: CodeFacts("not what the broker's notice says", False, "2008"),
    ReplyCode.TRADE_DATE_TOO_FAR: CodeFacts("a date that is too many days behind the open one", False, "1022"),
    ReplyCode.DATES_UNSETTLED: CodeFacts("as many dates as may be are open or closed and not settled", True, "1022"),
    ReplyCode.DATE_NOT_IN_TURN: CodeFacts("not the oldest date that is closed and not settled", True, "1022"),
    ReplyCode.ROLL_UNKNOWN: CodeFacts("no roll in this row has opened the date that is open", False, "1022"),
    ReplyCode.STEP_NOT_DUE: CodeFacts("of the date: the step before it is not done, or it is done", True, "1022"),
    ReplyCode.DATE_NOT_UNSETTLED: CodeFacts("no trade date whose customers are not settled yet", False, "1022"),
    ReplyCode.SET_EXISTS: CodeFacts("the broker's date has a clearing set already; withdraw it first", True, "1029"),
    ReplyCode.SET_UNKNOWN: CodeFacts("the broker's date has no such clearing set", False, "2006"),
    ReplyCode.SET_DIFFERS: CodeFacts("counts, sums or digest are not as announced: ask for both", True, "2008"),
    ReplyCode.LANE_ADJUSTED: CodeFacts("the set has booked something: two people must take it back", False, "1022"),
    ReplyCode.LANE_PUBLISHED: CodeFacts("what is owed by the broker's date is published, for good", False, "1022"),
    ReplyCode.SETS_FULL: CodeFacts("the broker's date has had as many sets as may be", False, "1021"),
    ReplyCode.TOTALS_DIFFER: CodeFacts("the bank's two books differ as of the mark: people look at it", True, "2008"),
    ReplyCode.BOOKS_NOT_AGREED: CodeFacts("the bank does not agree with itself on this date yet", True, "1022"),
    ReplyCode.ACT_NOT_VALID: CodeFacts("the act's time is over, or too far ahead", False, "1006"),
    ReplyCode.ACT_REPEATED: CodeFacts(
        "this very act has taken effect, or lines were told: a number is told", False, "1029"
    ),
    ReplyCode.ACT_SERIAL_USED: CodeFacts("not above the author's last serial, or too far above it", False, "1029"),
    ReplyCode.RIGHT_MISSING: CodeFacts("one who signed has no right to this, or not at this outlet", False, "1026"),
    ReplyCode.SECOND_PERSON_NEEDED: CodeFacts("a second person, who is not the author, must sign it", True, "1026"),
    ReplyCode.ACT_NOT_SIGNED: CodeFacts(
        "who signed has no such key that is good, or signed another text", False, "1036"
    ),
    ReplyCode.PERSON_UNKNOWN: CodeFacts("no such person", False, "2011"),
    ReplyCode.PERSON_EXISTS: CodeFacts(
        "the person's number, or the number of the bank's staff, is taken", False, "1032"
    ),
    ReplyCode.ADMINISTRATORS_FEW: CodeFacts("fewer than three administrators would be left", True, "1027"),
    ReplyCode.DECISION_DIFFERS: CodeFacts("other differences than those that were signed for", True, "2008"),
    ReplyCode.FEED_ENTRY_UNKNOWN: CodeFacts("no such entry of this feed that is signed for", False, "2006"),
    ReplyCode.OBLIGATION_UNKNOWN: CodeFacts(
        "no published obligation of this date, or none of the broker's", True, "2006"
    ),
    ReplyCode.OBLIGATIONS_FULL: CodeFacts("the broker has as many unpaid obligations as are kept", True, "1021"),
    ReplyCode.DUE_TIMES_MISSING: CodeFacts("the open date has due times, so the next one needs some", False, "2008"),
    ReplyCode.SERIAL_TOO_FAR: CodeFacts(
        "the savings desk's own serial of a payment lies too far above the last one of its broker", True, "1029"
    ),
    ReplyCode.DUE_TIME_PAST: CodeFacts(
        "its time is over: a due time that has passed stays, and what a broker says of it comes too late", False, "1022"
    ),
    ReplyCode.CLEARING_HELD: CodeFacts(
        "the broker's clearing account has not so much, or it is held for what the broker owes", True, "1021"
    ),
    ReplyCode.FUND_UNKNOWN: CodeFacts("nothing was booked to the clearing account under this serial", False, "2006"),
    ReplyCode.RATE_MISSING: CodeFacts("nothing is lent before there is a market rate", True, "2008"),
    ReplyCode.RATE_FIXED: CodeFacts("the day has its market rate, or interest was posted by another", False, "1029"),
    ReplyCode.LIMIT_BELOW_LENT: CodeFacts("less than what the broker is lent already", True, "2008"),
    ReplyCode.PUSHES_FULL: CodeFacts("as many pushed contracts wait as may, of this broker or in all", True, "1030"),
    ReplyCode.PUSHES_FUTILE: CodeFacts("too many of its pushes of this date came to nothing", True, "1027"),
    ReplyCode.PUSH_UNKNOWN: CodeFacts("no such push of this party, or it gave way to later ones", False, "2011"),
    ReplyCode.PUSH_DIFFERS: CodeFacts("it says otherwise than the contract, or the push, that it names", False, "2008"),
    ReplyCode.RESTRAINTS_FULL: CodeFacts("the account, or the bank, has as many restraints as may be", True, "1021"),
    ReplyCode.RESTRAINT_OVER: CodeFacts(
        "a restraint that would end before the open date, or no later than it does", False, "1022"
    ),
    ReplyCode.OPENING_BALANCE_LATE: CodeFacts(
        "once the bank is sealed an account opens with nothing on it", False, "2008"
    ),
}


def retry_may_succeed(code: ReplyCode) -> bool:
    """As the list says; of one that is not in it: come again (1xx), go back (2xx), take no new number (3xx and up)."""
    return FACTS[code].retry_may_succeed if code.is_listed else code < OUTCOME_CODE_MIN
