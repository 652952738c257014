"""A small bank for the tests of the core: two brokers, their seats, contracts, and records in one word each.

Belongs here: setting up and sending. Never here: assertions.
Broker 2 sits at seats 11 and 12 and has sale proceeds count at the fill; broker 3 sits at seat 21 and has not.
"""

import hashlib
from dataclasses import replace as row_with
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from ledger.core import engine
from ledger.core.control.rows import heads_closed
from ledger.core.invariants import check_book
from ledger.core.rows.layouts import ROW_LAYOUT, row_digest
from ledger.core.rows.row import FIRST_DIGEST, Row
from ledger.core.rules_version import RULES_VERSION
from ledger.core.state.book import Book, BookSize
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION, PrefixArray
from protocol.limits import REQUEST_PAGE_RECORDS
from protocol.messages.codec import encode
from protocol.messages.control import (
    ControlMessage,
    EndSettlement,
    Genesis,
    OpenTradeDate,
    PartyEntry,
    RegisterParty,
    RegisterSeat,
    ServesAgain,
)
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts, SignContracts
from protocol.messages.session import Negotiate
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    BANK_PARTY,
    AccountEvent,
    ContractStatus,
    Direction,
    FrameKind,
    RecordKind,
    Role,
    SeatRole,
    Suite,
)
from tests.bank_seats import BANK_SEATS, SAVINGS_SEAT, SEAT_ROLES, bank_seat_for
from tests.customers import account, contract, holder_of
from tests.frames import make_records

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = 20260105, 20260106, 20260107, 20260108
BROKER, OTHER_BROKER = 2, 3
SEAT, SECOND_SEAT, OTHER_SEAT = 11, 12, 21
CHANNEL, CHANNEL_SEAT, NEXT_CHANNEL_SEAT = 7, 71, 72  # that a test may register
OWNERS = {
    **dict.fromkeys(SEAT_ROLES, BANK_PARTY),
    **{SEAT: BROKER, SECOND_SEAT: BROKER, OTHER_SEAT: OTHER_BROKER},
    **{CHANNEL_SEAT: CHANNEL, NEXT_CHANNEL_SEAT: CHANNEL},
}
NOW_NS = 1_000_000
SMALL = BookSize(contracts_max=64, requests_max=64 * REQUEST_PAGE_RECORDS, accounts_max=64)
SPARE_ACCOUNTS = 4  # opened first, without contracts: so no account has the index of its contract


def joined(*records: RecordArray) -> RecordArray:
    """Records one behind the other. `np.concatenate` would lay the shared bytes of a record out anew."""
    return np.frombuffer(b"".join(part.tobytes() for part in records), RECORD)


Target = tuple[int, int, int]
"""(trade date, seat, number) of a freeze."""


class Answer(NamedTuple):
    """One outcome."""

    code: ReplyCode
    state: int
    remaining_fen: int


def record(kind: int, contract_no: int, amount_fen: int, **fields: int) -> RecordArray:
    """One record with the named further fields."""
    return make_records(1, contract_no, amount_fen, kind, **fields)


def freeze(contract_no: int, amount_fen: int) -> RecordArray:
    return record(RecordKind.FREEZE, contract_no, amount_fen)


def release(target: Target, contract_no: int, amount_fen: int) -> RecordArray:
    return record(RecordKind.RELEASE, contract_no, amount_fen, **_named(target))


def fill_buy(target: Target, contract_no: int, charge_fen: int, release_fen: int = 0, on: int = 0) -> RecordArray:
    """A buy executed `on` a trade date; 0: that of its freeze."""
    day = trade_day(on or target[0])
    return record(
        RecordKind.FILL_BUY, contract_no, charge_fen, release_fen=release_fen, trade_day=day, **_named(target)
    )


def fill_sell(contract_no: int, proceeds_fen: int, on: int = MONDAY) -> RecordArray:
    return record(RecordKind.FILL_SELL, contract_no, proceeds_fen, trade_day=trade_day(on))


def account_of(contract_no: int) -> int:
    """The number of the account that `Desk.open` opened with a contract."""
    return account_no_from_index(contract_no // CONTRACT_NUMBER_STEP + SPARE_ACCOUNTS)


def deposit(contract_no: int, amount_fen: int) -> RecordArray:
    """A deposit on the account that was opened with a contract."""
    return record(RecordKind.DEPOSIT, account_of(contract_no), amount_fen)


def withdrawal(contract_no: int, amount_fen: int) -> RecordArray:
    """A withdrawal from the account that was opened with a contract."""
    return record(RecordKind.WITHDRAWAL, account_of(contract_no), amount_fen)


def codes(answers: list[Answer]) -> list[ReplyCode]:
    """The code of each answer."""
    return [answer.code for answer in answers]


def serialled(records: RecordArray, *serials: int) -> RecordArray:
    """The movements with the desk's own serial of each."""
    counted = records.copy()
    counted["partner_ref"] = np.array(serials, "<i8").view("V8")
    return counted


def _named(target: Target) -> dict[str, int]:
    return dict(zip(("target_date", "target_seat", "target_number"), target, strict=True))


def _answers(outcomes: bytes) -> list[Answer]:
    told = np.frombuffer(outcomes, OUTCOME)
    columns = (told["code"].tolist(), told["state"].tolist(), told["remaining_fen"].tolist())
    return [Answer(ReplyCode(code), state, left) for code, state, left in zip(*columns, strict=True)]


class Frame(NamedTuple):
    """A block of one seat before it has a number."""

    seat: int
    records: RecordArray
    valid_until_ns: int = 0


class Desk:
    """The book, the journal rows that made it, and the next number of each seat."""

    def __init__(self, size: BookSize = SMALL) -> None:
        self.size = size
        self.now_ns = NOW_NS
        bank = PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "bank", False, [], BANK_SEATS)
        self.rows = [engine.genesis_row(Genesis(bank, MONDAY), 1, 1, NOW_NS)]
        self.book = Book.empty(size)
        engine.apply_row(self.book, self.rows[0])
        for party, at_fill in ((BROKER, True), (OTHER_BROKER, False)):
            self.done(RegisterParty(party, Role.BROKER, Suite.ED25519_SHA256, f"broker {party}", at_fill))
        for seat, party in ((SEAT, BROKER), (SECOND_SEAT, BROKER), (OTHER_SEAT, OTHER_BROKER)):
            self.done(RegisterSeat(seat, party, SeatRole.BROKER))
        self.done(OpenAccounts([account(customer, 0) for customer in range(SPARE_ACCOUNTS)]))

    def open(self, balance_fen: int, party: int = BROKER, status: int = ContractStatus.ACTIVE) -> int:
        """Open one account, and sign one contract on it; the number of the contract. LOSS_REPORTED is active, and the
        loss of its account is reported.

        Once more accounts or contracts came about in other ways, `account_of` does not know its account.
        """
        account_no = self.open_account(balance_fen, self.book.accounts_count)
        is_lost = status == ContractStatus.LOSS_REPORTED
        contract_no = self.sign(account_no, party, ContractStatus.ACTIVE if is_lost else status)
        if is_lost:
            self.done(ChangeAccount(account_no, AccountEvent.REPORT_LOSS))
        return contract_no

    def open_account(self, balance_fen: int, holder: int) -> int:
        """Open one account; its number. Of a sealed bank the savings desk brings its money."""
        brought_fen = 0 if self.book.persons.sealed else balance_fen
        terms = replace(account(self.book.accounts_count, brought_fen), holder=holder_of(holder))
        number = self.told(OpenAccounts([terms])).remaining_fen
        if balance_fen > brought_fen:
            (answer,) = self.ask(SAVINGS_SEAT, record(RecordKind.DEPOSIT, number, balance_fen))
            assert answer.code == ReplyCode.ACCEPTED
        return number

    def sign(self, account_no: int, party: int = BROKER, status: int = ContractStatus.ACTIVE) -> int:
        """Sign one contract on an account; its number."""
        terms = contract(account_no // CONTRACT_NUMBER_STEP, party, status)
        answer = self.told(SignContracts([terms]))
        assert answer.code == ReplyCode.ACCEPTED
        return answer.remaining_fen

    def done(self, message: ControlMessage) -> None:
        """A control message of the bank that must be accepted."""
        assert self.control(message) == ReplyCode.ACCEPTED

    def control(self, message: ControlMessage | None, seat: int = 0, key_id: int = 0) -> ReplyCode:
        """The code of `told`."""
        return self.told(message, seat, key_id).code

    def told(self, message: ControlMessage | None, seat: int = 0, key_id: int = 0) -> Answer:
        """What a control message of a seat is told, 0: of the bank's that may send it; None is sent as a body that is
        no message.
        """
        body = b"\xc1" if message is None else encode(message)
        frame = Frame(seat or bank_seat_for(message), np.zeros(1, RECORD))
        prefix = self._prefixes([frame], FrameKind.CONTROL, body)
        prefix["key_id"] = key_id
        trade_date = self.book.trade_date
        outcomes = engine.decide_control(self.book, prefix, [message], self.now_ns)
        self._keep(prefix, b"", body, outcomes, trade_date)
        return _answers(outcomes)[0]

    def negotiate(self, seat: int, session_version: int) -> None:
        """A logon with this session version. Raises MisuseError when that does not grow."""
        message = Negotiate(bytes(16), "test")
        prefix = self._prefixes([Frame(seat, np.zeros(1, RECORD))], FrameKind.NEGOTIATE, encode(message))
        prefix["session_version"] = session_version
        outcomes = engine.decide_control(self.book, prefix, [message], self.now_ns)
        self._keep(prefix, b"", encode(message), outcomes, self.book.trade_date)

    def serve_again(self, alive_s: int, serves_s: int) -> None:
        """A ledger takes over, and nobody served between these seconds: a row without frames."""
        message = ServesAgain(alive_s, serves_s)
        engine.apply_resumption(self.book, message, self.now_ns)
        self._keep(np.zeros(0, PREFIX), b"", encode(message), b"", self.book.trade_date)

    def send(self, *frames: Frame) -> list[Answer]:
        """Decide frames as one block row."""
        prefixes = self.prefixes(*frames)
        records = joined(*(frame.records for frame in frames))
        trade_date = self.book.trade_date
        outcomes = engine.decide_block(self.book, prefixes, records, self.now_ns)
        self._keep(prefixes, records.tobytes(), b"", outcomes, trade_date)
        return _answers(outcomes)

    def ask(self, seat: int, *records: RecordArray) -> list[Answer]:
        """Decide records of one seat as one frame."""
        return self.send(Frame(seat, joined(*records)))

    def freeze(self, contract_no: int, amount_fen: int, seat: int = SEAT) -> Target:
        """A freeze that must be accepted; how to name it."""
        target = (self.book.trade_date, seat, int(self.book.next_number[seat]))
        (answer,) = self.ask(seat, freeze(contract_no, amount_fen))
        assert answer.code == ReplyCode.ACCEPTED
        return target

    def roll(self, trade_date: int) -> None:
        """Open a later trade date."""
        self.done(OpenTradeDate(trade_date))

    def settle(self, trade_date: int) -> None:
        """The customers of a closed date are settled."""
        self.done(EndSettlement(trade_date))

    def account(self, contract_no: int) -> int:
        """The number of the account on which a contract stands."""
        return account_no_from_index(int(self.book.account_of_contract[contract_no // CONTRACT_NUMBER_STEP]))

    def unsettled(self, contract_no: int) -> dict[int, tuple[int, int]]:
        """Trade date → (bought, sold) of the contract's account that the ring has for it, where there is any."""
        ring, row = self.book.unsettled, int(self.book.account_of_contract[contract_no // CONTRACT_NUMBER_STEP])
        found = {
            int(ring.dates[slot]): (int(ring.bought_fen[slot][row]), int(ring.sold_fen[slot][row]))
            for slot in ring.used_slots()
        }
        return {date: amounts for date, amounts in sorted(found.items()) if any(amounts)}

    def unpaid(self) -> list[tuple[int, int, int, int]]:
        """(trade date, contract index, bought, sold) of every entry of the table."""
        ring = self.book.unsettled
        columns = (ring.keys >> 32, ring.unpaid_contracts, ring.unpaid_bought_fen, ring.unpaid_sold_fen)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def money(self, contract_no: int) -> tuple[int, int, int, int]:
        """(balance, frozen, bought, sold) of the contract's account, unsettled over all dates."""
        return self.money_of(self.account(contract_no))

    def money_of(self, account_no: int) -> tuple[int, int, int, int]:
        """(balance, frozen, bought, sold) of an account, unsettled over all dates."""
        row = account_no // CONTRACT_NUMBER_STEP
        book = self.book
        columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen)
        balance, frozen, bought, sold = (int(column[row]) for column in columns)
        return balance, frozen, bought, sold

    def buying_power(self, contract_no: int) -> tuple[int, int]:
        """(buying power, withdrawable) as a query tells them to the bank."""
        (answer,) = engine.buying_power(self.book, BANK_PARTY, [contract_no])
        return answer.buying_power_fen, answer.withdrawable_fen

    def prefixes(self, *frames: Frame) -> PrefixArray:
        """Numbered prefixes of frames of records."""
        return self._prefixes(list(frames), FrameKind.RECORDS, b"")

    def _prefixes(self, frames: list[Frame], kind: FrameKind, body: bytes) -> PrefixArray:
        prefixes = np.zeros(len(frames), PREFIX)
        prefixes["magic"], prefixes["version"], prefixes["suite"] = MAGIC, PROTOCOL_VERSION, Suite.ED25519_SHA256
        prefixes["kind"], prefixes["direction"], prefixes["recipient"] = kind, Direction.TO_BANK, BANK_PARTY
        prefixes["trade_date"] = self.book.trade_date
        heads = self.book.next_number.tolist()
        for prefix, frame in zip(prefixes, frames, strict=True):
            content = body or frame.records.tobytes()
            prefix["sender"], prefix["seat"] = OWNERS[frame.seat], frame.seat
            numbered = kind != FrameKind.NEGOTIATE
            prefix["first_number"] = heads[frame.seat] if numbered else 0
            prefix["record_count"] = len(frame.records) if numbered else 0
            prefix["body_bytes"], prefix["valid_until_ns"] = len(content), frame.valid_until_ns
            prefix["body_digest"] = hashlib.sha256(content).digest()
            heads[frame.seat] += len(frame.records)
        return prefixes

    def _keep(self, prefixes: PrefixArray, records: bytes, control: bytes, outcomes: bytes, trade_date: int) -> None:
        row = Row(
            layout=ROW_LAYOUT,
            shard=1,
            sequence=self.book.sequence,
            epoch=1,
            trade_date=trade_date,
            rules_version=RULES_VERSION,
            decided_at_ns=self.now_ns,
            ordered_at_ns=self.book.ordered_at_ns,
            bank_key_ids=(7, 8),
            headers=prefixes.tobytes(),
            records=records,
            closing_heads=heads_closed(self.book, trade_date),
            control=control,
            outcomes=outcomes,
            state_check=b"",
            digest=FIRST_DIGEST,
        )
        self.rows.append(row_with(row, digest=row_digest(self.rows[-1].digest, row)))

    def replayed(self) -> Book:
        """A book that applied the stored rows."""
        book = Book.empty(self.size)
        for row in self.rows:
            engine.apply_row(book, row)
        return book


def status(desk: Desk, contract_no: int) -> ContractStatus:
    """The status told of a contract."""
    (answer,) = engine.buying_power(desk.book, BANK_PARTY, [contract_no])
    return ContractStatus(answer.status)


def code_of(desk: Desk, seat: int, *records: RecordArray) -> ReplyCode:
    """What the first record earns."""
    return desk.ask(seat, *records)[0].code


def totals(desk: Desk) -> dict[int, tuple[int, int, int, int]]:
    """Balance, frozen, bought and sold by party."""
    return {entry.party: entry.amounts_fen for entry in engine.totals(desk.book)}


def whole_state(book: Book) -> list[bytes]:
    """The digest of every slice."""
    return [state_slice_digest(book, k) for k in range(state_slice_count(book))]


def same_after_all(desk: Desk) -> None:
    """The book holds what it must, and comes out the same from its rows and from its arrays."""
    check_book(desk.book)
    for other in (desk.replayed(), from_arrays({k: v.copy() for k, v in to_arrays(desk.book).items()})):
        assert whole_state(other) == whole_state(desk.book)
        assert engine.totals(other) == engine.totals(desk.book)
