"""Outlets, savings accounts and contracts for tests of every part: terms with what does not matter filled in.

Belongs here: making terms. Never here: sending them, an opinion on what becomes of them.
Account index and contract index are told apart on purpose: who opens several of both has them differ.
"""

from protocol.given_numbers import account_no_from_index
from protocol.limits import SEALED_PASSWORD_BYTES, SEALED_PERSON_BYTES
from protocol.messages.customers.accounts import AccountTerms, ContractTerms, SecuritiesAccount
from protocol.messages.customers.pushes import PushContract
from protocol.messages.customers.restraints import Restrain
from protocol.messages.outlets import OutletEntry
from protocol.vocabulary import ContractStatus, Market, OutletLevel, RestraintKind

FIRST_BANK_ACCOUNT_NO = 6_217_000_000_000_000
OUTLET = 11


def outlets_above(outlet: int = OUTLET) -> list[OutletEntry]:
    """An outlet with its branch 901 and its sub-branch 902, in the order in which they can be registered."""
    return [
        OutletEntry(901, OutletLevel.BRANCH, 0, "浙江省分行"),
        OutletEntry(902, OutletLevel.SUB_BRANCH, 901, "西湖支行"),
        OutletEntry(outlet, OutletLevel.OUTLET, 902, "文三路储蓄所"),
    ]


def holder_of(customer: int) -> bytes:
    """The keyed digest of a made-up person."""
    return customer.to_bytes(16, "little")


def account(customer: int, balance_fen: int) -> AccountTerms:
    """An account of a person of its own."""
    return AccountTerms(FIRST_BANK_ACCOUNT_NO + customer, OUTLET, holder_of(customer), balance_fen)


def contract(account_index: int, party: int, status: int = ContractStatus.ACTIVE) -> ContractTerms:
    """A contract on the account at an index, without securities accounts."""
    return ContractTerms(account_no_from_index(account_index), party, [], status)


def shares(shanghai: str = "", shenzhen: str = "") -> list[SecuritiesAccount]:
    """Securities accounts on the markets that are named."""
    named = ((Market.XSHG, shanghai), (Market.XSHE, shenzhen))
    return [SecuritiesAccount(market, number) for market, number in named if number]


def restraint(
    account_no: int,
    amount_fen: int,
    kind: int = RestraintKind.JUDICIAL,
    until_s: int = 0,
    authority: str = "西湖区法院",
) -> Restrain:
    """An amount of an account withheld by a made-up document."""
    return Restrain(account_no, amount_fen, kind, authority, "(2026)浙0106执12号", until_s)


def pushed_contract(serial: int, account_index: int, shanghai: str, replaces: int = 0) -> PushContract:
    """A push of the account at an index, in whose boxes is nothing: the core never looks inside."""
    number, boxes = FIRST_BANK_ACCOUNT_NO + account_index, (bytes(SEALED_PERSON_BYTES), bytes(SEALED_PASSWORD_BYTES))
    return PushContract(serial, number, shares(shanghai), replaces, 1, boxes[0], 1, boxes[1])
