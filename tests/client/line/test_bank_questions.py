"""What only the bank asks: its accounts by its own numbers.

Belongs here: a seat of the bank that asks. Never here: what the ledger knows of accounts (ledger_core).
"""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from frontend_sim.practice import cast
from protocol.client import MisuseError, Seat, SeatSettings, SyncSeat
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.header import Header
from protocol.messages.base import Message
from protocol.messages.queries import AccountAnswer, AccountFacts, AccountQuery, QueryMessage, TotalsAnswer
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, AccountStatus, ContractStatus, Suite
from tests.client.fake_bank import FakeBank
from tests.customers import FIRST_BANK_ACCOUNT_NO

FOUND = AccountFacts(
    FIRST_BANK_ACCOUNT_NO,
    int(ReplyCode.ACCEPTED),
    account_no_from_index(3),
    AccountStatus.OPEN,
    contract_no_from_index(1),
    ContractStatus.ACTIVE,
)
MISSING = AccountFacts(FIRST_BANK_ACCOUNT_NO + 1, int(ReplyCode.ACCOUNT_UNKNOWN), 0, 0, 0, 0)
TRUE = AccountAnswer(7, [FOUND, MISSING])


class AskedBank(FakeBank):
    """A practice bank that tells what it was given to tell, and at last the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, QueryMessage]] = []
        self.to_tell: list[Message] = []
        self.ledger.query = self._tell  # type: ignore[method-assign]  # the ledger of practice has no bank

    def _tell(self, header: Header, query: QueryMessage) -> Message:
        self.asked.append((header.sender, query))
        return self.to_tell.pop(0) if self.to_tell else TRUE

    def desk(self, folder: Path) -> SeatSettings:
        """Settings of the bank's own seat."""
        signer = cast.bank_signers()[Suite.ED25519_SHA256]
        return dataclasses.replace(self.settings(folder, BANK_SEAT), party=BANK_PARTY, signer=signer)


@pytest.fixture
async def bank() -> AsyncIterator[AskedBank]:
    bank = AskedBank()
    async with trio.open_nursery() as nursery:
        await bank.listen(nursery, "127.0.0.1", 0)
        yield bank
        nursery.cancel_scope.cancel()


ASKED = [FOUND.bank_account_no, MISSING.bank_account_no]


async def test_accounts_are_told_by_the_numbers_of_the_bank(bank: AskedBank, tmp_path: Path) -> None:
    async with Seat.open(bank.desk(tmp_path)) as seat:
        assert await seat.accounts(ASKED) == TRUE
    assert bank.asked == [(BANK_PARTY, AccountQuery(ASKED))]


async def test_the_blocking_face_asks_the_same(bank: AskedBank, tmp_path: Path) -> None:
    def ask(settings: SeatSettings) -> AccountAnswer:
        with SyncSeat.open(settings) as seat:
            return seat.accounts(ASKED)

    assert await trio.to_thread.run_sync(ask, bank.desk(tmp_path)) == TRUE


async def test_a_broker_is_told_by_its_own_program_that_it_may_not_ask(bank: AskedBank, tmp_path: Path) -> None:
    async with Seat.open(bank.settings(tmp_path)) as seat:
        with pytest.raises(MisuseError, match="accounts are the bank's own"):
            await seat.accounts(ASKED)
    assert bank.asked == []


@pytest.mark.parametrize(
    "untrue",
    [
        AccountAnswer(7, [FOUND]),
        AccountAnswer(7, [MISSING, FOUND]),
        AccountAnswer(7, [FOUND, MISSING, MISSING]),
        AccountAnswer(7, [FOUND, AccountFacts(ASKED[1], 0, 0, 0, 0, 0)]),
        AccountAnswer(7, [FOUND, AccountFacts(ASKED[1], int(ReplyCode.ACCOUNT_UNKNOWN), FOUND.account_no, 0, 0, 0)]),
        AccountAnswer(7, [FOUND, AccountFacts(ASKED[1], int(ReplyCode.BUSY), 0, 0, 0, 0)]),
        TotalsAnswer(7, True, []),
    ],
)
async def test_an_answer_that_cannot_be_is_asked_for_again(bank: AskedBank, tmp_path: Path, untrue: Message) -> None:
    bank.to_tell = [untrue, untrue]
    async with Seat.open(bank.desk(tmp_path)) as seat:
        assert await seat.accounts(ASKED) == TRUE
        assert seat.statistics().links == 3
