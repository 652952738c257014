"""What the bank has set for orders through it, in the order in which it was told: securities, limits, fees, phases.

Belongs here: which of it holds on a date. Never here: whether it should have been set, what an order earns by it
(judging), anything of ledger, rules or gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.orders.charges import Fee
from protocol.messages.orders.fees import SetFees, components_of
from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.messages.orders.securities import (
    PriceLimits,
    RegisterSecurities,
    ResumeSecurity,
    SecurityVersion,
    SetPrices,
    SuspendSecurity,
)

Paper = tuple[int, int]
"""Market, and the eight bytes of a code as one number."""


class FeesFor(NamedTuple):
    """What a table is for."""

    party: int
    market: int
    product: int
    side: int


@dataclass(slots=True)
class Papers:
    """All that was told; of what is said twice the later one counts."""

    versions: dict[Paper, list[SecurityVersion]] = field(default_factory=dict)
    limits: dict[Paper, dict[int, PriceLimits]] = field(default_factory=dict)  # by trade date
    suspended: set[Paper] = field(default_factory=set)
    fees: dict[FeesFor, list[tuple[int, tuple[Fee, ...]]]] = field(default_factory=dict)  # with their first dates
    phases: dict[tuple[int, int], Sequence[MarketPhase]] = field(default_factory=dict)  # by trade date and market

    def hear(
        self,
        message: RegisterSecurities | SetPrices | SuspendSecurity | ResumeSecurity | SetFees | SetPhases,
        open_date: int,
    ) -> None:
        """The bank has accepted this, while a trade date is open."""
        match message:
            case RegisterSecurities(versions=versions):
                for each in versions:
                    self.versions.setdefault(_paper(each.market, each.security), []).append(each)
            case SetPrices(trade_date=date, prices=prices):
                for line in prices:
                    of_dates = self.limits.setdefault(_paper(line.market, line.security), {})
                    for other in [each for each in of_dates if each not in (open_date, date) and date != open_date]:
                        del of_dates[other]  # a later date takes the place of another later one
                    of_dates[date] = line
            case SuspendSecurity(market, code):
                self.suspended.add(_paper(market, code))
            case ResumeSecurity(market, code):
                self.suspended.discard(_paper(market, code))
            case SetFees():
                table = tuple(
                    Fee(one.on_turnover, one.on_par, one.a_unit, one.flat_fen, one.least_fen, one.most_fen)
                    for one in components_of(message)
                )
                key = FeesFor(message.party, message.market, message.product, message.side)
                self.fees.setdefault(key, []).append((message.first_date, table))
            case SetPhases(date, market, phases):
                self.phases = {key: each for key, each in self.phases.items() if key[0] in (open_date, date)}
                self.phases[date, market] = phases

    def roll(self, trade_date: int) -> None:
        """This date is opened: limits of any other are over, and phases of those before it."""
        for paper, of_dates in self.limits.items():
            self.limits[paper] = {date: each for date, each in of_dates.items() if date >= trade_date}
        self.phases = {key: each for key, each in self.phases.items() if key[0] >= trade_date}

    def version(self, paper: Paper, trade_date: int) -> SecurityVersion | None:
        """What a security is on a date; None: it is none, not yet or no more."""
        found = None
        for each in self.versions.get(paper, ()):
            if each.first_date <= trade_date and (found is None or each.first_date >= found.first_date):
                found = each
        if found is not None and 0 < found.last_date < trade_date:
            return None
        return found

    def limits_on(self, paper: Paper, trade_date: int) -> PriceLimits | None:
        """Between which prices an order of a date may be."""
        return self.limits.get(paper, {}).get(trade_date)

    def fees_on(self, key: FeesFor, trade_date: int) -> tuple[Fee, ...] | None:
        """What is charged of an order of a date."""
        begun = [each for each in self.fees.get(key, ()) if each[0] <= trade_date]
        last = max((first_date for first_date, _ in begun), default=0)
        tables = [table for first_date, table in begun if first_date == last]
        return tables[-1] if tables else None

    def take_orders(self, trade_date: int, market: int, second: int) -> bool:
        """Whether a market does, of a date at a second."""
        phases = self.phases.get((trade_date, market), ())
        return any(each.orders for each in phases if each.from_s <= second < each.until_s)


def _paper(market: int, code: str) -> Paper:
    return market, int.from_bytes(code.encode("ascii").ljust(8, b"\0"), "little")
