"""What the bank must know before anybody orders through it: broker and channel, securities, fees, phases.

Belongs here: making it up, registering it, telling the auditor. Never here: customers (market_day), orders (channel).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.orders.through_bank import OfChannel
from frontend_sim.market import fees
from frontend_sim.market.bank import BrokerEntry, register_broker
from frontend_sim.market.desks import KEY_VALID_UNTIL_NS, must_accept
from frontend_sim.market.order_seat import BankSeat
from frontend_sim.market.through_bank.courses import Name
from frontend_sim.market.workload import SECURITIES, Security
from protocol.keys.signing import Signer
from protocol.limits import DIGEST_BYTES
from protocol.messages.control import ControlMessage, RegisterChannelSeat, RegisterKey, RegisterParty, SetScheme
from protocol.messages.orders.fees import FeeComponent, SetFees
from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.messages.orders.securities import PriceLimits, RegisterSecurities, SecurityVersion, SetPrices
from protocol.vocabulary import LineSide, Market, Product, Role, Scheme

MARKETS = (Market.XSHG, Market.XSHE)
OF_NO_LIST = bytes(DIGEST_BYTES)
TICK, LOT, PAR = 100, 100, 10_000
MOST = 1_000_000
LIMIT_PERCENT = 10
NO_FEE = FeeComponent(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ThroughBank:
    """A broker whose customers order through the bank, and the one seat of the channel by which they do."""

    broker: BrokerEntry
    channel_party: int
    channel_seat: int
    channel: int
    """The channel's number, by which customers are signed on."""
    channel_signer: Signer

    async def register(self, bank: BankSeat, trade_date: int) -> None:
        """Broker, channel and what is traded from a date on. Raises LoadRefused."""
        await register_broker(bank, self.broker)
        for message in (*self._parties(), *self._papers(trade_date)):
            await must_accept(bank, message, type(message).__name__)

    async def set_phases(self, day_desk: BankSeat, trade_date: int, from_s: int, until_s: int) -> list[SetPhases]:
        """Both markets take orders and cancels of a date between two seconds. Raises LoadRefused."""
        told = [SetPhases(trade_date, each, [MarketPhase(from_s, until_s, True, True)]) for each in MARKETS]
        for message in told:
            await must_accept(day_desk, message, "phases")
        return told

    def inform(self, auditor: Auditor, trade_date: int, phases: Sequence[SetPhases]) -> None:
        """All of this, before the broker has customers."""
        party, bank = self.broker.party, auditor.through_bank
        auditor.register_party(party, Role.BROKER, self.broker.proceeds_at_fill)
        auditor.change_scheme(party, Scheme.A)
        auditor.register_party(self.channel_party, Role.CHANNEL, False)
        bank.channel_seats[self.channel_seat] = OfChannel(self.channel, party)
        for message in (*self._papers(trade_date), *phases):
            bank.papers.hear(message, trade_date)

    def inform_of_date(
        self, auditor: Auditor, trade_date: int, signed_on_s: Mapping[int, int], places: Mapping[Name, int]
    ) -> None:
        """The broker's systems were ready, customers were signed on until these seconds, and its feed had these."""
        bank = auditor.through_bank
        bank.sign_on_broker(self.broker.party, trade_date)
        for contract_no, until_s in signed_on_s.items():
            bank.change_password(contract_no).until_s[self.channel] = until_s
        bank.places_told.update(places)

    def _parties(self) -> list[ControlMessage]:
        signer = self.channel_signer
        return [
            SetScheme(self.broker.party, Scheme.A),
            RegisterParty(self.channel_party, Role.CHANNEL, int(signer.suite), "telephone banking", False),
            RegisterKey(self.channel_party, signer.key_id, signer.public_key(), 0, KEY_VALID_UNTIL_NS, 0),
            RegisterChannelSeat(self.channel_seat, self.channel_party, self.channel, self.broker.party),
        ]

    def _papers(self, trade_date: int) -> list[RegisterSecurities | SetPrices | SetFees]:
        return [
            RegisterSecurities(0, 0, [_version(each, trade_date) for each in SECURITIES], OF_NO_LIST),
            SetPrices(0, 0, trade_date, [_limits(each) for each in SECURITIES], OF_NO_LIST),
            *(self._fees(market, trade_date) for market in MARKETS),
        ]

    def _fees(self, market: Market, first_date: int) -> SetFees:
        """The same fees as of everybody else's customers."""
        commission = FeeComponent(fees.COMMISSION.rate, 0, 0, 0, fees.COMMISSION.min_fen, 0)
        transfer = FeeComponent(fees.TRANSFER.rate, 0, 0, 0, 0, 0)
        what = (self.broker.party, market, Product.SHARE, LineSide.BUY, first_date)
        return SetFees(*what, commission, NO_FEE, transfer, NO_FEE, NO_FEE, 0)


def prices() -> dict[bytes, int]:
    """Of each security, in 1/10,000 yuan."""
    return {each.code: each.price for each in SECURITIES}


def _version(security: Security, first_date: int) -> SecurityVersion:
    return SecurityVersion(
        market=security.market,
        security=security.code.decode(),
        product=Product.SHARE,
        multiplier=1,
        buy_least=LOT,
        buy_step=LOT,
        buy_most=MOST,
        sell_least=LOT,
        sell_step=LOT,
        sell_most=MOST,
        odd_lots=True,
        tick=TICK,
        par=PAR,
        sold_at_once=False,
        first_date=first_date,
        last_date=0,
    )


def _limits(security: Security) -> PriceLimits:
    room = security.price * LIMIT_PERCENT // 100
    return PriceLimits(security.market, security.code.decode(), security.price - room, security.price + room, 0)
