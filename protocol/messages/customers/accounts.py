"""Messages about savings accounts and the contracts on them: opening, signing, what happens to them.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control), restraints, parties and dates (control), the codec.

Numbers are given by the core: the outcome of OpenAccounts, SignContracts, ChangeBroker and ReplaceCard tells the first
that it gave, those behind it follow by index.
"""

from typing import Annotated

from msgspec import Meta

from ...limits import (
    ACCOUNTS_PER_CONTROL_MAX,
    CONTRACTS_PER_CONTROL_MAX,
    HOLDER_BYTES,
    OUTLET_MAX,
    SECURITIES_ACCOUNT_CHARS_MAX,
    SECURITIES_ACCOUNTS_MAX,
)
from ..base import Message
from ..fields import BankAccountNo, Fen, Number, PartyNo, StatusNo

Holder = Annotated[bytes, Meta(min_length=HOLDER_BYTES, max_length=HOLDER_BYTES)]
"""The first 16 bytes of a digest of the holder's identity under a key of the bank: equal for equal holders, and telling
nothing to anybody else."""


class AccountTerms(Message, tag=23, frozen=True):
    """One savings account to open: its number at the bank, its outlet 储蓄所, its holder, the opening balance."""

    bank_account_no: BankAccountNo
    outlet: Annotated[int, Meta(ge=1, le=OUTLET_MAX)]
    holder: Holder
    balance_fen: Fen


class OpenAccounts(Message, tag=24, frozen=True):
    """Bank control: accounts with consecutive indices; all are opened or none is."""

    accounts: Annotated[list[AccountTerms], Meta(min_length=1, max_length=ACCOUNTS_PER_CONTROL_MAX)]


class SecuritiesAccount(Message, tag=19, frozen=True):
    """A securities account 股东账户 of a customer on one market."""

    market: Annotated[int, Meta(ge=1, le=2)]
    number: Annotated[str, Meta(pattern=f"^[0-9A-Z]{{1,{SECURITIES_ACCOUNT_CHARS_MAX}}}$")]


class ContractTerms(Message, tag=33, frozen=True):
    """One contract to sign: the account, the broker, at most one securities account on each market, the status."""

    account_no: Number
    party: PartyNo
    securities_accounts: Annotated[list[SecuritiesAccount], Meta(max_length=SECURITIES_ACCOUNTS_MAX)]
    status: StatusNo


class SignContracts(Message, tag=34, frozen=True):
    """Bank control: contracts with consecutive indices; all are signed or none is."""

    contracts: Annotated[list[ContractTerms], Meta(min_length=1, max_length=CONTRACTS_PER_CONTROL_MAX)]


class ChangeContract(Message, tag=25, frozen=True):
    """Control: an event on a contract's status, see the table in `rules.contracts`."""

    contract_no: Number
    event: Annotated[int, Meta(ge=1, le=4)]


class ChangeAccount(Message, tag=35, frozen=True):
    """Bank control: an event on an account: a loss reported or lifted, what it has earned made due, or closed."""

    account_no: Number
    event: Annotated[int, Meta(ge=1, le=4)]


class ChangeBroker(Message, tag=36, frozen=True):
    """Bank control: a contract ends and one with another broker begins on the same account, in one row."""

    contract_no: Number
    terms: ContractTerms


class ReplaceCard(Message, tag=38, frozen=True):
    """Bank control: a contract goes on under a new number on another account of its holder; the old one runs off."""

    contract_no: Number
    account_no: Number


AccountMessage = OpenAccounts | SignContracts | ChangeContract | ChangeAccount | ChangeBroker | ReplaceCard
