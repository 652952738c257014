"""The practice bank as the SDK's tests use it: with the settings of a seat that is patient for milliseconds.

Belongs here: settings. Never here: the bank itself (frontend_sim.practice).
"""

from pathlib import Path

from frontend_sim.practice import cast
from frontend_sim.practice.bank import PracticeBank
from protocol.client import SeatSettings
from protocol.limits import CREDIT_RECORDS_DEFAULT

BROKER = cast.BROKER
SEATS = cast.SEATS[BROKER]
SEAT = SEATS[0]
BANK_KEY_ID = 1
RETRY_NS = 1_000_000
LATE_SECONDS = 0.02


class FakeBank(PracticeBank):
    """A practice bank that does not let a test wait."""

    def __init__(self, credit_records: int = CREDIT_RECORDS_DEFAULT) -> None:
        super().__init__(credit_records)
        self.retry_ns = RETRY_NS
        self.late_seconds = LATE_SECONDS

    def settings(self, directory: Path, seat: int = SEAT) -> SeatSettings:
        """Settings of a broker's seat at this bank, with short pauses."""
        return SeatSettings(
            "127.0.0.1",
            self.port,
            BROKER,
            seat,
            cast.broker_signer(BROKER),
            {BANK_KEY_ID: cast.bank_verifiers()[BANK_KEY_ID]},
            directory / f"seat{seat}.outbox",
            backoff_first_ns=1_000_000,
            backoff_last_ns=2_000_000,
        )
