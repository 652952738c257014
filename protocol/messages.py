"""Everything on the wire that is not a money record: session messages, business control, queries, the gateway link.

Belongs here: one frozen struct per message, bounds as field constraints, the canonical codec. Never here: meaning
and refusals (session, ledger.core), layouts of records.
A body is MessagePack of an array [tag, field, …]; a decoder accepts only the bytes that the encoder would make.
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.limits import (
    CONTRACTS_PER_CONTROL_MAX,
    CREDIT_RECORDS_MAX,
    KEYS_PER_PARTY_MAX,
    PARTIES_MAX,
    QUERY_CONTRACTS_MAX,
    SEATS_MAX,
)
from protocol.message_fields import (
    AccountNo,
    Count,
    Detail,
    Digest,
    Fen,
    HeartbeatNs,
    KeyId,
    Name,
    Nonce,
    Number,
    PartyNo,
    PublicKey,
    RoleNo,
    SeatNo,
    SessionVersion,
    Software,
    StatusNo,
    SuiteNo,
    SumFen,
    TradeDate,
    fen_from_sum,
    sum_from_fen,
)


class Message(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all messages."""


class Negotiate(Message, tag=1, frozen=True):
    """Partner → bank, kind NEGOTIATE. The header's session version must be above the current one of the seat."""

    nonce: Nonce
    software: Software


class Negotiated(Message, tag=2, frozen=True):
    """Bank → partner, kind NEGOTIATED; the header carries the version now in force and the open trade date."""

    nonce: Nonce  # the partner's, echoed: proves that this answer is fresh
    software: Software


class Establish(Message, tag=3, frozen=True):
    """Partner → bank, kind ESTABLISH: bind this link to the negotiated session."""

    nonce: Nonce
    next_number: Number  # what the partner would send next; informative
    heartbeat_ns: HeartbeatNs


class Established(Message, tag=4, frozen=True):
    """Bank → partner, kind ESTABLISHED. Everything below `next_number` is durable; resend or ask from there."""

    nonce: Nonce
    next_number: Number
    heartbeat_ns: HeartbeatNs
    credit_records: Annotated[int, Meta(ge=1, le=CREDIT_RECORDS_MAX)]


class NotApplied(Message, tag=5, frozen=True):
    """Bank → partner, kind NOT_APPLIED: the frame at `refused_number` consumed nothing; go on at `next_number`."""

    code: int
    refused_number: Number
    next_number: Number
    retry_after_ns: Count


class Heartbeat(Message, tag=6, frozen=True):
    """Either way, kind HEARTBEAT. `next_number`: what the sender would send, or expects, next."""

    next_number: Number
    answer_wanted: bool


class Terminate(Message, tag=7, frozen=True):
    """Either way, kind TERMINATE: the link ends for this reason. It is not answered."""

    code: int
    session_version: SessionVersion  # the one in force, 0 when unknown
    detail: Detail
    nonce: Nonce  # of the link's last NEGOTIATE or ESTABLISH that was believed; zeros when there was none


class RegisterParty(Message, tag=20, frozen=True):
    """Bank control: a new partner. Its suite never changes."""

    party: PartyNo
    role: RoleNo
    suite: SuiteNo
    name: Name
    proceeds_at_fill: bool  # sale proceeds enter buying power at the fill


class RegisterKey(Message, tag=21, frozen=True):
    """Bank control: a public key of a party, valid for frames sent in [not_before_ns, not_after_ns)."""

    party: PartyNo
    key_id: KeyId
    public_key: PublicKey
    not_before_ns: Count
    not_after_ns: Count


class RegisterSeat(Message, tag=22, frozen=True):
    """Bank control: a seat 席位 of a party."""

    seat: SeatNo
    party: PartyNo


class ContractTerms(Message, tag=23, frozen=True):
    """One contract to open: its savings account, its broker, status and the account's opening balance."""

    account_no: AccountNo
    party: PartyNo
    status: StatusNo
    balance_fen: Fen


class OpenContracts(Message, tag=24, frozen=True):
    """Bank control: contracts with consecutive numbers from `first_contract_no`; all are opened or none is."""

    first_contract_no: Number
    terms: Annotated[list[ContractTerms], Meta(min_length=1, max_length=CONTRACTS_PER_CONTROL_MAX)]


class ChangeContract(Message, tag=25, frozen=True):
    """Control: an event on a contract's status, see the table in `ledger.core.contract_states`."""

    contract_no: Number
    event: Annotated[int, Meta(ge=1, le=6)]


class SetRestraint(Message, tag=26, frozen=True):
    """Bank control: the amount restrained (judicial or other) on a contract's account; may exceed the balance."""

    contract_no: Number
    restrained_fen: Fen


class OpenTradeDate(Message, tag=27, frozen=True):
    """Bank control: close the open trade date and open this later one; open freezes are carried."""

    trade_date: TradeDate


class EndKey(Message, tag=28, frozen=True):
    """Bank control: a key of a party is not good any more, from this decision on. Its number is never given again."""

    party: PartyNo
    key_id: KeyId


class PartyKey(Message, tag=30, frozen=True):
    """A key as the ledger keeps it."""

    key_id: KeyId
    public_key: PublicKey
    not_before_ns: Count
    not_after_ns: Count


class PartyEntry(Message, tag=31, frozen=True):
    """A party as the ledger keeps it."""

    party: PartyNo
    role: RoleNo
    suite: SuiteNo
    name: Name
    proceeds_at_fill: bool
    keys: Annotated[list[PartyKey], Meta(max_length=KEYS_PER_PARTY_MAX)]
    seats: Annotated[list[SeatNo], Meta(max_length=SEATS_MAX)]
    retired_key_id: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0  # highest number of a key that is in `keys` no more


class Genesis(Message, tag=32, frozen=True):
    """The first journal row: the bank itself, its own seat's key, the first trade date."""

    bank: PartyEntry
    trade_date: TradeDate


class BuyingPowerQuery(Message, tag=40, frozen=True):
    """Query: both amounts of own contracts; foreign ones read as unknown."""

    contract_nos: Annotated[list[Number], Meta(min_length=1, max_length=QUERY_CONTRACTS_MAX)]


class ContractMoney(Message, tag=41, frozen=True):
    """Answer part. Both amounts are 0 when below, and when `code` is not ACCEPTED."""

    contract_no: Number
    code: int
    status: Count
    buying_power_fen: Fen
    withdrawable_fen: Fen


class BuyingPowerAnswer(Message, tag=42, frozen=True):
    """Answer: in the order asked, as of a journal sequence that is durable."""

    as_of_sequence: Count
    contracts: Annotated[list[ContractMoney], Meta(max_length=QUERY_CONTRACTS_MAX)]


class OutcomeQuery(Message, tag=43, frozen=True):
    """Query: what became of this number of the asking seat."""

    trade_date: TradeDate
    number: Number


class OutcomeAnswer(Message, tag=44, frozen=True):
    """Answer: `seen` is False for a number that no durable row holds; then the rest is 0."""

    seen: bool
    code: int
    state: Count
    remaining_fen: Fen
    sequence: Count
    decided_at_ns: Count


class TotalsQuery(Message, tag=45, frozen=True):
    """Bank query: control totals. `source` 1: the ledger, 2: the gateway's own book."""

    source: Annotated[int, Meta(ge=1, le=2)]


class PartyTotals(Message, tag=46, frozen=True):
    """Answer part: sums over the contracts of one party. 2^25 contracts of 2^60 fen do not fit 64 bits."""

    party: PartyNo
    balance_fen: SumFen
    frozen_fen: SumFen
    bought_unsettled_fen: SumFen
    sold_unsettled_fen: SumFen

    @classmethod
    def of(cls, party: int, *amounts_fen: int) -> "PartyTotals":
        """The entry of a party with its four sums in fen, in the order of the fields."""
        return cls(party, *map(sum_from_fen, amounts_fen))

    @property
    def amounts_fen(self) -> tuple[int, int, int, int]:
        """The four sums in fen, in the order of the fields."""
        sums = (self.balance_fen, self.frozen_fen, self.bought_unsettled_fen, self.sold_unsettled_fen)
        balance, frozen, bought, sold = map(fen_from_sum, sums)
        return balance, frozen, bought, sold


class TotalsAnswer(Message, tag=47, frozen=True):
    """Answer: one entry per party that has contracts, ascending; `complete` is False while a book is being rebuilt."""

    as_of_sequence: Count
    complete: bool
    parties: Annotated[list[PartyTotals], Meta(max_length=PARTIES_MAX)]


class Register(Message, tag=60, frozen=True):
    """Gateway → ledger, first frame of a link: fences the predecessor. The mark is the highest told before."""

    gateway_name: Name
    marked_sequence: Count
    marked_digest: Digest
    bank_key_ids: Annotated[list[Count], Meta(min_length=2, max_length=2)]  # by suite − 1; 0: no such key
    book_from_sequence: Count  # feed the book with rows above this; 2^62: no feed is wanted


class Registered(Message, tag=61, frozen=True):
    """Ledger → gateway: the state from which the link goes on. All of it is durable."""

    sequence: Count
    digest: Digest
    trade_date: TradeDate
    bank_party: PartyNo
    parties: Annotated[list[PartyEntry], Meta(max_length=PARTIES_MAX)]


class BookFeed(Message, tag=64, frozen=True):
    """Ledger → gateway, kind BOOK_FEED: one committed row of the past, for adding the book up again.

    Either `control` holds the body of a control frame, or `records` and `outcomes` hold the arrays of a block row;
    `headers` holds the 160-byte prefixes of its frames. The feed ends with the row `Registered.sequence`.
    """

    sequence: Count
    trade_date: TradeDate
    headers: bytes
    control: bytes
    records: bytes
    outcomes: bytes


class SeatHeadQuery(Message, tag=62, frozen=True):
    """Gateway → ledger, kind SEAT_HEAD_QUERY (the header names the seat)."""


class SeatHead(Message, tag=63, frozen=True):
    """Ledger → gateway, kind SEAT_HEAD: durable head of a seat. Also the answer to a forwarded NEGOTIATE."""

    session_version: SessionVersion  # the one in force
    trade_date: TradeDate
    next_number: Number
    code: int  # ACCEPTED, or SESSION_VERSION_NOT_GROWING after a refused NEGOTIATE


SessionMessage = Negotiate | Negotiated | Establish | Established | NotApplied | Heartbeat | Terminate
ControlMessage = (
    RegisterParty
    | RegisterKey
    | EndKey
    | RegisterSeat
    | OpenContracts
    | ChangeContract
    | SetRestraint
    | OpenTradeDate
    | Genesis
)
QueryMessage = BuyingPowerQuery | OutcomeQuery | TotalsQuery
AnswerMessage = BuyingPowerAnswer | OutcomeAnswer | TotalsAnswer
LinkMessage = Register | Registered | SeatHeadQuery | SeatHead | BookFeed

_encoder = msgspec.msgpack.Encoder()
_session: msgspec.msgpack.Decoder[SessionMessage] = msgspec.msgpack.Decoder(SessionMessage)
_control: msgspec.msgpack.Decoder[ControlMessage] = msgspec.msgpack.Decoder(ControlMessage)
_query: msgspec.msgpack.Decoder[QueryMessage] = msgspec.msgpack.Decoder(QueryMessage)
_answer: msgspec.msgpack.Decoder[AnswerMessage] = msgspec.msgpack.Decoder(AnswerMessage)
_link: msgspec.msgpack.Decoder[LinkMessage] = msgspec.msgpack.Decoder(LinkMessage)

T = TypeVar("T")


def encode(message: Message) -> bytes:
    """The canonical body of a message."""
    return _encoder.encode(message)


def _decode(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        message = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The peer is told the detail: it names the rule, and the decoder's own words stay in the cause.
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "body is no message within its bounds") from error
    if _encoder.encode(message) != body:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "body is not in canonical form")
    return message


def decode_session(body: bytes) -> SessionMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a session message."""
    return _decode(_session, body)


def decode_control(body: bytes) -> ControlMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a business control message."""
    return _decode(_control, body)


def decode_query(body: bytes) -> QueryMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a query."""
    return _decode(_query, body)


def decode_answer(body: bytes) -> AnswerMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of an answer."""
    return _decode(_answer, body)


def decode_link(body: bytes) -> LinkMessage:
    """Raises PeerViolation MALFORMED_FRAME unless `body` is the canonical form of a gateway link message."""
    return _decode(_link, body)
