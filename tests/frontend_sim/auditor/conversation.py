"""A conversation about one contract, which the auditor judges: who says what, and what was answered.

Belongs here: noting requests with their answers. Never here: assertions.
"""

from dataclasses import dataclass, field

from frontend_sim.auditor.auditor import ACCOUNT_KINDS, Auditor
from frontend_sim.auditor.observations import ControlKind, Seen
from frontend_sim.auditor.register import Totals
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, FREEZE_STATE_OPEN
from protocol.trade_dates import trade_day as trade_day_of
from protocol.vocabulary import ContractStatus, RecordKind, Role

BANK, BROKER, STRANGER = 1, 2, 3
BANK_SEAT, BROKER_SEAT, STRANGER_SEAT = 1, 21, 31
PARTY_OF_SEAT = {BANK_SEAT: BANK, BROKER_SEAT: BROKER, STRANGER_SEAT: STRANGER}
TODAY = 20_260_105
TODAYS_DAY = trade_day_of(TODAY)
CONTRACT = contract_no_from_index(1)
ACCOUNT = account_no_from_index(4)
ANSWERED = (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)


@dataclass
class Conversation:
    """Requests and answers on one contract, each in a journal row of its own unless a row is named."""

    balance_fen: int
    proceeds_at_fill: bool = True
    status: ContractStatus = ContractStatus.ACTIVE
    auditor: Auditor = field(default_factory=Auditor)
    row: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.auditor.register_party(BANK, Role.BANK, False)
        self.auditor.register_party(BROKER, Role.BROKER, self.proceeds_at_fill)
        self.auditor.register_party(STRANGER, Role.BROKER, True)
        self.auditor.open_account(ACCOUNT, self.balance_fen)
        self.auditor.sign_contract(CONTRACT, ACCOUNT, BROKER, self.status)

    def said(
        self,
        seat: int,
        kind: RecordKind | ControlKind,
        amount_fen: int,
        answer: tuple[int, int, int],
        target: int = 0,
        release_fen: int = 0,
        same_row: bool = False,
        contract_no: int = 0,
        target_seat: int = BROKER_SEAT,
        valid_until_ns: int = 0,
        trade_day: int | None = None,
        serial: int = 0,
    ) -> int:
        """Note one request with its answer; a fill is executed today unless told. Returns its number."""
        if trade_day is None:
            trade_day = TODAYS_DAY if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL) else 0
        named_no = contract_no or (ACCOUNT if kind in ACCOUNT_KINDS else CONTRACT)
        self.row += 0 if same_row else 1
        number = self.numbers[seat] = self.numbers.get(seat, 0) + 1
        place = (self.row, seat, number, TODAY, PARTY_OF_SEAT[seat], 1_000 + self.row, valid_until_ns)
        key = (TODAY, target_seat, target) if target else (0, 0, 0)
        self.seen.append(Seen(*place, int(kind), trade_day, named_no, amount_fen, release_fen, *key, *answer, serial))
        return number

    def verdict(self) -> list[str]:
        """Judge what was noted since the last time."""
        self.auditor.judge(self.seen)
        self.seen.clear()
        return self.auditor.mismatches

    def totals(self) -> Totals:
        """Of the broker."""
        return self.auditor.totals()[BROKER]


def refused(code: ReplyCode) -> tuple[int, int, int]:
    """The answer with this code."""
    return (code, FREEZE_STATE_NONE, 0)


def frozen(amount_fen: int) -> tuple[int, int, int]:
    """The answer to an order of which so much is open."""
    return (ReplyCode.ACCEPTED, FREEZE_STATE_OPEN, amount_fen)


CLOSED = (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0)
