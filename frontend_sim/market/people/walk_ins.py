"""Customers who walk in at a broker: persons with an account and a card, who sign there and are pushed to the bank.

Belongs here: making them up, their accounts as the bank loads them, the push. Never here: the identity desk
(gateway.identity), the card host (card_host).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.kit.exit_codes import ExitCode, ProcessFault
from gateway.identity.holders import holder_digest
from protocol.client import Document, IdentityKeys, Particulars, Person, Seat
from protocol.messages.customers.accounts import AccountTerms, SecuritiesAccount
from protocol.messages.customers.pushes import PushFacts
from protocol.vocabulary import Market

BANK_ACCOUNT_NO_FIRST = 6_228_000_000_000_000
OUTLET = 1


class NotPushed(ProcessFault):
    """The bank did not take a push."""

    def __init__(self, message: str) -> None:
        """Takes that; the code is always ExitCode.FAILED."""
        super().__init__(message, ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class WalkIn:
    """One of them."""

    bank_account_no: int
    person: Person
    card_password: str
    shanghai: str

    def account(self, holder_key: bytes | bytearray, balance_fen: int) -> AccountTerms:
        """The account as the bank opens it."""
        return AccountTerms(self.bank_account_no, OUTLET, holder_digest(holder_key, self.person), balance_fen)


def make_walk_in(place: int) -> WalkIn:
    """The one at a place of a made-up queue."""
    number = f"11010119900307{place:04}"
    name = f"walk-in {place:03} 王"
    return WalkIn(
        BANK_ACCOUNT_NO_FIRST + place,
        Person(Document.RESIDENT_CARD, number, name),
        f"pw-{place:06}",
        f"A{place:09}",
    )


async def sign_at_broker(seat: Seat, keys: IdentityKeys, serial: int, one: WalkIn, password: str) -> int:
    """Sign and push, with the password that the customer gives. Returns the push's number. Raises NotPushed."""
    accounts = [SecuritiesAccount(Market.XSHG, one.shanghai)]
    particulars = Particulars(one.person, password)
    outcome = await seat.push_contract(serial, one.bank_account_no, accounts, particulars, keys)
    if not outcome.accepted:
        raise NotPushed(f"push {serial} of seat {seat.settings.seat}: {outcome.code.name}")
    return outcome.remaining_fen


async def became_of(seat: Seat, pushes: Sequence[int]) -> list[PushFacts]:
    """Where own pushes stand."""
    return (await seat.pushes(pushes)).pushes
