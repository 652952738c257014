"""Orders through a small bank by chance: what channels, brokers and desks say, much of it wrong.

Belongs here: a bank with everything that orders hang on, drawing what is said next. Never here: an opinion on what it
earns. Who looks on hears of each step by `Watch`.

Two channels serve the first broker, which is of scheme A; the other one is of B. A share and a bond are traded; prices,
fees and what a bond bears change, dates are opened, a card is replaced.
"""

import random
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from msgspec.structs import replace

from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import (
    ControlMessage,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterParty,
    SetScheme,
)
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts, ReplaceCard, SignContracts
from protocol.messages.day.steps import SignOn
from protocol.messages.orders.fees import FeeComponent
from protocol.messages.orders.securities import ResumeSecurity, SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier
from protocol.records import RecordArray
from protocol.vocabulary import (
    AccountEvent,
    Market,
    OrderType,
    Product,
    RecordKind,
    Role,
    Scheme,
    Side,
    Suite,
    Verdict,
    market_and_side,
)
from tests.bank_seats import PASSWORD_SEAT, SAVINGS_SEAT, TELLER_SEAT
from tests.customers import account, contract, restraint
from tests.fees import COMMISSION, fees_set
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    NEXT_CHANNEL_SEAT,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Frame,
    deposit,
    freeze,
    joined,
    record,
    withdrawal,
)
from tests.ledger_core.orders.signing import PHONE, SALT, VERIFIER, WEB
from tests.phases import DAY_S, HALF_PAST_NINE_S, morning
from tests.securities import bond, limits, priced, registered, share

SHARE, BOND, UNHEARD_OF = "600000", "019547", "000001"
DATES = (MONDAY, TUESDAY, WEDNESDAY)
CHANNELS = {CHANNEL_SEAT: PHONE, NEXT_CHANNEL_SEAT: WEB}
ORDERING_SEATS = (CHANNEL_SEAT, CHANNEL_SEAT, NEXT_CHANNEL_SEAT)
SEATS = (*ORDERING_SEATS * 2, *[SEAT] * 5, SECOND_SEAT, OTHER_SEAT, PASSWORD_SEAT, SAVINGS_SEAT, TELLER_SEAT)
BALANCES_FEN = (30_000_000, 30_000_000, 1_500_000, 250_000, 2_000_000)
YUAN = 10_000


class Watch(Protocol):
    """Who looks on."""

    def heard(self, message: ControlMessage, seat: int, answer: Answer) -> None:
        """A control message of a seat, 0 for the bank's, and its answer."""
        ...

    def seen(self, frames: list[Frame], first_numbers: list[int], answers: list[Answer]) -> None:
        """The frames of a row in their order, and the answers to their records."""
        ...


class Known(NamedTuple):
    """An order that was sent."""

    trade_date: int
    seat: int
    number: int
    contract_no: int
    code: str
    quantity: int
    limit: int


@dataclass
class Trading:
    """The bank; `step` lets something happen."""

    chance: random.Random
    watch: Watch
    desk: Desk = field(default_factory=Desk)
    contracts: list[int] = field(default_factory=list)
    orders: list[Known] = field(default_factory=list)
    generations: dict[int, int] = field(default_factory=dict)

    def begin(self) -> None:
        """What orders hang on is there, mostly; the customers of the first broker have passwords and are signed on."""
        self.desk.now_ns = (HALF_PAST_NINE_S + 60) * 10**9
        self.tell(SetScheme(BROKER, Scheme.A))
        self.tell(RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False))
        for seat, channel in CHANNELS.items():
            self.tell(RegisterChannelSeat(seat, CHANNEL, channel, BROKER))
        for place, balance_fen in enumerate(BALANCES_FEN):
            account_no = self._open(balance_fen)
            row, party = account_no // CONTRACT_NUMBER_STEP, BROKER if place < 4 else OTHER_BROKER
            self.contracts.append(self.tell(SignContracts([contract(row, party)])).remaining_fen)
        self.tell(registered(share(MONDAY), bond(MONDAY)))
        self.tell(priced(MONDAY, limits(low=5 * YUAN), limits(BOND, 900_000, 1_100_000, 12_345)))
        self.tell(fees_set(BROKER, MONDAY))
        self.tell(fees_set(BROKER, MONDAY, product=Product.BOND))
        self.tell(morning(MONDAY))
        self.tell(SignOn(MONDAY), SEAT)
        self.tell(restraint(self.desk.account(self.contracts[1]), 20_000_000))
        for contract_no in self.contracts[:4]:
            self.tell(SetVerifier(contract_no, 0, SALT, VERIFIER))
            for channel in (PHONE, WEB):
                self.send(Frame(PASSWORD_SEAT, self._verdict(contract_no, Verdict.SIGNED_ON, channel)))

    def step(self) -> None:
        """A row of frames, or something else that is said of the day."""
        self.desk.now_ns += self.chance.choice((0, 0, 10**9, 60 * 10**9, 4_000 * 10**9 if self._seldom() else 0))
        if self.chance.random() < 0.75:
            seats = self.chance.sample(SEATS, self.chance.choice((1, 1, 1, 2, 3)))
            if SEAT in seats:  # which of a broker's seats spoke first in a row nobody could tell afterwards
                seats = [seat for seat in seats if seat != SECOND_SEAT]
            frames = {seat: self._frame(seat) for seat in seats}
            self.send(*frames.values())
        else:
            self._control()

    def tell(self, message: ControlMessage, seat: int = 0) -> Answer:
        """A control message that may be refused."""
        answer = self.desk.told(message, seat)
        self.watch.heard(message, seat, answer)
        return answer

    def send(self, *frames: Frame) -> None:
        """One row."""
        heads = self.desk.book.next_number
        firsts = [int(heads[frame.seat]) for frame in frames]
        answers = self.desk.send(*frames)
        codes = iter([answer.code for answer in answers])
        for frame, first in zip(frames, firsts, strict=True):
            for place, one in enumerate(frame.records):
                self._note(frame.seat, first + place, one, is_taken=next(codes) == ReplyCode.ACCEPTED)
        self.watch.seen(list(frames), firsts, answers)

    def _note(self, seat: int, number: int, one: np.void, *, is_taken: bool) -> None:
        if int(one["kind"]) == RecordKind.ORDER and (is_taken or self._seldom()):
            name = (self.desk.book.trade_date, seat, number, int(one["contract_no"]))
            code = bytes(one["security"]).decode("ascii")
            self.orders.append(Known(*name, code, int(one["quantity"]), int(one["limit"])))

    def _frame(self, seat: int) -> Frame:
        until_ns = self.chance.choice((*[0] * 8, self.desk.now_ns, self.desk.now_ns - 1))
        makes = {**dict.fromkeys(CHANNELS, self._of_channel), PASSWORD_SEAT: self._of_password_desk}
        makes |= {SAVINGS_SEAT: self._of_savings, TELLER_SEAT: self._cancel}
        count = self.chance.choice((1, 2, 3, 5))
        return Frame(seat, joined(*(makes.get(seat, self._of_broker)() for _ in range(count))), until_ns)

    def _of_channel(self) -> RecordArray:
        kind = self.chance.random()
        if kind < 0.6 or not self.orders:
            return self._order()
        return self._cancel() if kind < 0.98 else self._report()

    def _of_broker(self) -> RecordArray:
        if self.chance.random() < 0.04 or not self.orders:
            return freeze(self._contract(), 100)
        return self._report() if self.chance.random() < 0.98 else self._order()

    def _of_savings(self) -> RecordArray:
        fen = self.chance.choice((1, 100_000, 900_000))
        make = self.chance.choice((deposit, withdrawal))
        return make(self.chance.choice(self.contracts[: len(BALANCES_FEN)]), fen)

    def _of_password_desk(self) -> RecordArray:
        verdict = self.chance.choice((Verdict.SIGNED_ON, Verdict.SIGNED_ON, Verdict.FAILED))
        return self._verdict(self._contract(), verdict, self.chance.choice((PHONE, WEB, WEB, 3)))

    def _order(self) -> RecordArray:
        code = self.chance.choice((SHARE, SHARE, SHARE, BOND, *([UNHEARD_OF] if self._seldom() else [])))
        is_share = code == SHARE
        quantity = self.chance.choice((100, 300, 1_000, 1_000)) if is_share else self.chance.choice((1, 2, 7))
        limit = self.chance.choice((5 * YUAN, 99_900, 100_000)) if is_share else self.chance.choice((950_100, 10**6))
        side, order_type = Side.BUY, OrderType.LIMIT
        if self._seldom():
            quantity = self.chance.choice((0, 150, -100, 1_000_100))
        if self._seldom():
            limit = self.chance.choice((0, 99_950, 111_000, 49_900, 2**31, -100))
        if self._seldom():
            side, order_type = Side.SELL, self.chance.choice((*OrderType, 6))
        return self._sided(RecordKind.ORDER, self._contract(), code, side, quantity, limit, order_type)

    def _cancel(self) -> RecordArray:
        if not self.orders:
            return self._order()
        return self._about(RecordKind.CANCEL, self._known())

    def _report(self) -> RecordArray:
        known = self._known()
        kind = self.chance.choice(
            (
                *[RecordKind.EXECUTED] * 4,
                *[RecordKind.TAKEN] * 2,
                *[RecordKind.CANCELLED] * 2,
                RecordKind.CANCEL_REFUSED,
                RecordKind.REFUSED,
            )
        )
        reason = self.chance.choice((1, 255)) if not self._seldom() else self.chance.choice((0, 256))
        last = int(self.desk.book.orders.entries.last[BROKER])
        asked = max(0, last - self.chance.choice((0, 0, 0, 1, 2, 3)))
        pieces = 10 if known.code == BOND else 1
        lot = 1 if known.code == BOND else 100
        quantity = self.chance.choice(
            (lot, 2 * lot, 3 * lot, known.quantity // 2, known.quantity, known.quantity + lot)
        )
        quantity = min(max(0 if self._seldom() else 1, quantity), 2**31 - 1)
        price = known.limit - self.chance.choice((0, 0, 100, 5_000, -1 if self._seldom() else 0))
        paid = quantity * pieces * (price + (12_345 if known.code == BOND else 0))
        match kind:
            case RecordKind.TAKEN:
                return self._about(kind, known, word=self.chance.choice((42, 42, 42, 43, 0)))
            case RecordKind.REFUSED:
                return self._about(kind, known, reason=reason)
            case RecordKind.EXECUTED:
                return self._about(kind, known, quantity=quantity, word=min(max(0, paid), 2**50))
            case RecordKind.CANCELLED:
                asked = self.chance.choice((asked, 0))
                return self._about(kind, known, quantity=quantity, word=asked, reason=reason)
            case _:
                return self._about(kind, known, word=asked, reason=reason)

    def _control(self) -> None:
        says = self.chance.randrange(12)
        open_date, contract_no = self.desk.book.trade_date, self.chance.choice(self.contracts)
        code = self.chance.choice((SHARE, BOND))
        match says:
            case 0 | 1:
                accrued = self.chance.choice((12_345, 12_345, 0))
                self.tell(priced(open_date, limits(low=5 * YUAN), limits(BOND, 900_000, 1_100_000, accrued)))
            case 2:
                make = self.chance.choice((SuspendSecurity, ResumeSecurity, ResumeSecurity))
                self.tell(make(int(Market.XSHG), code, "so it is"))
            case 3 | 4:
                rate = self.chance.choice((1_800_000, 3_000_000))
                component = FeeComponent(rate, 0, 0, 0, self.chance.choice((0, 500)), self.chance.choice((0, 9_000)))
                product = Product.SHARE if code == SHARE else Product.BOND
                self.tell(fees_set(BROKER, open_date, component, product=product))
            case 5:
                generation = self.generations.get(contract_no, self.chance.choice((1, 1, 2)))
                self.generations[contract_no] = generation + 1
                self.tell(SetVerifier(contract_no, generation, SALT, VERIFIER))
            case 6:
                if self._seldom():
                    self.tell(ReportPasswordLoss(contract_no))
                else:
                    self.tell(EndSignOn(contract_no), self.chance.choice(tuple(CHANNELS)))
            case 7:
                event = self.chance.choice((AccountEvent.REPORT_LOSS, AccountEvent.LIFT_LOSS, AccountEvent.LIFT_LOSS))
                self.tell(ChangeAccount(self.desk.account(contract_no), event))
            case 8:
                self.tell(SignOn(open_date), SEAT)
            case 9 if open_date != DATES[-1] and self.chance.random() < 0.4:
                self._roll(DATES[DATES.index(open_date) + 1])
            case 10 if contract_no in self.contracts[:4] and self.chance.random() < 0.4:
                self._replace(contract_no)
            case _:
                self.tell(fees_set(BROKER, open_date, COMMISSION))

    def _roll(self, trade_date: int) -> None:
        """A date is opened, with or without its limits and its phases."""
        self.tell(morning(trade_date))
        if self.chance.random() < 0.7:
            self.tell(priced(trade_date, limits(low=5 * YUAN), limits(BOND, 900_000, 1_100_000, 12_345)))
        self.tell(OpenTradeDate(trade_date))
        self.desk.now_ns = (HALF_PAST_NINE_S + DATES.index(trade_date) * DAY_S + 60) * 10**9
        if self.chance.random() < 0.7:
            self.tell(SignOn(trade_date), SEAT)
        for contract_no in self.contracts[:4]:
            self.send(Frame(PASSWORD_SEAT, self._verdict(contract_no, Verdict.SIGNED_ON, PHONE)))

    def _open(self, balance_fen: int) -> int:
        """Another account; its number."""
        return self.tell(OpenAccounts([account(self.desk.book.accounts_count, balance_fen)])).remaining_fen

    def _replace(self, contract_no: int) -> None:
        holder = account(contract_no // CONTRACT_NUMBER_STEP + SPARE_ACCOUNTS, 0).holder
        terms = replace(account(self.desk.book.accounts_count, 1_000_000), holder=holder)
        account_no = self.tell(OpenAccounts([terms])).remaining_fen
        answer = self.tell(ReplaceCard(contract_no, account_no))
        if answer.code == ReplyCode.ACCEPTED:
            self.contracts.append(answer.remaining_fen)

    def _contract(self) -> int:
        number = self.chance.choice((*self.contracts[:4] * 3, *self.contracts))
        return number + 100_000 if self._seldom() else number

    def _known(self) -> Known:
        """Mostly one of the last."""
        known = self.chance.choice(self.orders[-8:] if self.chance.random() < 0.8 else self.orders)
        return known._replace(number=known.number + 1) if self._seldom() else known

    def _seldom(self) -> bool:
        return self.chance.random() < 0.03

    def _verdict(self, contract_no: int, verdict: int, channel: int) -> RecordArray:
        generation = int(self.desk.book.orders.sign_ons.password(contract_no // 100 % 64).generation)
        until_s = self.desk.now_ns // 10**9 + self.chance.choice((60, *[86_400] * 5))
        named = {"verdict": verdict, "generation": generation + (1 if self._seldom() else 0), "channel": channel}
        named["until_s"] = until_s if verdict == Verdict.SIGNED_ON else 0
        return record(RecordKind.SIGNED_ON, contract_no, 0, nonce=77, **named)

    def _about(self, kind: RecordKind, known: Known, quantity: int = 0, word: int = 0, reason: int = 0) -> RecordArray:
        contract_no = self._contract() if self._seldom() else known.contract_no
        code = self.chance.choice((SHARE, BOND)) if self._seldom() else known.code
        side = Side.SELL if self._seldom() else Side.BUY
        made = self._sided(kind, contract_no, code, side, quantity, word, reason)
        made["target_date"], made["target_seat"], made["target_number"] = known[:3]
        return made

    def _sided(
        self, kind: RecordKind, contract_no: int, code: str, side: int, quantity: int, word: int, reason: int
    ) -> RecordArray:
        made = record(kind, contract_no, 0)
        made["market_and_side"] = market_and_side(Market.XSHG, Side(side)) if not self._seldom() else side
        made["quantity"], made["limit"], made["order_type"] = quantity, word, reason
        made["security"] = code.encode()
        return made
