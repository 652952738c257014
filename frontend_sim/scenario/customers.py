"""A customer as the bank has it behind an event, by names.

Belongs here: one customer's amounts and states. Never here: asking (asking), the rest of what is told (telling).
"""

from frontend_sim.scenario.asking import Account, Seen
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.written.strict import Strict


class CustomerTold(Strict, frozen=True, kw_only=True):
    """A customer, from the read model."""

    customer: str
    account_no: int
    outlet: str
    account_status: str
    broker: str
    contract_no: int | None
    contract_status: str | None
    balance_fen: int
    frozen_fen: int
    bought_fen: int
    sold_fen: int
    moved_fen: int
    restrained_fen: int
    gated_fen: int
    buying_power_fen: int
    withdrawable_fen: int


def customers_told(seen: Seen, cast: Cast) -> list[CustomerTold]:
    """In the order of the story."""
    accounts = {account.bank_account_no: account for account in seen.read_model.accounts}
    found = [(name, accounts[customer.bank_account_no]) for name, customer in cast.customers.items()]
    return [_customer(name, account, seen.gated_fen.get(account.contract_no or 0, 0), cast) for name, account in found]


def _customer(name: str, account: Account, gated_fen: int, cast: Cast) -> CustomerTold:
    return CustomerTold(
        customer=name,
        account_no=account.account_no,
        outlet=cast.outlet_name(account.outlet),
        account_status=account.status.lower(),
        broker=cast.party_name(account.party),
        contract_no=account.contract_no,
        contract_status=account.contract_status.lower() if account.contract_status is not None else None,
        balance_fen=account.balance_fen,
        frozen_fen=account.frozen_fen,
        bought_fen=account.bought_unsettled_fen,
        sold_fen=account.sold_unsettled_fen,
        moved_fen=account.moved_remaining_fen + account.moved_drawn_fen,
        restrained_fen=account.restrained_fen,
        gated_fen=gated_fen,
        buying_power_fen=account.buying_power_fen,
        withdrawable_fen=account.withdrawable_fen,
    )
