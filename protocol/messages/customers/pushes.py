"""Messages about contracts that a broker signs with its customer and pushes to the bank 券商端签约, and their answers.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what is inside of what is sealed
(protocol.particulars), what the messages earn and do (ledger.core.control), other contracts (accounts).

Who the customer is travels sealed for the bank's identity desk and nobody else: see docs/contracts.md.
"""

from typing import Annotated

from msgspec import Meta

from ...limits import (
    HOLDER_BYTES,
    PUSHES_PER_ANSWER_MAX,
    QUERY_CONTRACTS_MAX,
    SEALED_PASSWORD_BYTES,
    SEALED_PERSON_BYTES,
    SECURITIES_ACCOUNTS_MAX,
)
from ..base import Message
from ..fields import BankAccountNo, Count, KeyId, Number, PartyNo, TradeDate
from .accounts import SecuritiesAccount

SealedPerson = Annotated[bytes, Meta(min_length=SEALED_PERSON_BYTES, max_length=SEALED_PERSON_BYTES)]
SealedPassword = Annotated[bytes, Meta(min_length=SEALED_PASSWORD_BYTES, max_length=SEALED_PASSWORD_BYTES)]
SecuritiesAccounts = Annotated[list[SecuritiesAccount], Meta(min_length=1, max_length=SECURITIES_ACCOUNTS_MAX)]
Ends = Annotated[list[Number], Meta(max_length=1 + SECURITIES_ACCOUNTS_MAX)]
"""Contracts that end for a new one, ascending: the account's own, and one for each securities account."""


class PushContract(Message, tag=110, frozen=True):
    """Broker control: a customer has signed 签约 with the broker, and the bank is to look into it.

    `replaces`: the customer's contract with this broker that is to give way: on the same account, because of other
    securities accounts; on one that was reported lost, with the same ones. 0 for none.
    """

    serial: Number  # the broker's own, rising per seat and trade date: told twice, it is one push
    bank_account_no: BankAccountNo
    securities_accounts: SecuritiesAccounts
    replaces: Count
    person_key_id: KeyId  # of the bank's key that the person is sealed for
    sealed_person: SealedPerson
    password_key_id: KeyId  # of another one, which is destroyed sooner
    sealed_password: SealedPassword


class Identify(Message, tag=111, frozen=True):
    """Identity desk: who was found in a push that waits, as a keyed digest; empty when nobody could be."""

    push: Number
    holder: Annotated[bytes, Meta(max_length=HOLDER_BYTES)]


class ConfirmPush(Message, tag=112, frozen=True):
    """Identity desk: what the card host said to an identified push. It names all that comes about by it."""

    push: Number
    party: PartyNo
    account_no: Number
    ends: Ends
    runs_off: Count  # the contract that goes on under the new one's number, 0 for none
    answer: Annotated[int, Meta(ge=0, le=2)]  # CardAnswer


PushMessage = PushContract | Identify | ConfirmPush


class PushQuery(Message, tag=113, frozen=True):
    """Query: what became of own pushes; foreign ones, and those that gave way to later ones, read as unknown."""

    pushes: Annotated[list[Number], Meta(min_length=1, max_length=QUERY_CONTRACTS_MAX)]


class PushFacts(Message, tag=114, frozen=True):
    """Answer part: where a push stands. `code` says why it is IMPOSSIBLE, or PUSH_UNKNOWN; `contract_no` is the
    contract that came about by it, 0 for none."""

    push: Number
    code: int
    state: Count  # PushState, 0 of an unknown one
    contract_no: Count


class PushAnswer(Message, tag=128, frozen=True):
    """Answer: in the order asked, as of a journal sequence that is durable."""

    as_of_sequence: Count
    pushes: Annotated[list[PushFacts], Meta(max_length=QUERY_CONTRACTS_MAX)]


class OpenPushQuery(Message, tag=129, frozen=True):
    """Bank query: pushes to be decided, of each broker the oldest first, and of one account one at a time."""


class OpenPush(Message, tag=130, frozen=True):
    """Answer part: a push to be decided, and what ConfirmPush must name if it were confirmed now.

    `code` tells of an identified one what bars it, or PUSHES_FUTILE when the card host is not to be asked any more.
    """

    push: Number
    party: PartyNo
    state: Count  # PushState
    code: int
    account_no: Count  # 0: there is no such account
    ends: Ends
    runs_off: Count
    trade_date: TradeDate  # on which it came; this and the next: as it was pushed
    serial: Number
    bank_account_no: BankAccountNo
    securities_accounts: SecuritiesAccounts
    replaces: Count
    person_key_id: KeyId
    sealed_person: SealedPerson
    password_key_id: KeyId
    sealed_password: SealedPassword


class OpenPushAnswer(Message, tag=131, frozen=True):
    """Answer: as of a journal sequence that is durable. Nobody but the bank is told any."""

    as_of_sequence: Count
    pushes: Annotated[list[OpenPush], Meta(max_length=PUSHES_PER_ANSWER_MAX)]
