"""Case p: what an order waits while two hundred customers are always signing on, and what it waits alone.

Belongs here: the course of the case, what is measured, its bar. Never here: sending orders (lone_orders), the password
desk, which hashes as it does for a bank.

Both in the same run and in turn: orders alone, a storm, orders alone, a storm. Orders come from a process of their own.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import trio

from benchmarks.day.beside import orders_beside
from benchmarks.day.spans import Span, latencies_ms
from benchmarks.results import CaseResult, fail, judge
from benchmarks.system import System, Wanted, running
from frontend_sim.market.desks import TELLER_SEAT
from protocol.client import PasswordFound, Seat

CONTRACTS, CUSTOMERS = 10_000, 200
ROUNDS, QUICK_ROUNDS = 5, 2
SPAN_SECONDS = 4.0
FIRST_PASSWORDS_SECONDS_MAX = 120.0
FOLLOWER_SECONDS_MAX = 60.0
RATIO_MAX = 1.5
AGAIN = (PasswordFound.STALE, PasswordFound.BUSY, PasswordFound.AWAY)
AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class Seen:
    """What the case saw."""

    found: Counter[str] = field(default_factory=Counter)
    waited_s: list[float] = field(default_factory=list)
    in_time: int = 0  # answered within their span
    alone: list[Span] = field(default_factory=list)
    beside: list[Span] = field(default_factory=list)
    times_ns: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))


def case_p(quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """Orders of a broker of scheme B, customers of another one of scheme A by four seats of a channel."""
    with running(Wanted(1, CONTRACTS, signing_on_count=CUSTOMERS)) as system:
        seen = Seen()
        trio.run(_measure, system, QUICK_ROUNDS if quick else ROUNDS, seen, progress)
    return [_judged(seen)]


async def _measure(system: System, rounds: int, seen: Seen, progress: Callable[[str], None]) -> None:
    async with Seat.open(system.desk_settings(TELLER_SEAT)) as counter:
        await _set_first_passwords(counter, system.signing_on)
    await trio.to_thread.run_sync(system.wait_for_follower, FOLLOWER_SECONDS_MAX)
    result = system.folder / "orders.npy"
    party, seat = next(iter(system.brokers)), system.seats[0]
    command = [sys.executable, "-m", "benchmarks.day.lone_orders", str(system.folder / "yzt.toml")]
    command += [str(party), str(seat), str(CONTRACTS), str(result)]
    async with AsyncExitStack() as stack:
        each = [system.channel_settings(number) for number in system.channel_seats]
        seats = [await stack.enter_async_context(Seat.open(settings)) for settings in each]
        with orders_beside(command):
            for place in range(rounds):
                begin_ns = time.monotonic_ns()
                await trio.sleep(SPAN_SECONDS)
                seen.alone.append((begin_ns, time.monotonic_ns()))
                seen.beside.append(await _a_storm(seats, system.signing_on, seen))
                progress(f"case p: storm {place + 1}, {seen.found.total():,} sign-ons so far")
    seen.times_ns = np.load(result)


async def _set_first_passwords(counter: Seat, contracts: list[int]) -> None:
    """Raises RuntimeError when one is refused, or it takes too long."""

    async def one(contract_no: int) -> None:
        answer = await counter.set_first_password(contract_no, _password(contract_no))
        while answer.found in AGAIN:
            await trio.sleep(AGAIN_SECONDS)
            answer = await counter.set_first_password(contract_no, _password(contract_no))
        if answer.found != PasswordFound.SET:
            raise RuntimeError(f"a first password: {PasswordFound(answer.found).name}")

    with trio.move_on_after(FIRST_PASSWORDS_SECONDS_MAX) as waited:
        async with trio.open_nursery() as nursery:
            for contract_no in contracts:
                nursery.start_soon(one, contract_no)
    if waited.cancelled_caught:
        raise RuntimeError("the password desk does not set first passwords")


async def _a_storm(seats: list[Seat], contracts: list[int], seen: Seen) -> Span:
    """Every customer signs on, and again once that is answered. Returns from when to when."""
    end = trio.current_time() + SPAN_SECONDS
    begin_ns = time.monotonic_ns()

    async def one(seat: Seat, contract_no: int) -> None:
        while trio.current_time() < end:
            began = trio.current_time()
            answer = await seat.sign_on(contract_no, _password(contract_no))
            seen.found[PasswordFound(answer.found).name] += 1
            seen.waited_s.append(trio.current_time() - began)
            seen.in_time += trio.current_time() < end

    async with trio.open_nursery() as nursery:
        for place, contract_no in enumerate(contracts):
            nursery.start_soon(one, seats[place % len(seats)], contract_no)
    return begin_ns, begin_ns + int(SPAN_SECONDS * 1e9)


def _password(contract_no: int) -> str:
    return f"benchmark-{contract_no}"


def _judged(seen: Seen) -> CaseResult:
    alone_ms, beside_ms = latencies_ms(seen.times_ns, seen.alone), latencies_ms(seen.times_ns, seen.beside)
    alone_p99, beside_p99 = (float(np.percentile(each, 99)) for each in (alone_ms, beside_ms))
    seconds = sum(end - begin for begin, end in seen.beside) / 1e9
    signed_on = seen.found[PasswordFound.SIGNED_ON.name]
    result = CaseResult(
        case="p",
        what=f"single orders while {CUSTOMERS} customers are signing on",
        orders_per_second=len(beside_ms) / seconds,
        p50_ms=float(np.percentile(beside_ms, 50)),
        p99_ms=beside_p99,
        peers={},
        ratios={"p99 alone": beside_p99 / alone_p99},
        notes=[
            f"alone: p50 {np.percentile(alone_ms, 50):.2f} ms, p99 {alone_p99:.2f} ms of {len(alone_ms):,} orders; "
            f"beside: p50 {np.percentile(beside_ms, 50):.2f} ms, p99 {beside_p99:.2f} ms of {len(beside_ms):,}",
            f"{seen.in_time / seconds:,.0f} sign-ons/s, p99 of their answers {np.percentile(seen.waited_s, 99):.1f} s",
        ],
    )
    if signed_on != seen.found.total():
        fail(result, f"sign-ons were told {dict(seen.found)}")
    judge(result, beside_p99 <= RATIO_MAX * alone_p99, "p99 ≤ 1.5 × alone", "")
    return result
