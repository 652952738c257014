"""CONTROL and NEGOTIATE frames in one row: decided in order, replayed the same, and never what must be alone."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.control.rows import ControlBody, accepted_messages, decide_control, stands_alone
from ledger.core.roles import may_send_control
from ledger.core.rows.layouts import row_digest
from ledger.core.rows.row import Row, outcome_frames
from ledger.core.rows.row_form import check_bodies
from ledger.core.state.book import Book
from protocol.acts.table import VoidAct
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION, PrefixArray
from protocol.limits import OUTCOME_BYTES, PREFIX_BYTES
from protocol.messages.codec import encode
from protocol.messages.control import (
    ControlMessage,
    EndSettlement,
    Genesis,
    OpenTradeDate,
    PartyEntry,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.messages.customers.accounts import ChangeContract, OpenAccounts, SignContracts
from protocol.messages.customers.restraints import Restrain
from protocol.messages.session import Negotiate
from protocol.records import OUTCOME
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, ContractEvent, Direction, FrameKind, Role, SeatRole
from tests.bank_seats import SAVINGS_SEAT, bank_seat_for
from tests.customers import account, contract, restraint
from tests.ledger_core.desk import BROKER, MONDAY, NOW_NS, OTHER_SEAT, OWNERS, SEAT, SECOND_SEAT, TUESDAY, Desk
from tests.ledger_core.test_lane_and_law import assert_same_books
from tests.people import ANN, Office, administrators, signed

ACCEPTED = ReplyCode.ACCEPTED
LOGON = Negotiate(bytes(16), "test")
Sent = tuple[int, ControlBody, int]
"""Seat, message and session version."""


def prefixes_of(desk: Desk, sent: Sequence[Sent]) -> tuple[PrefixArray, bytes]:
    """(f,) prefixes of frames that are next at their seats, and their bodies one behind the other."""
    prefixes = np.zeros(len(sent), PREFIX)
    heads = desk.book.next_number.tolist()
    bodies = [b"\xc1" if message is None else encode(message) for _seat, message, _version in sent]
    for prefix, body, (seat, message, version) in zip(prefixes, bodies, sent, strict=True):
        numbered = not isinstance(message, Negotiate)
        prefix["kind"] = FrameKind.CONTROL if numbered else FrameKind.NEGOTIATE
        prefix["magic"], prefix["version"], prefix["direction"] = MAGIC, PROTOCOL_VERSION, Direction.TO_BANK
        prefix["recipient"] = BANK_PARTY
        prefix["suite"], prefix["sender"], prefix["seat"] = 1, OWNERS[seat], seat
        prefix["trade_date"], prefix["session_version"] = desk.book.trade_date, version
        prefix["first_number"], prefix["record_count"] = (heads[seat], 1) if numbered else (0, 0)
        prefix["body_bytes"], prefix["body_digest"] = len(body), hashlib.sha256(body).digest()
        heads[seat] += numbered
    return prefixes, b"".join(bodies)


def run(desk: Desk, *sent: Sent) -> list[int]:
    """Decides the frames as one row and keeps it; the codes of the CONTROL frames."""
    prefixes, bodies = prefixes_of(desk, sent)
    outcomes = decide_control(desk.book, prefixes, [message for _seat, message, _version in sent], desk.now_ns)
    desk._keep(prefixes, b"", bodies, outcomes, desk.book.trade_date)
    codes: list[int] = np.frombuffer(outcomes, OUTCOME)["code"].tolist()
    return codes


def story(desk: Desk) -> list[int]:
    """Each frame depends on the one before it; a logon stands between two numbered frames of its seat."""
    contract_no = contract_no_from_index(desk.book.contracts_count)
    account_no = account_no_from_index(desk.book.accounts_count)
    signing = SignContracts([contract(desk.book.accounts_count, BROKER)])
    return run(
        desk,
        (BANK_SEAT, OpenAccounts([account(70, 1_000)]), 0),
        (BANK_SEAT, signing, 0),
        (SEAT, ChangeContract(contract_no, ContractEvent.SUSPEND), 0),
        (SEAT, LOGON, 3),
        (OTHER_SEAT, ChangeContract(contract_no, ContractEvent.RESUME), 0),
        (SEAT, ChangeContract(contract_no, ContractEvent.SUSPEND), 3),
        (SECOND_SEAT, None, 0),
        (SECOND_SEAT, LOGON, 9),
        (SAVINGS_SEAT, restraint(account_no, 7), 0),
        (BANK_SEAT, signing, 0),
    )


def test_a_run_is_decided_in_order_and_each_control_frame_has_an_outcome() -> None:
    desk = Desk()
    before = desk.book.sequence

    codes = story(desk)

    assert codes == [
        *(ACCEPTED, ACCEPTED, ACCEPTED, ReplyCode.CONTRACT_UNKNOWN, ReplyCode.STATUS_FORBIDS),
        *(ReplyCode.REQUEST_MALFORMED, ACCEPTED, ReplyCode.ACCOUNT_HAS_CONTRACT),
    ]
    assert desk.book.sequence == before + 1
    numbers = desk.book.next_number[[BANK_SEAT, SAVINGS_SEAT, SEAT, OTHER_SEAT, SECOND_SEAT]].tolist()
    assert numbers == [10, 2, 3, 2, 2]  # the bank set the desk up with six
    assert desk.book.session_version[[SEAT, SECOND_SEAT]].tolist() == [3, 9]
    assert engine.row_holding(desk.book, desk.book.trade_date, SEAT, 2) == desk.book.sequence


def test_a_run_is_bound_told_and_replayed_like_every_row() -> None:
    desk = Desk()
    codes = story(desk)
    row = desk.rows[-1]

    check_bodies(row)
    frames = list(outcome_frames(row))
    assert [frame.header.seat for frame in frames] == [1, 1, SEAT, OTHER_SEAT, SEAT, SECOND_SEAT, SAVINGS_SEAT, 1]
    assert [np.frombuffer(frame.body, OUTCOME, offset=80)["code"].tolist() for frame in frames] == [[c] for c in codes]
    taken = [type(message) for message in accepted_messages(row)]
    assert taken == [OpenAccounts, SignContracts, ChangeContract, Restrain]
    assert_same_books(desk.replayed(), desk.book)


ALONE: list[ControlMessage] = [
    RegisterParty(9, Role.BROKER, 1, "ninth", False),
    RegisterKey(BROKER, 9, bytes(32), 0, 1, 0),
    RegisterSeat(30, BROKER, SeatRole.BROKER),
    OpenTradeDate(TUESDAY),
    EndSettlement(MONDAY),
    administrators(),
    signed(VoidAct(**Office(Desk().book.bank_id).by(ANN)), ANN),
]


@pytest.mark.parametrize("message", ALONE, ids=lambda message: type(message).__name__)
def test_what_must_be_alone_is_told_by_its_bytes_and_never_shares_a_row(message: ControlMessage) -> None:
    desk = Desk()
    shared: list[Sent] = [(SEAT, LOGON, 3), (bank_seat_for(message), message, 0)]
    prefixes, _bodies = prefixes_of(desk, shared)
    before = engine.state_slice_digest(desk.book, 0)

    permitted = {role for role in SeatRole if may_send_control(role, message)}
    assert permitted
    assert {role for role in SeatRole if stands_alone(role, encode(message))} == permitted
    with pytest.raises(MisuseError, match="alone"):
        decide_control(desk.book, prefixes, [LOGON, message], NOW_NS)
    assert engine.state_slice_digest(desk.book, 0) == before
    assert run(desk, (SEAT, LOGON, 3), (SEAT, message, 3)) == [ReplyCode.ROLE_FORBIDS]


def test_no_other_message_stands_alone() -> None:
    bank = PartyEntry(BANK_PARTY, Role.BANK, 1, "bank", False, [], [])
    others: list[ControlMessage] = [
        ChangeContract(98, ContractEvent.SUSPEND),
        restraint(98, 1),
        OpenAccounts([account(1, 0)]),
        SignContracts([contract(1, BROKER)]),
        Genesis(bank, TUESDAY),
    ]
    assert not any(stands_alone(role, encode(message)) for message in others for role in SeatRole)
    assert not any(stands_alone(SeatRole.MASTER_DATA, body) for body in (b"", b"\x93", b"\xc1\x14"))


@pytest.mark.parametrize(
    "sent",
    [
        [(SEAT, LOGON, 3), (SEAT, LOGON, 3)],
        [(SEAT, LOGON, 0)],
        [(SEAT, LOGON, 3), (SEAT, LOGON, 2), (SEAT, LOGON, 4)],
    ],
)
def test_a_logon_that_does_not_grow_is_in_no_row(sent: list[Sent]) -> None:
    desk = Desk()
    prefixes, _bodies = prefixes_of(desk, sent)
    with pytest.raises(MisuseError, match="grow"):
        decide_control(desk.book, prefixes, [LOGON] * len(sent), NOW_NS)
    assert desk.book.session_version[SEAT] == 0


def _flipped_code(row: Row) -> Row:
    return replace(row, outcomes=bytes(2) + row.outcomes[2:-16] + row.outcomes[:16])


def _without_last(row: Row) -> Row:
    return replace(row, headers=row.headers[:-PREFIX_BYTES], outcomes=row.outcomes[:-OUTCOME_BYTES])


def _believe(book: Book, row: Row) -> None:
    check_bodies(row)
    engine.apply_row(book, row)


FORGED: dict[str, Callable[[Row], Row]] = {
    "one outcome too few": lambda row: replace(row, outcomes=row.outcomes[:-16]),
    "a frame without its body": _without_last,
    "a code that these rules do not give": _flipped_code,
    "another number in an outcome": lambda row: replace(row, outcomes=row.outcomes[:8] + b"\x01" + row.outcomes[9:]),
    "a state in an outcome": lambda row: replace(row, outcomes=row.outcomes[:2] + b"\x01" + row.outcomes[3:]),
    "a frame of another kind": lambda row: replace(row, headers=row.headers[:6] + b"\x09" + row.headers[7:]),
    "bodies moved by a byte": lambda row: replace(row, control=row.control[1:] + b"\x00"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_run_does_not_fit(name: str) -> None:
    desk = Desk()
    story(desk)
    forged = FORGED[name](desk.rows[-1])
    forged = replace(forged, digest=row_digest(desk.rows[-2].digest, forged))
    desk.rows.pop()
    book = desk.replayed()

    with pytest.raises(InvariantBroken, match=f"row {forged.sequence}"):
        _believe(book, forged)
