"""A seat in ordinary business: single calls, blocks, control, queries, credit, and the blocking face."""

import dataclasses
import ssl
import threading
from pathlib import Path

import numpy as np
import pytest
import trio
import trio.testing
import trustme
from cryptography.hazmat.primitives.asymmetric import ec

from frontend_sim.practice.ledger import OPENING_FEN, TRADE_DATE
from protocol.client import OutboxInUse, Outcome, Seat, SeatSettings, SyncSeat
from protocol.client.line.traffic import Traffic
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import account_no_from_index
from protocol.keys.signing import signer_from_key
from protocol.limits import CREDIT_RECORDS_MIN, FRAME_RECORDS_MAX
from protocol.messages.customers.accounts import ChangeContract
from protocol.records import RECORD, RecordArray
from protocol.session.partner import PartnerSession
from protocol.vocabulary import FrameKind
from tests.client.fake_bank import SEAT, FakeBank
from tests.frames import make_records

ACCOUNT = account_no_from_index(1)


def freezes(count: int, amount_fen: int = 1) -> RecordArray:
    """`count` freezes of one contract, numbered in `partner_ref`."""
    return make_records(count, 195, amount_fen, partner_ref=np.arange(count, dtype="<i8").view("V8"))


def two_frames(bank: FakeBank, directory: Path) -> SeatSettings:
    """Of a seat that may have two frames of single calls under way."""
    return dataclasses.replace(bank.settings(directory), call_frames_max=2)


async def test_one_freeze(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        outcome = await seat.freeze(195, 1_001_820, partner_ref=b"order 1")

        decided_at_ns = outcome.decided_at_ns
        assert outcome == Outcome(ReplyCode.ACCEPTED, 1, TRADE_DATE, 1, decided_at_ns, 1_001_820, 1, SEAT)
        assert (outcome.accepted, outcome.key) == (True, (TRADE_DATE, SEAT, 1))
        assert (seat.trade_date, seat.next_number) == (TRADE_DATE, 2)


async def test_a_refusal_is_a_value(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        outcome = await seat.freeze(195, OPENING_FEN + 1)

        assert (outcome.code, outcome.accepted, outcome.number) == (ReplyCode.INSUFFICIENT_FUNDS, False, 1)


async def test_each_verb_makes_its_record(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        frozen = await seat.freeze(195, 900, quantity=100, price=60_000, security=b"600000", market=1)
        await seat.release(frozen, 195, 100, partner_ref=b"r")
        await seat.fill_buy(frozen.key, 195, 500, release_fen=20, turnover_fen=495, quantity=60)
        await seat.fill_sell(195, 300, turnover_fen=305, quantity=10)
        await seat.deposit(ACCOUNT, 7)
        await seat.withdraw(ACCOUNT, 8)
        await seat.submit(freezes(1, 5))

        fields = ["kind", "contract_no", "amount_fen", "quantity", "target_date", "target_seat", "target_number"]
        records = bank.ledger.applied_records(SEAT)
        assert records[fields].tolist() == [
            (1, 195, 900, 100, 0, 0, 0),
            (2, 195, 100, 0, TRADE_DATE, SEAT, 1),
            (3, 195, 500, 60, TRADE_DATE, SEAT, 1),
            (4, 195, 300, 10, 0, 0, 0),
            (5, ACCOUNT, 7, 0, 0, 0, 0),
            (6, ACCOUNT, 8, 0, 0, 0, 0),
            (1, 195, 5, 0, 0, 0, 0),
        ]
        assert records[["market", "price", "security"]][0].tolist() == (1, 60_000, b"600000")
        assert records[["release_fen", "turnover_fen"]][2].tolist() == (20, 495)
        assert records[["release_fen", "turnover_fen"]][3].tolist() == (0, 305)


@pytest.mark.parametrize(
    ("amount_fen", "security", "partner_ref"),
    [(2**63, b"", b""), (1, b"123456789", b""), (1, b"", b"123456789")],
)
async def test_what_has_no_place_in_a_record_is_misuse(
    tmp_path: Path, amount_fen: int, security: bytes, partner_ref: bytes
) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        with pytest.raises(MisuseError):
            await seat.freeze(195, amount_fen, security=security, partner_ref=partner_ref)
        with pytest.raises(MisuseError, match="n ≥ 1"):
            await seat.submit_block(freezes(0))
        with pytest.raises(MisuseError, match="freezes only"):
            await seat.freeze_block(np.zeros(3, RECORD))


async def test_calls_of_many_tasks_go_as_one_frame(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        numbers: list[int] = []

        async def call() -> None:
            numbers.append((await seat.freeze(195, 1)).number)

        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(call)

        assert sorted(numbers) == list(range(1, 51))
        assert [frame.header.record_count for frame in bank.requests] == [50]


async def test_while_a_frame_of_calls_is_under_way_the_rest_gathers(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(seat.freeze, 195, 1)
                await bank.came(1)
            await trio.testing.wait_all_tasks_blocked()
            bank.speak()

        assert [frame.header.record_count for frame in bank.requests] == [1, 9]


class Passes(trio.abc.Instrument):
    """Counts the passes of the scheduler."""

    def __init__(self) -> None:
        self.count = 0

    def after_io_wait(self, timeout: float) -> None:
        self.count += 1


async def test_what_may_be_sent_is_looked_at_once_in_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outcome leaves the outbox some looks after it was told: by then whoever waited for it must have run."""
    passes, looked_in, feed = Passes(), list[int](), Traffic.feed

    def looked(traffic: Traffic, session: PartnerSession, now_ns: int) -> None:
        looked_in.append(passes.count)
        feed(traffic, session, now_ns)

    monkeypatch.setattr(Traffic, "feed", looked)
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        trio.lowlevel.add_instrument(passes)
        looked_in.clear()
        for _ in range(5):
            await seat.freeze(195, 1)
        trio.lowlevel.remove_instrument(passes)

    assert len(looked_in) >= 5
    assert len(set(looked_in)) == len(looked_in)


async def test_callers_that_wait_for_credit_are_quiet(tmp_path: Path) -> None:
    """An answer frees less credit than the calls need: nothing runs until there is more."""
    async with FakeBank.run(CREDIT_RECORDS_MIN) as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(seat.submit_block, freezes(1))
            await bank.came(1)
            nursery.start_soon(seat.submit_block, freezes(CREDIT_RECORDS_MIN - 10))
            await trio.testing.wait_all_tasks_blocked()
            for _ in range(50):
                nursery.start_soon(seat.freeze, 195, 1)
            bank.speak_first(1)
            with trio.fail_after(5):
                await trio.testing.wait_all_tasks_blocked()
            under_way = [frame.header.record_count for frame in bank.requests]
            bank.speak()

        assert sum(under_way) == CREDIT_RECORDS_MIN - 9
        assert bank.requests[-1].header.record_count == 50


async def test_a_block_keeps_its_order(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        records = freezes(3)
        records["amount_fen"] = [5, OPENING_FEN, 7]

        block = await seat.submit_block(records)

        assert block.outcomes["code"].tolist() == [0, ReplyCode.FUNDS_FROZEN, 0]
        assert (block.first_number, block.key(2)) == (1, (TRADE_DATE, SEAT, 3))
        assert not block.outcomes.flags.writeable


async def test_a_long_block_goes_in_parts(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.ledger.is_quick = True
        records = freezes(2 * FRAME_RECORDS_MAX + 5)

        block = await seat.submit_block(records)

        assert [frame.header.record_count for frame in bank.requests] == [FRAME_RECORDS_MAX, FRAME_RECORDS_MAX, 5]
        assert bank.ledger.applied_records(SEAT).tobytes() == records.tobytes()
        assert len(block.outcomes) == len(records)
        assert block.key(len(records) - 1).number == len(records)
        with pytest.raises(MisuseError):
            block.key(len(records))


async def test_credit_is_never_exceeded(tmp_path: Path) -> None:
    async with FakeBank.run(credit_records=100) as bank, Seat.open(bank.settings(tmp_path)) as seat:
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(seat.freeze_block, freezes(40))

        assert seat.statistics().links == 1  # the bank would have ended the session
        assert len(bank.ledger.applied_records(SEAT)) == 800


async def test_a_block_larger_than_the_credit_goes_in_smaller_parts(tmp_path: Path) -> None:
    async with FakeBank.run(credit_records=100) as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.freeze_block(freezes(250))

        assert [frame.header.record_count for frame in bank.requests] == [100, 100, 50]


async def test_a_call_not_yet_sent_can_be_taken_back_and_one_sent_is_not_lost(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(two_frames(bank, tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            for amount_fen in (1, 2, 3):
                nursery.start_soon(seat.freeze, 195, amount_fen)
                await bank.came(min(amount_fen, 2))
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        bank.speak()
        await seat.freeze(195, 4)

        assert bank.ledger.applied_records(SEAT)["amount_fen"].tolist() == [1, 2, 4]
        assert [left.records["amount_fen"].tolist() for left in seat.recovered] == [[1], [2]]
        assert [left.outcome.first_number for left in seat.recovered] == [1, 2]


async def test_control_consumes_a_number_of_its_own(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.freeze(195, 1)
        outcome = await seat.control(ChangeContract(195, 2))

        assert (outcome.code, outcome.number, seat.next_number) == (ReplyCode.ACCEPTED, 2, 3)
        assert bank.requests[-1].header.kind == FrameKind.CONTROL


async def test_questions(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.freeze(195, 1_000)

        money = (await seat.buying_power([195, 292])).contracts
        known, unknown = await seat.outcome_of(TRADE_DATE, 1), await seat.outcome_of(TRADE_DATE, 2)

        assert [entry.buying_power_fen for entry in money] == [OPENING_FEN - 1_000, OPENING_FEN]
        assert (known.seen, known.remaining_fen, unknown.seen) == (True, 1_000, False)
        assert seat.next_number == 2


async def test_more_questions_than_may_be_under_way_wait(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        async with trio.open_nursery() as nursery:
            for _ in range(40):
                nursery.start_soon(seat.buying_power, [195])

        assert seat.statistics().links == 1


async def test_two_seats_cannot_share_an_outbox(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)):
        with pytest.raises(OutboxInUse):
            async with Seat.open(bank.settings(tmp_path)):
                raise AssertionError("the outbox is in use")


async def test_the_callers_own_error_comes_out_as_it_is(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        with pytest.raises(LookupError, match="mine"):
            async with Seat.open(bank.settings(tmp_path)):
                raise LookupError("mine")


async def test_over_tls_with_certificates_both_ways(tmp_path: Path) -> None:
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.issue_cert("broker@example.org").configure_cert(client)
    for context in (server, client):
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    async with FakeBank.run(tls=server) as bank:
        settings = dataclasses.replace(bank.settings(tmp_path), tls=client, tls_server_name="localhost")
        async with Seat.open(settings) as seat:
            assert (await seat.freeze_block(freezes(5_000)))["code"].tolist() == [0] * 5_000


def test_settings_outside_the_limits_are_told(tmp_path: Path) -> None:
    bank = FakeBank()
    with pytest.raises(MisuseError, match="port is 0, not within 1 to 65535"):
        bank.settings(tmp_path)
    bank.port = 1
    good = bank.settings(tmp_path)
    with pytest.raises(MisuseError, match="outbox_records"):
        dataclasses.replace(good, outbox_records=CREDIT_RECORDS_MIN - 1)
    with pytest.raises(MisuseError, match="bank_verifiers is empty"):
        dataclasses.replace(good, bank_verifiers={})
    p256 = signer_from_key(ec.derive_private_key(7, ec.SECP256R1()), key_id=1)
    with pytest.raises(MisuseError, match="answers a P256_SHA256 signer with a key of that suite"):
        dataclasses.replace(good, signer=p256)


def use_blocking_face(settings: SeatSettings) -> list[str]:
    """A program without trio."""
    said = []
    with SyncSeat.open(settings) as seat:
        frozen = seat.freeze(195, 100)
        said.append(f"{frozen.code.name} {frozen.number}")
        said.append(f"{seat.release(frozen, 195, 40).number}")
        said.append(f"{seat.freeze_block(freezes(3)).shape}")
        said.append(f"{seat.outcome_of(seat.trade_date, 1).seen} {seat.next_number}")
        threads = [threading.Thread(target=seat.freeze, args=(195, 1)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        said.append(f"{seat.statistics().records_answered}")
    return said


async def test_the_blocking_face(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        said = await trio.to_thread.run_sync(use_blocking_face, bank.settings(tmp_path))

    assert said == ["ACCEPTED 1", "2", "(3,)", "True 6", "13"]


async def test_blocks_are_joined_as_bytes_because_numpy_repacks_what_it_concatenates(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        first, second = freezes(2, 5), freezes(1, 7)
        with pytest.raises(MisuseError, match="of RECORD"):
            await seat.freeze_block(np.concatenate([first, second]))

        joined = np.frombuffer(b"".join([first.tobytes(), second.tobytes()]), RECORD)
        assert (await seat.freeze_block(joined))["remaining_fen"].tolist() == [5, 5, 7]
