"""The recent look at the journal's head, without which nothing is told from memory.

Belongs here: how old the newest look may be, looking again while no commit does it, giving up on a database that does
not answer. Never here: SQL (journal), answers (gate, pipeline).

A ledger that is fenced, cut off from its database, or was stopped for a while still has a book that looks sound. Each
commit proves that the journal is ours still; while there is none, the head is read every LOOK_EVERY_NS.
"""

import asyncio
from collections.abc import Callable

from config.kit.exit_codes import ProcessFault
from ledger.database.boot_clock import boot_ns
from ledger.database.connections import DATABASE_FAULTS
from ledger.journal.head import JournalLost
from ledger.journal.writer import Journal
from protocol.limits import COMMIT_NS_MAX, LOOK_EVERY_NS, LOOK_NS_MAX

LOOK_EVERY_SECONDS = LOOK_EVERY_NS / 1e9


class Look:
    """Whether the journal was ours a moment ago. `keep` is its whole life."""

    def __init__(
        self,
        journal: Journal,
        on_seen: Callable[[], None],
        on_fault: Callable[[ProcessFault], None],
        clock_ns: Callable[[], int] = boot_ns,
    ) -> None:
        """`on_seen` is called after each look, `on_fault` once, when the journal is another's or does not answer."""
        self._journal = journal
        self._on_seen = on_seen
        self._on_fault = on_fault
        self._clock_ns = clock_ns
        self._asked = asyncio.Event()
        self._looked = asyncio.Event()  # set, and replaced, by each look

    @property
    def age_ns(self) -> int:
        """How long ago the newest look began that showed the journal to be ours."""
        return self._clock_ns() - self._journal.confirmed_ns

    def is_recent(self) -> bool:
        """Whether what is in memory may be told. If not, a fresh look begins now."""
        if self.age_ns <= LOOK_NS_MAX:
            return True
        self._asked.set()
        return False

    async def recent(self) -> None:
        """Returns when the newest look is recent."""
        while not self.is_recent():
            await self._looked.wait()

    async def keep(self) -> None:
        """Looks until cancelled, or until the journal is lost, which `on_fault` is told."""
        try:
            while True:
                await self._wait_until_due()
                await self._look()
                self._looked.set()
                self._looked = asyncio.Event()
                self._on_seen()
        except ProcessFault as fault:
            self._on_fault(fault)
        except DATABASE_FAULTS as error:
            self._on_fault(JournalLost(f"PostgreSQL cannot be asked whose the journal is: {error}"))

    async def _wait_until_due(self) -> None:
        while not self._asked.is_set():
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._asked.wait()
            except TimeoutError:
                self._check_commit()
                if self.age_ns >= LOOK_EVERY_NS:
                    break
        self._asked.clear()

    async def _look(self) -> None:
        """Raises: Fenced when another ledger has the journal, JournalLost when no answer comes within COMMIT_NS_MAX."""
        began_ns = self._clock_ns()
        looking = asyncio.ensure_future(self._journal.confirm())
        looking.add_done_callback(_heard)  # nobody else hears it when we give up; the connection's end ends it
        while not (await asyncio.wait({looking}, timeout=LOOK_EVERY_SECONDS))[0]:
            self._check_commit()
            self._check_within_limit(began_ns, "the question whose the journal is has no answer")
        looking.result()

    def _check_commit(self) -> None:
        if self._journal.append_began_ns:
            self._check_within_limit(self._journal.append_began_ns, "a commit has an unknown fate: it has not ended")

    def _check_within_limit(self, began_ns: int, what: str) -> None:
        waited_ns = self._clock_ns() - began_ns
        if waited_ns > COMMIT_NS_MAX:
            raise JournalLost(f"PostgreSQL does not answer: {what} after {waited_ns // 1_000_000_000} s")


def _heard(looking: asyncio.Future[None]) -> None:
    if not looking.cancelled():
        looking.exception()
