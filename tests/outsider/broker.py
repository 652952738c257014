"""A broker that a test acts for, and how the bank's seat registers one with control messages.

Belongs here: who is registered. Never here: an import of the product, checks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.outsider.client import Client
from tests.outsider.link import Account
from tests.outsider.wire.codes import Code, Suite
from tests.outsider.wire.messages import Message
from tests.outsider.wire.records import NUMBER_GIVEN, Outcome, account_no, contract_no, is_account_no, is_contract_no
from tests.outsider.wire.signing import SigningKey

BALANCE_FEN = 2**39
FIRST_BANK_ACCOUNT_NO = 6_228_000_000_000_000
OUTLET = 3
SPARE = 5  # accounts in front that get no contract: accounts and contracts have numbers of their own
ROLE_BROKER, ACTIVE, KEY_ID = 2, 2, 7
FOREVER_NS = 2**62
EVERY_SEAT = 0  # a key that is bound to none of its party's seats
BROKER_SEAT = 1  # the role of a broker's seat


@dataclass(frozen=True, slots=True)
class Broker:
    """One account for each seat, and contracts that no other test used: indices without end, from the first."""

    accounts: list[Account]
    indices: Iterator[int]
    proceeds_at_fill: bool = True

    @property
    def party(self) -> int:
        """The broker's number."""
        return self.accounts[0].party

    def contracts(self, wanted: int) -> list[int]:
        """Numbers of contracts that were not used before."""
        return [contract_no(index) for index in islice(self.indices, wanted)]


def open_accounts(bank: Client, first_bank_account_no: int, wanted: int) -> int:
    """Opens accounts with numbers at the bank that follow one another, each of a holder of its own.

    Returns: the index of the first.
    """
    numbers = range(first_bank_account_no, first_bank_account_no + wanted)
    terms = tuple(Message("AccountTerms", (one, OUTLET, one.to_bytes(16, "big"), BALANCE_FEN)) for one in numbers)
    return _index_given(bank.control_outcome(Message("OpenAccounts", (terms,))), is_account_no)


def sign_contracts(bank: Client, party: int, accounts: range) -> int:
    """Signs a contract of the party on each account, by index. Returns: the index of the first contract."""
    terms = tuple(Message("ContractTerms", (account_no(index), party, (), ACTIVE)) for index in accounts)
    return _index_given(bank.control_outcome(Message("SignContracts", (terms,))), is_contract_no)


def _index_given(outcome: Outcome, is_number: Callable[[int], bool]) -> int:
    assert (outcome.code, outcome.state) == (Code.ACCEPTED, NUMBER_GIVEN)
    assert is_number(outcome.remaining_fen)
    return outcome.remaining_fen // 100


def open_second_broker(desk: Account, party: int, seats: list[int], contracts: int) -> Broker:
    """Registers a broker of suite 2 with its key, seats and as many contracts as the first has.

    The proceeds of its sales wait for the clearing data.
    """
    private = generate_private_key(SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with Client(desk) as bank:
        bank.log_on()
        asked = [
            Message("RegisterParty", (party, ROLE_BROKER, Suite.P256, "外来证券", False)),
            Message("RegisterKey", (party, KEY_ID, public, 0, FOREVER_NS, EVERY_SEAT)),
            *(Message("RegisterSeat", (seat, party, BROKER_SEAT)) for seat in seats),
        ]
        codes = [bank.control(message) for message in asked]
        assert codes == [Code.ACCEPTED] * len(asked)
        first_account = open_accounts(bank, FIRST_BANK_ACCOUNT_NO, SPARE + contracts)
        first = sign_contracts(bank, party, range(first_account + SPARE, first_account + SPARE + contracts))
        bank.finish()
    key = SigningKey(KEY_ID, private)
    accounts = [Account(desk.host, desk.port, party, seat, key, desk.bank_keys) for seat in seats]
    return Broker(accounts, count(first), proceeds_at_fill=False)
