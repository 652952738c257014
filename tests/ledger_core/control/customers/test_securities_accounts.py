"""Securities accounts 股东账户: whose they are, and for how long.

Belongs here: what signing earns for them, how they are kept. Never here: accounts and contracts else (test_accounts).
"""

import numpy as np
import pytest

from ledger.core.state.number_index import packed, unpacked_all
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract, ContractTerms, ReplaceCard, SignContracts
from protocol.vocabulary import ContractEvent
from tests.customers import contract, shares
from tests.ledger_core.desk import BROKER, Desk, same_after_all

TERMINATE = ContractEvent.TERMINATE


def with_shares(account_index: int, *numbers: str) -> SignContracts:
    """A contract of the broker with securities accounts in Shanghai and, the second, in Shenzhen."""
    terms = contract(account_index, BROKER)
    return SignContracts([ContractTerms(terms.account_no, terms.party, shares(*numbers), terms.status)])


def test_a_securities_account_belongs_to_one_contract_that_has_not_ended() -> None:
    desk = Desk()
    for customer in range(3):
        desk.open_account(0, holder=customer)
    first = desk.told(with_shares(0, "A123456789", "0012345678")).remaining_fen
    assert desk.control(with_shares(1, "A123456789")) == ReplyCode.SECURITIES_ACCOUNT_TAKEN
    assert desk.control(with_shares(1, "", "0012345678")) == ReplyCode.SECURITIES_ACCOUNT_TAKEN
    assert desk.control(with_shares(1, "0012345678")) == ReplyCode.ACCEPTED  # the same text on another market
    both = [*with_shares(2, "B1").contracts, *with_shares(3, "B1").contracts]
    assert desk.control(SignContracts(both)) == ReplyCode.SECURITIES_ACCOUNT_TAKEN

    desk.done(ChangeContract(first, TERMINATE))

    assert desk.control(with_shares(2, "A123456789")) == ReplyCode.ACCEPTED
    assert desk.control(with_shares(3, "A123456789")) == ReplyCode.SECURITIES_ACCOUNT_TAKEN
    same_after_all(desk)


def test_a_replaced_card_takes_its_securities_accounts_along() -> None:
    desk = Desk()
    first = desk.told(with_shares(0, "A123456789")).remaining_fen
    fresh = desk.open_account(0, holder=0)
    second = desk.told(ReplaceCard(first, fresh)).remaining_fen

    desk.done(ChangeContract(first, TERMINATE))
    assert desk.control(with_shares(1, "A123456789")) == ReplyCode.SECURITIES_ACCOUNT_TAKEN
    desk.done(ChangeContract(second, TERMINATE))
    assert desk.control(with_shares(1, "A123456789")) == ReplyCode.ACCEPTED
    same_after_all(desk)


@pytest.mark.parametrize("text", ["A123456789", "0012345678", "12345678", "Z", "ZZZZZZZZZZ", "0", ""])
def test_a_securities_account_comes_back_as_it_was_written(text: str) -> None:
    assert unpacked_all(np.array([packed(text)])) == [text.encode()]
    assert 0 <= packed(text) < 2**63
