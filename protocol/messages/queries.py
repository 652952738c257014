"""Questions and their answers.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: where an answer comes from, the
codec.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ..limits import (
    DIGEST_BYTES,
    PARTIES_MAX,
    QUERY_CONTRACTS_MAX,
    QUERY_DIFFERENCES_MAX,
    QUERY_PROCEEDS_MAX,
    SETS_PER_LANE_MAX,
)
from .base import Message
from .customers.interest import InterestAnswer, InterestQuery
from .customers.open_items import OpenItemsAnswer, OpenItemsQuery
from .customers.pushes import OpenPushAnswer, OpenPushQuery, PushAnswer, PushQuery
from .day.corrections import (
    ClosingsAnswer,
    ClosingsQuery,
    CorrectionAnswer,
    CorrectionQuery,
    RevertsAnswer,
    RevertsQuery,
)
from .day.dates import DatesAnswer, DatesQuery
from .day.marked import OutletsAnswer, OutletsQuery, PairsAnswer, PairsQuery, RangesAnswer, RangesQuery
from .day.paying import ClearingAccountsAnswer, ClearingAccountsQuery
from .day.settling import CreditsAnswer, CreditsQuery, SettlementsAnswer, SettlementsQuery
from .day.steps import Place, Seconds, SetTotals
from .feeds import FeedPage, FeedQuery
from .fields import BankAccountNo, Count, Fen, Number, PartyNo, SumFen, TradeDate, fen_from_sum, sum_from_fen
from .orders.signing_on import BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery

CLASSES = 4  # of differences
CLASSES_OF_A = 5  # of a broker of scheme A


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
    """Bank query: control totals. `source` 1: the ledger, 2: the gateway's own book, 3 and 4: the same as of the last
    mark, not complete where there is none since it was started."""

    source: Annotated[int, Meta(ge=1, le=4)]


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


def totals_digest(parties: Sequence[PartyTotals]) -> bytes:
    """SHA-256 of totals by party, ascending, as a list of the message: those left out of which all sums are 0."""
    kept = [entry for entry in parties if any(entry.amounts_fen)]
    return hashlib.sha256(msgspec.msgpack.encode(kept)).digest()


class TotalsAnswer(Message, tag=47, frozen=True):
    """Answer: one entry per party that has contracts, ascending; `complete` is False while a book is being rebuilt."""

    as_of_sequence: Count
    complete: bool
    parties: Annotated[list[PartyTotals], Meta(max_length=PARTIES_MAX)]


class AccountQuery(Message, tag=48, frozen=True):
    """Bank query: our numbers of savings accounts, by the bank's own numbers."""

    bank_account_nos: Annotated[list[BankAccountNo], Meta(min_length=1, max_length=QUERY_CONTRACTS_MAX)]


class AccountFacts(Message, tag=49, frozen=True):
    """Answer part: an account and its current contract, or the last one that ran off; 0 for what there is not.

    `contract_status` TERMINATED without a contract: a message ended the last one that it had.
    """

    bank_account_no: BankAccountNo
    code: int
    account_no: Count
    status: Count
    contract_no: Count
    contract_status: Count


class AccountAnswer(Message, tag=50, frozen=True):
    """Answer: in the order asked, as of a journal sequence that is durable."""

    as_of_sequence: Count
    accounts: Annotated[list[AccountFacts], Meta(max_length=QUERY_CONTRACTS_MAX)]


class SetQuery(Message, tag=51, frozen=True):
    """Query: the clearing set of a date of the asker, or if that is the bank, of any party. 0: the asker."""

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]


class SetAnswer(Message, tag=52, frozen=True):
    """Answer: where the broker's date stands, as of a journal sequence that is durable.

    Without a set `number` is 0 and both totals are empty. Lateness is counted from half an hour after the time declared
    to completion: the first one, and the last.
    """

    as_of_sequence: Count
    trade_date: TradeDate
    state: Annotated[int, Meta(ge=0, le=15)]
    number: Annotated[int, Meta(ge=0, le=SETS_PER_LANE_MAX)]
    announced: SetTotals
    arrived: SetTotals
    listed: Count
    """How many of its lines name orders that are not there."""
    declared_s: Seconds
    first_late_s: Seconds
    last_late_s: Seconds
    compared: Count
    """Places that were compared, 0 before and once all were; the differences are so far."""
    differences: Annotated[list[Count], Meta(min_length=CLASSES, max_length=CLASSES_OF_A)]
    """Of each class, MISSING_HERE first; the last one of a set of scheme A alone."""
    proceeds_due: Count
    """Contracts whose proceeds by clearing data the bank has not booked yet."""
    is_deferred: bool = False
    """By two people."""


class DifferenceQuery(Message, tag=53, frozen=True):
    """Query: differences between a date's clearing set and what the bank has, from a place on; as SetQuery.

    All places must have been compared.
    """

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class Difference(Message, tag=54, frozen=True):
    """Answer part: what differs, and what both say: amounts in fen, fates, or 1 for there and 0 for not there."""

    difference_class: Annotated[int, Meta(ge=0, le=255)]
    compared_field: Annotated[int, Meta(ge=0, le=255)]
    contract_no: Count
    order_date: Count
    order_seat: Count
    order_number: Count
    """Of the order's request; all 0 where it is about a contract."""
    bank_has: Count
    set_says: Count


def differences_digest(differences: Iterable[Difference], digest: bytes = bytes(DIGEST_BYTES)) -> bytes:
    """Of the differences of one class, in the order in which they are told, without sums of a contract (BOUGHT, SOLD):
    32 zeros, and with each the SHA-256 of itself and the difference as seven int64. It is what people sign for.
    `digest`: of those in front of them.
    """
    for each in differences:
        named = (each.order_date, each.order_seat, each.order_number)
        row = _SIGNED.pack(each.compared_field, each.contract_no, *named, each.bank_has, each.set_says)
        digest = rows_digest(row, digest)
    return digest


def rows_digest(rows: bytes, digest: bytes) -> bytes:
    """The same of differences that are seven int64 already."""
    for begin in range(0, len(rows), _SIGNED.size):
        digest = hashlib.sha256(digest + rows[begin : begin + _SIGNED.size]).digest()
    return digest


_SIGNED = struct.Struct("<7q")


class DifferenceAnswer(Message, tag=55, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end."""

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    differences: Annotated[list[Difference], Meta(max_length=QUERY_DIFFERENCES_MAX)]


class ProceedsQuery(Message, tag=56, frozen=True):
    """Query: contracts to which proceeds are due by a date's reconciled clearing set, from a place on; as SetQuery."""

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class ContractProceeds(Message, tag=57, frozen=True):
    """Answer part: what a PROCEEDS of this contract must name now."""

    contract_no: Number
    proceeds_fen: Fen
    excess_fen: Fen


class ProceedsAnswer(Message, tag=58, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end."""

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    contracts: Annotated[list[ContractProceeds], Meta(max_length=QUERY_PROCEEDS_MAX)]


QueryMessage = (
    BuyingPowerQuery
    | OutcomeQuery
    | TotalsQuery
    | AccountQuery
    | SetQuery
    | DifferenceQuery
    | ProceedsQuery
    | RangesQuery
    | PairsQuery
    | OutletsQuery
    | DatesQuery
    | ClearingAccountsQuery
    | FeedQuery
    | CorrectionQuery
    | PushQuery
    | OpenPushQuery
    | OpenItemsQuery
    | RevertsQuery
    | ClosingsQuery
    | SettlementsQuery
    | CreditsQuery
    | InterestQuery
    | BoxKeysQuery
    | PasswordQuery
)
AnswerMessage = (
    BuyingPowerAnswer
    | OutcomeAnswer
    | TotalsAnswer
    | AccountAnswer
    | SetAnswer
    | DifferenceAnswer
    | ProceedsAnswer
    | RangesAnswer
    | PairsAnswer
    | OutletsAnswer
    | DatesAnswer
    | ClearingAccountsAnswer
    | FeedPage
    | CorrectionAnswer
    | PushAnswer
    | OpenPushAnswer
    | OpenItemsAnswer
    | RevertsAnswer
    | ClosingsAnswer
    | SettlementsAnswer
    | CreditsAnswer
    | InterestAnswer
    | BoxKeysAnswer
    | PasswordAnswer
)
OF_ALL_PARTIES = (
    *(TotalsQuery, RangesQuery, PairsQuery, OutletsQuery, DatesQuery, ClearingAccountsQuery),
    *(CorrectionQuery, RevertsQuery, ClosingsQuery, InterestQuery),
    *(SettlementsQuery, CreditsQuery),
)
"""Only the bank may ask these: a session of anybody else ends with them."""
OF_PASSWORDS = (BoxKeysQuery, PasswordQuery)
"""Only a channel and the counter, the teller desk's seat, may ask these; the password desk answers them."""
