"""What has to have happened to a clearing account for something to be refused: one word each.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions about the refusal.
"""

from protocol.acts.clearing import AdvanceLimitAct, MarketRateAct, PayOutAct, TakeBackFundAct
from protocol.acts.table import AnyAct
from protocol.messages.persons import Act
from tests.ledger_core.desk import BROKER, TUESDAY, WEDNESDAY, Desk
from tests.ledger_core.paying.bank import TED, UMA, House, at
from tests.people import signed


def _asked(house: House, act: AnyAct) -> Act:
    return signed(act, TED, UMA)


def paid_out(desk: Desk) -> Act:
    """A fen of an empty clearing account."""
    house = House(desk)
    return _asked(house, PayOutAct(**house.office.by(TED), party=BROKER, amount_fen=1))


def taken_back(desk: Desk) -> Act:
    """A fen that nobody has booked."""
    house = House(desk)
    return _asked(house, TakeBackFundAct(**house.office.by(TED), party=BROKER, amount_fen=1, fund_serial=1))


def lent_without_rate(desk: Desk) -> Act:
    """A limit before there is any rate."""
    house = House(desk)
    return _asked(house, AdvanceLimitAct(**house.office.by(TED), party=BROKER, limit_fen=5))


def another_rate(desk: Desk) -> Act:
    """A second rate of the same day."""
    house = House(desk)
    house.now(at(TUESDAY, 9))
    house.lends(5, TUESDAY)
    return _asked(house, MarketRateAct(**house.office.by(TED), day=TUESDAY, rate_millionths=1))


def limit_below_lent(desk: Desk) -> Act:
    """The broker was 700.00 short on Wednesday at 10:00:00, and was lent it; 699.99 were the limit then."""
    house = House(desk)
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 70_000)
    house.lends(70_000, TUESDAY)
    house.now(at(WEDNESDAY, 10))
    house.office.valid_until_s = at(WEDNESDAY, 11)
    return _asked(house, AdvanceLimitAct(**house.office.by(TED), party=BROKER, limit_fen=69_999))
