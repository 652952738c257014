"""Journal rows made with the core alone: what the ledger would have decided and committed, without a ledger.

Belongs here: frames, rows and the chain between them. Never here: PostgreSQL, expectations.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from cryptography.hazmat.primitives.asymmetric import ed25519

from ledger.core.control.rows import heads_closed
from ledger.core.engine import apply_genesis, decide_block, decide_control, genesis_row, totals
from ledger.core.rows.layouts import ROW_LAYOUT, row_digest
from ledger.core.rows.row import FIRST_DIGEST, Row
from ledger.core.rows.state_check import state_check
from ledger.core.rows.undecided import leave_undecided
from ledger.core.rules_version import RULES_VERSION
from ledger.core.state.book import Book, BookSize
from protocol.frame import make_frame
from protocol.given_numbers import account_no_from_index, contract_no_from_index, contract_nos_from_indices
from protocol.header import PREFIX, new_header
from protocol.keys.signing import Ed25519Signer
from protocol.messages.codec import encode
from protocol.messages.control import (
    ControlMessage,
    Genesis,
    OpenTradeDate,
    PartyEntry,
    PartyKey,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.customers.accounts import ChangeContract, OpenAccounts, SignContracts
from protocol.messages.day.steps import Mark, Tell
from protocol.messages.queries import totals_digest
from protocol.messages.session import Negotiate
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, Direction, FrameKind, RecordKind, Role, SeatRole, Suite
from tests.bank_seats import BANK_SEATS, bank_seat_for
from tests.customers import account, contract
from tests.frames import make_records

DATE = 20_260_105
NEXT_DATE = 20_260_106
BROKER = 2
OTHER_BROKER = 3
CHANNEL = 7  # that a test may register
SEAT = 11
OTHER_SEAT = 12
SEAT_OF_OTHER_BROKER = 21
SPARE_ACCOUNTS = 3
"""Accounts in front of those with contracts, so that no contract has the index of its account."""
SPARE_FEN = 70_000
START_NS = 1_767_571_200_000_000_000
KEY_ID = 1
ALWAYS_NS = 2**62
SIGNERS = {
    party: Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([party]) * 32), KEY_ID)
    for party in (BANK_PARTY, BROKER, OTHER_BROKER, CHANNEL)
}
SMALL = BookSize(contracts_max=2**17, requests_max=2**21, accounts_max=2**17)


def account_no_of(contract: int) -> int:
    """The account's number of the contract at an index, as `open_contracts` signed it."""
    return account_no_from_index(contract + SPARE_ACCOUNTS)


def record(kind: RecordKind, contract: int, amount_fen: int, **fields: int) -> RecordArray:
    """(1,) RECORD about the contract at an index, a movement about its account; a fill executed on DATE; further fields
    by name."""
    is_movement = kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL)
    if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL):
        fields.setdefault("trade_day", trade_day(DATE))
    number = account_no_of(contract) if is_movement else contract_no_from_index(contract)
    return make_records(1, number, amount_fen, kind, **fields)


def freezes(contracts: Iterable[int], amount_fen: int) -> RecordArray:
    """(n,) FREEZE records, one for each contract index."""
    indices = np.fromiter(contracts, np.int64)
    numbers = contract_nos_from_indices(indices)
    return make_records(len(indices), numbers, amount_fen, price=100_000, quantity=100, security=b"600000")


def joined(parts: Iterable[RecordArray]) -> RecordArray:
    """(n,) of the parts in order, in one layout: numpy's own joining would move overlapping fields apart."""
    return np.frombuffer(b"".join(part.tobytes() for part in parts), RECORD)


def key_id_at(bank_seat: int) -> int:
    """The id of the key that is bound to one of the bank's seats; all have the same bytes."""
    return KEY_ID + bank_seat - BANK_SEAT


@dataclass
class JournalMaker:
    """A ledger without a ledger: decides with the core and keeps the rows that would have been committed."""

    book: Book = field(default_factory=lambda: Book.empty(SMALL))
    rows: list[Row] = field(default_factory=list)
    now_ns: int = START_NS

    def open_bank(self, balances_fen: list[int], *, proceeds_at_fill: bool = True) -> None:
        """Genesis, one broker with two seats, spare accounts, one active contract for each opening balance."""
        self.genesis()
        self.register(BROKER, "东方证券", SEAT, OTHER_SEAT, proceeds_at_fill=proceeds_at_fill)
        self.open_accounts([SPARE_FEN] * SPARE_ACCOUNTS)
        self.open_contracts(balances_fen)

    def register(self, party: int, name: str, *seats: int, proceeds_at_fill: bool = True) -> None:
        """A broker with its key and its seats."""
        self.control(RegisterParty(party, Role.BROKER, Suite.ED25519_SHA256, name, proceeds_at_fill))
        self.control(RegisterKey(party, KEY_ID, SIGNERS[party].public_key(), 0, ALWAYS_NS, 0))
        for seat in seats:
            self.control(RegisterSeat(seat, party, SeatRole.BROKER))

    def genesis(self) -> Row:
        """The first row."""
        public_key = SIGNERS[BANK_PARTY].public_key()
        own = [PartyKey(key_id_at(one.seat), public_key, 0, ALWAYS_NS, one.seat) for one in BANK_SEATS]
        bank = PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "银行", False, own, BANK_SEATS)
        message = Genesis(bank, DATE)
        row = genesis_row(message, 1, 1, self._tick())
        apply_genesis(self.book, message, row.decided_at_ns, row.digest)
        self.rows.append(row)
        return row

    def open_accounts(self, balances_fen: list[int]) -> Row:
        """Accounts with consecutive numbers, each of a person of its own."""
        first = self.book.accounts_count
        return self.control(OpenAccounts([account(first + i, fen) for i, fen in enumerate(balances_fen)]))

    def open_contracts(self, balances_fen: list[int]) -> Row:
        """Active contracts of the broker with consecutive numbers, on accounts of their own."""
        first = self.book.accounts_count
        self.open_accounts(balances_fen)
        return self.control(SignContracts([contract(first + i, BROKER) for i in range(len(balances_fen))]))

    def change(self, contract: int, event: int) -> Row:
        """A status event on the contract at an index."""
        return self.control(ChangeContract(contract_no_from_index(contract), event))

    def roll(self, trade_date: int = NEXT_DATE) -> Row:
        """Opens the next trade date."""
        return self.control(OpenTradeDate(trade_date))

    def agree(self, on: int) -> None:
        """The bank's two books are found to be the same."""
        self.control(Mark(on, False))
        self.control(Tell(on, self.book.marked_sequence, totals_digest(totals(self.book))))

    def control(self, message: ControlMessage, seat: int = 0) -> Row:
        """One control frame, decided and kept; seat 0: of the bank's that may send it."""
        seat = seat or bank_seat_for(message)
        body = encode(message)
        prefix = self._prefix(FrameKind.CONTROL, seat, body, 1, int(self.book.next_number[seat]))
        decided_at_ns, trade_date = self._tick(), self.book.trade_date
        outcomes = decide_control(self.book, np.frombuffer(prefix, PREFIX), [message], decided_at_ns)
        return self._keep(decided_at_ns, trade_date, headers=prefix, control=body, outcomes=outcomes)

    def control_run(self, *sent: tuple[int, ControlMessage | Negotiate, int]) -> Row:
        """One row of control frames and logons: (seat, message, session version) each."""
        heads = {seat: int(self.book.next_number[seat]) for seat, _, _ in sent}
        prefixes = []
        for seat, message, version in sent:
            if isinstance(message, Negotiate):
                prefixes.append(self._prefix(FrameKind.NEGOTIATE, seat, encode(message), 0, 0, version))
                continue
            prefixes.append(self._prefix(FrameKind.CONTROL, seat, encode(message), 1, heads[seat], version))
            heads[seat] += 1
        headers, bodies = b"".join(prefixes), b"".join(encode(message) for _, message, _ in sent)
        decided_at_ns, trade_date = self._tick(), self.book.trade_date
        messages = [message for _, message, _ in sent]
        outcomes = decide_control(self.book, np.frombuffer(headers, PREFIX), messages, decided_at_ns)
        return self._keep(decided_at_ns, trade_date, headers=headers, control=bodies, outcomes=outcomes)

    def negotiate(self, seat: int, session_version: int) -> Row:
        """A logon, decided and kept."""
        message = Negotiate(bytes(16), "test")
        body = encode(message)
        prefix = self._prefix(FrameKind.NEGOTIATE, seat, body, 0, 0, session_version)
        decided_at_ns, trade_date = self._tick(), self.book.trade_date
        outcomes = decide_control(self.book, np.frombuffer(prefix, PREFIX), [message], decided_at_ns)
        return self._keep(decided_at_ns, trade_date, headers=prefix, control=body, outcomes=outcomes)

    def block(self, *frames: tuple[int, RecordArray], check_slice: int | None = None) -> Row:
        """One commit of (seat, records) frames; `check_slice` adds the digest of that slice of the state after it."""
        expected = {seat: int(self.book.next_number[seat]) for seat, _ in frames}
        prefixes = []
        for seat, records in frames:
            prefixes.append(self._prefix(FrameKind.RECORDS, seat, records.tobytes(), len(records), expected[seat]))
            expected[seat] += len(records)
        headers = b"".join(prefixes)
        records = joined([records for _, records in frames])
        decided_at_ns, trade_date = self._tick(), self.book.trade_date
        outcomes = decide_block(self.book, np.frombuffer(headers, PREFIX), records, decided_at_ns)
        check = b""
        if check_slice is not None:
            check = state_check(self.book, check_slice)
        return self._keep(
            decided_at_ns,
            trade_date,
            headers=headers,
            records=records.tobytes(),
            outcomes=outcomes,
            state_check=check,
        )

    def undecided(self, seat: int, records: RecordArray) -> Row:
        """A frame that the ledger could not decide: its numbers are used and nothing else."""
        first_number = int(self.book.next_number[seat])
        headers = self._prefix(FrameKind.RECORDS, seat, records.tobytes(), len(records), first_number)
        decided_at_ns, trade_date = self._tick(), self.book.trade_date
        outcomes = leave_undecided(self.book, np.frombuffer(headers, PREFIX), decided_at_ns, decided_at_ns)
        return self._keep(decided_at_ns, trade_date, headers=headers, records=records.tobytes(), outcomes=outcomes)

    def _tick(self) -> int:
        self.now_ns += 1_000_000
        return self.now_ns

    def _prefix(
        self, kind: FrameKind, seat: int, body: bytes, count: int, first_number: int, session_version: int = 1
    ) -> bytes:
        """160 bytes: a header as the seat's party would send it, with its signature."""
        party = int(self.book.seat_owner[seat])
        header = new_header(
            kind,
            Direction.TO_BANK,
            sender=party,
            recipient=BANK_PARTY,
            seat=seat,
            trade_date=self.book.trade_date,
            session_version=session_version,
            key_id=key_id_at(seat) if party == BANK_PARTY else KEY_ID,
            first_number=first_number,
            record_count=count,
            sent_at_ns=self.now_ns,
        )
        frame = make_frame(header, body, SIGNERS[party].sign)
        return frame.header_bytes + frame.signature

    def _keep(
        self,
        decided_at_ns: int,
        trade_date: int,
        *,
        headers: bytes,
        outcomes: bytes,
        records: bytes = b"",
        control: bytes = b"",
        state_check: bytes = b"",
    ) -> Row:
        unchained = Row(
            layout=ROW_LAYOUT,
            shard=1,
            sequence=self.book.sequence,
            epoch=1,
            trade_date=trade_date,
            rules_version=RULES_VERSION,
            decided_at_ns=decided_at_ns,
            ordered_at_ns=self.book.ordered_at_ns,
            bank_key_ids=(1, 2),
            headers=headers,
            records=records,
            closing_heads=heads_closed(self.book, trade_date),
            control=control,
            outcomes=outcomes,
            state_check=state_check,
            digest=b"",
        )
        previous = self.rows[-1].digest if self.rows else FIRST_DIGEST
        row = replace(unchained, digest=row_digest(previous, unchained))
        self.rows.append(row)
        return row
