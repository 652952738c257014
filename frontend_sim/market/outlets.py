"""The outlets of the simulated bank: a branch, its sub-branches, and under each the outlets that keep accounts.

Belongs here: making them up and registering them. Never here: accounts (market_day).
"""

from frontend_sim.market.desks import must_accept
from frontend_sim.market.order_seat import BankSeat
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import OutletLevel

OUTLETS = 40
"""That keep accounts, numbered from 1 on."""
BRANCH = 901
SUB_BRANCHES = ("西湖支行", "拱墅支行", "上城支行", "滨江支行")


def outlets() -> list[OutletEntry]:
    """All of them, each behind the one that it stands under."""
    subs = dict(enumerate(SUB_BRANCHES, start=BRANCH + 1))
    under = list(subs)
    return [
        OutletEntry(BRANCH, OutletLevel.BRANCH, 0, "杭州分行"),
        *(OutletEntry(number, OutletLevel.SUB_BRANCH, BRANCH, name) for number, name in subs.items()),
        *(
            OutletEntry(number, OutletLevel.OUTLET, under[number % len(under)], f"第{number}储蓄所")
            for number in range(1, OUTLETS + 1)
        ),
    ]


async def register_outlets(bank: BankSeat) -> None:
    """Make them known. Raises LoadRefused."""
    await must_accept(bank, RegisterOutlets(outlets()), "outlets")
