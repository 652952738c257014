"""Money of brokers in a journal that tests make: what is brought, and the market rate of a day.

Belongs here: sending in one word each. Never here: assertions.
"""

from datetime import UTC, datetime, timedelta

from protocol.acts.clearing import MarketRateAct
from protocol.messages.day.paying import Fund
from protocol.vocabulary import Right
from tests.bank_seats import TELLER_SEAT
from tests.follower.journal_maker import BROKER, JournalMaker
from tests.people import Office, signed

TED, UMA = 21, 22


def brought_and_rated(made: JournalMaker, office: Office) -> None:
    """A fen comes to the broker's clearing account of a sealed bank, and the market has a rate from the next day on."""
    day = int(f"{datetime.fromtimestamp(made.now_ns / 1e9, UTC) + timedelta(days=1):%Y%m%d}")
    made.control(Fund(BROKER, 1, 1))
    for person in (TED, UMA):
        made.control(office.hired(person, Right.CLEARING), TELLER_SEAT)
    rate = MarketRateAct(**office.by(TED), day=day, rate_millionths=24_000)
    made.control(signed(rate, TED, UMA), TELLER_SEAT)
