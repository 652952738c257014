"""The bank's desks beside its seat of master data: their seats, their keys, and how they are registered.

Belongs here: which seats the simulated bank has. Never here: what a desk sends (bank), files (installation).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.kit.exit_codes import ExitCode, ProcessFault
from frontend_sim.market.order_seat import BankSeat, OutcomeLike
from protocol.codes import ReplyCode
from protocol.keys.signing import Signer
from protocol.messages.control import ControlMessage, RegisterKey, RegisterSeat
from protocol.vocabulary import BANK_PARTY, SeatRole

SAVINGS_SEAT = 2
TELLER_SEAT = 3
DAY_SEAT = 4
IDENTITY_SEAT = 6
PASSWORD_SEAT = 7
ROLES = {
    SAVINGS_SEAT: SeatRole.SAVINGS_DESK,
    TELLER_SEAT: SeatRole.TELLER_DESK,
    DAY_SEAT: SeatRole.DAY_DESK,
    IDENTITY_SEAT: SeatRole.IDENTITY_DESK,
    PASSWORD_SEAT: SeatRole.PASSWORD_DESK,
}
KEY_VALID_UNTIL_NS = 2**62


class LoadRefused(ProcessFault):
    """The bank's own master data was refused: the message says which and why."""

    def __init__(self, message: str) -> None:
        """Takes that; the code is always ExitCode.FAILED."""
        super().__init__(message, ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class BankDesks:
    """The signer of each desk, by seat."""

    signers: dict[int, Signer]

    async def register(self, bank: BankSeat) -> None:
        """Register every desk with the key that it alone may use. Raises LoadRefused."""
        for message in desk_messages(self.signers):
            await must_accept(bank, message, f"desk: {type(message).__name__}")


def desk_messages(signers: dict[int, Signer]) -> Iterable[ControlMessage]:
    """What makes the desks known, seats before the keys that are bound to them."""
    for seat, signer in signers.items():
        yield RegisterSeat(seat, BANK_PARTY, ROLES[seat])
        yield RegisterKey(BANK_PARTY, signer.key_id, signer.public_key(), 0, KEY_VALID_UNTIL_NS, seat)


async def must_accept(bank: BankSeat, message: ControlMessage, what: str) -> OutcomeLike:
    """Send a control message. Raises LoadRefused when it is not accepted."""
    return accepted(await bank.control(message), what)


def accepted(outcome: OutcomeLike, what: str) -> OutcomeLike:
    """The same outcome. Raises LoadRefused when it is a refusal."""
    if outcome.code != ReplyCode.ACCEPTED:
        raise LoadRefused(f"{what}: {ReplyCode(outcome.code).name}")
    return outcome
