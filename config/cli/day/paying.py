"""`yzt day run due`, `yzt day run pay`, and what `yzt day status` tells of clearing accounts.

Belongs here: payments by hand, their page. Never here: what a step sends (gateway.day.payments).
"""

import argparse
from collections.abc import Sequence

from config.cli.day.asked import parties_of
from config.kit.exit_codes import ExitCode
from gateway.day.desk import DayDesk
from gateway.day.payments import let_act, pay
from protocol.messages.day.paying import ClearingFacts
from protocol.messages.fields import fen_from_sum

STEPS = ("due", "pay")


async def run(desk: DayDesk, options: argparse.Namespace) -> int:
    """Let due times act that are over, or pay what the bank owes by settled dates, oldest first. Raises StepRefused."""
    parties = await parties_of(desk, options) if options.party is not None else None
    for each in (await desk.seat.clearing_accounts()).accounts:
        if parties is not None and each.party not in parties:
            continue
        if options.step == "due":
            await let_act(desk, each.party)
        else:
            await _pay_all(desk, each.party)
    print_accounts((await desk.seat.clearing_accounts()).accounts)
    return int(ExitCode.OK)


async def _pay_all(desk: DayDesk, party: int) -> None:
    while True:
        accounts = (await desk.seat.clearing_accounts()).accounts
        date = next((each.pay_date for each in accounts if each.party == party), 0)
        if not date:
            return
        await pay(desk, date, party)


def print_accounts(accounts: Sequence[ClearingFacts]) -> None:
    """One line for each broker."""
    heads = ("clearing account", "lent", "owes", "overdue")
    print(f"{'broker':>7}{''.join(f'{head:>22}' for head in heads)}  the bank is to pay")
    for each in accounts:
        amounts = (each.balance, each.lent, each.unpaid, each.overdue)
        to_pay = str(each.pay_date) if each.pay_date else ""
        print(f"{each.party:>7}{''.join(f'{_yuan(one):>22}' for one in amounts)}  {to_pay}".rstrip())


def _yuan(amount: bytes) -> str:
    fen = fen_from_sum(amount)
    return f"{fen // 100:,}.{fen % 100:02}"
