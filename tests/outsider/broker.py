"""A broker that a test acts for, and how the bank's seat registers one with control messages.

Belongs here: who is registered. Never here: an import of the product, checks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.outsider.client import Client
from tests.outsider.codes import Code, Suite
from tests.outsider.link import Account
from tests.outsider.messages import Message
from tests.outsider.records import contract_no
from tests.outsider.signing import SigningKey

BALANCE_FEN = 2**39
FIRST_ACCOUNT_NO = 6_228_000_000_000_000
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


def open_second_broker(desk: Account, party: int, seats: list[int], contracts: int) -> Broker:
    """Registers a broker of suite 2 with its key, seats and as many contracts as the first has.

    The proceeds of its sales wait for the clearing data.
    """
    private = generate_private_key(SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    terms = tuple(
        Message("ContractTerms", (FIRST_ACCOUNT_NO + index, party, ACTIVE, BALANCE_FEN)) for index in range(contracts)
    )
    with Client(desk) as bank:
        bank.log_on()
        asked = [
            Message("RegisterParty", (party, ROLE_BROKER, Suite.P256, "外来证券", False)),
            Message("RegisterKey", (party, KEY_ID, public, 0, FOREVER_NS, EVERY_SEAT)),
            *(Message("RegisterSeat", (seat, party, BROKER_SEAT)) for seat in seats),
            Message("OpenContracts", (contract_no(contracts), terms)),
        ]
        codes = [bank.control(message) for message in asked]
        assert codes == [Code.ACCEPTED] * len(asked)
        bank.finish()
    key = SigningKey(KEY_ID, private)
    accounts = [Account(desk.host, desk.port, party, seat, key, desk.bank_keys) for seat in seats]
    return Broker(accounts, count(contracts), proceeds_at_fill=False)
