"""The ledger as a service: start (take over, recover), gateway links, registration, the book feed, an
orderly end.

Belongs here: what happens in which order over the life of the process. Never here: the order path
(pipeline), exit
statuses (__main__).
"""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import IO, TYPE_CHECKING

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import take_lock
from config.kit.telling import asking
from config.kit.telling.ready_files import withdraw_ready, write_ready
from config.schema import Config
from ledger.core import engine
from ledger.core.control.day.resumption import moved
from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.database import guard
from ledger.database.boot_clock import boot_ns
from ledger.database.migrate import migrate
from ledger.journal.chain import refuse_newer
from ledger.journal.genesis import commit_genesis
from ledger.journal.head import Head, JournalTampered
from ledger.journal.writer import Journal
from ledger.link import UNDECIDED_BYTES_MAX, UNDECIDED_BYTES_RESUME, GatewayLink
from ledger.master_data_log import MasterDataLog
from ledger.order_path import replies
from ledger.order_path.deciding import Decider
from ledger.order_path.groups import GroupCap
from ledger.order_path.pipeline import Listeners, Pipeline
from ledger.order_path.row_maker import RowMaker
from ledger.recovery import check_first_start, recover
from ledger.watch import metrics
from ledger.watch.answering import answer
from ledger.watch.clock_watch import LedgerClock
from ledger.watch.suspects import FrameFault, Suspects
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.limits import ALIVE_EVERY_S, CLOCK_STEP_NS, LINK_BEAT_NS, LOOK_NS_MAX
from protocol.messages.codec import decode_link, encode
from protocol.messages.control import ServesAgain
from protocol.messages.gateway_link import ChannelSeat, Register, Registered
from protocol.vocabulary import BANK_PARTY, FrameKind

if TYPE_CHECKING:
    from config.kit.telling.exposition import Exposition

Progress = Callable[[str], None]
NS_PER_S = 1_000_000_000
FEED_PAGE_BYTES = 4 * 1024 * 1024
LINKS_UNREGISTERED_MAX = 16  # connections that have not registered; the gateway needs one
FLUSH_SECONDS = 2.0  # at the end: how long a gateway may take to read its last answers
BEAT_SECONDS = LINK_BEAT_NS / 1e9
UNDECIDED = "undecided frames"
SUSPECTS_FILE = "ledger.watch.suspects"  # in the state directory


class Service:
    """One ledger. `start` returns when it serves; `run` until `stop` or a fault; `close` leaves nothing
    open.
    """

    def __init__(self, config: Config, progress: Progress) -> None:
        self._config = config
        self._progress = progress
        self._wall_clock = config.wall_clock()
        self._metrics = metrics.LedgerMetrics()
        self._lock: IO[bytes] | None = None
        self._journal: Journal | None = None
        self._server: asyncio.Server | None = None
        self._links: set[GatewayLink] = set()
        self._link: GatewayLink | None = None  # the registered one, or the one that registers
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: asyncio.Future[None] | None = None
        self._exposition: Exposition | None = None
        self._master_data = MasterDataLog(progress)
        self.pipeline: Pipeline

    async def start(self, before_serving: Callable[[], None] = lambda: None) -> None:
        """Takes the journal over, recovers the book, and serves. `before_serving` is called when `stop` may be, and
        before anybody is told that we serve.

        Raises: ProcessFault with one line and its exit code.
        """
        state = self._config.state_directory
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = take_lock(state / "ledger.lock", f"another ledger serves from {state.absolute()}", ExitCode.FENCED)
        self._fault = asyncio.get_running_loop().create_future()
        journal = self._journal = await Journal.open(self._config.ledger.dsn)
        await guard.check_place(journal.connection)  # before a table is made that the right role could not use
        await migrate(journal.connection, progress=self._progress)
        await guard.check(journal.connection)
        await guard.check(journal.reading_connection)
        await refuse_newer(journal)
        head = await journal.take_over(self._progress)
        await journal.watch(self._fail)
        book, head = await self._recovered(journal, head, state)
        await journal.open_date(book.trade_date)
        settings = self._config.ledger
        self._metrics.epoch = head.epoch
        suspects = await self._suspects_left(book, state)
        maker = RowMaker(book, journal.shard, head.epoch, head.digest)
        await self._serve_again(journal, maker, book)
        decider = Decider(book, maker, self._metrics, suspects)
        self._compare_clock(book)
        cap = GroupCap(settings.group_commit_target_ns, settings.group_records_max)
        listeners = Listeners(self._on_violation, self._on_decided, lambda found: self._progress(str(found)))
        clock = LedgerClock(shown=self._wall_clock)
        self._metrics.clock_is_simulated = self._wall_clock.is_simulated
        self.pipeline = Pipeline(decider, journal, cap, self._metrics, listeners, clock)
        self._exposition = metrics.serve(self._metrics, settings.metrics_host, settings.metrics_port)
        port = self._exposition.port
        await self._listen()
        self._spawn(answer(asking.listening(state, "ledger"), self._said))
        self._spawn(self.pipeline.look.keep())
        self._spawn(self._beat())
        self._spawn(self._live(journal))
        before_serving()
        write_ready(self._config.ready_file("ledger"), {"metrics": port})
        self._progress(f"ledger serves from row {book.sequence}, epoch {head.epoch}, metrics port {port}")

    async def run(self) -> None:
        """Serves until `stop`. Raises: ProcessFault, InvariantBroken."""
        path = asyncio.create_task(self.pipeline.run(), name="order path")
        fault = self._fault
        if fault is None:
            return
        await asyncio.wait({path, fault}, return_when=asyncio.FIRST_COMPLETED)
        if fault.done():
            fault.result()
        try:
            path.result()
        except FrameFault as found:
            self._keep_suspects(found)
            raise

    def stop(self) -> None:
        """Reads nothing more; what is decided is committed and answered, then `run` returns."""
        if self._server is not None:
            self._server.close()
        for link in self._links:
            link.pause("stopping")
        self.pipeline.stop()

    async def close(self) -> None:
        """Closes links, tasks, connections and the lock; to be called when `run` has returned."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        ending = [asyncio.create_task(link.finish("the ledger stops")) for link in self._links]
        if ending:
            await asyncio.wait(ending, timeout=FLUSH_SECONDS)
        if self._server is not None:
            self._server.close()
            self._config.ledger_socket.unlink(missing_ok=True)
            withdraw_ready(self._config.ready_file("ledger"))
            await self.pipeline.close()
        if self._exposition is not None:
            self._exposition.close()
        if self._journal is not None:
            await self._journal.close()
        if self._lock is not None:
            self._lock.close()

    def link_opened(self, link: GatewayLink) -> None:
        """A connection that has not registered yet."""
        if len(self._links) >= LINKS_UNREGISTERED_MAX:
            link.close("too many links")
            return
        self._links.add(link)

    def link_closed(self, link: GatewayLink, reason: str) -> None:
        """What was decided for it stays decided; the gateway asks again over its next link."""
        self._links.discard(link)
        if link is self._link:
            self._progress(f"gateway link ended: {reason}")
            self._link = None
            self._metrics.links = 0
            self.pipeline.connect(None)

    def frames_arrived(self, link: GatewayLink, frames: list[Frame]) -> None:
        """Frames in the order in which they came; the first of a link must be REGISTER."""
        if link is self._link:
            self.pipeline.put(frames)
            if self.pipeline.undecided_bytes > UNDECIDED_BYTES_MAX:
                link.pause(UNDECIDED)
            return
        try:
            message = decode_link(frames[0].body)
        except PeerViolation as violation:
            link.close(str(violation))
            return
        if frames[0].header.kind != FrameKind.REGISTER or not isinstance(message, Register):
            link.close("a link begins with REGISTER")
            return
        before, self._link = self._link, link
        if before is not None:
            before.close("another gateway link registered")
        self.pipeline.connect(None)
        self._spawn(self._register(link, message))

    async def _register(self, link: GatewayLink, message: Register) -> None:
        """Tells the gateway where it goes on, once everything decided before is durable."""
        await self.pipeline.all_durable()
        await self._check_mark(message)
        await self.pipeline.look.recent()
        decider = self.pipeline.decider
        if self._link is not link:
            return
        book = decider.book
        decider.maker.bank_key_ids = (message.bank_key_ids[0], message.bank_key_ids[1])
        parties = [book.parties[party] for party in sorted(book.parties)]
        channels = [ChannelSeat(*each) for each in book.orders.channels.all_seats()]
        answer = Registered(book.sequence, decider.maker.digest, book.trade_date, BANK_PARTY, parties, channels)
        self._progress(f"gateway {message.gateway_name!r} registered at row {book.sequence}")
        link.send([replies.registered(answer, self._wall_clock.utc_ns())])
        self._metrics.links = 1
        self.pipeline.connect(link)
        if message.book_from_sequence < book.sequence:
            self._spawn(self._feed(link, message.book_from_sequence, book.sequence))
        link.go_on()

    def _said(self) -> bytes:
        """What `yzt status` is told."""
        silent_ns = self.pipeline.look.age_ns
        serves = silent_ns <= LOOK_NS_MAX
        why = "" if serves else f"PostgreSQL has confirmed nothing for {silent_ns / 1e9:.1f} s"
        linked = "yes" if self._metrics.links else "no"
        facts: dict[str, int | float | str] = {
            "trade date": str(self.pipeline.decider.book.trade_date),
            "row": self.pipeline.gate.durable,
            "epoch": self._metrics.epoch,
            "gateway linked": linked,
        }
        return asking.encoded(serves, why, facts)

    def _compare_clock(self, book: Book) -> None:
        """A clock that was ahead leaves rows of the future: they keep their order, and nothing is judged by them."""
        ahead_ns = book.ordered_at_ns - self._wall_clock.utc_ns()
        if ahead_ns > CLOCK_STEP_NS:
            self._progress(
                f"row {book.sequence} is {ahead_ns / 1e9:.1f} s ahead of the clock: the clock was ahead then, or is "
                "behind now; what expires is judged by the clock as it is"
            )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            book = self.pipeline.decider.book
            self._master_data.look(book)
            self._metrics.unsettled_dates = book.unsettled.dates_used()
            self._metrics.unsettled_dates_max = book.unsettled.dates_max
            self._metrics.clock_is_sure = self.pipeline.clock.now().is_sure  # also when there is nothing to decide
            self._metrics.clock_steps = self.pipeline.clock.watch.steps
            if self.pipeline.clock.over is not None:
                self.pipeline.wake()
            if self._link is not None:
                self._link.beat()

    async def _serve_again(self, journal: Journal, maker: RowMaker, book: Book) -> None:
        """Where due times lay in the time in which nobody served, the first row moves them."""
        now_ns = self._wall_clock.utc_ns()
        alive_ns = max(book.ordered_at_ns, await journal.alive_at_ns())
        message = ServesAgain(alive_ns // NS_PER_S, max(alive_ns, now_ns) // NS_PER_S)
        if now_ns < alive_ns or not moved(book, message):
            return
        engine.apply_resumption(book, message, now_ns)
        await journal.append(maker.row(book.trade_date, now_ns, boot_ns(), (b"", b"", encode(message)), b""))
        self._progress(f"nobody served from {message.alive_s} to {message.serves_s}: due times between them come again")

    async def _live(self, journal: Journal) -> None:
        """Says that this ledger serves, while the clock is sure and no row says so."""
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            moment = self.pipeline.clock.now()
            if moment.is_sure and moment.utc_ns - self.pipeline.decider.book.ordered_at_ns >= ALIVE_EVERY_S * NS_PER_S:
                await journal.live(moment.utc_ns)

    async def _check_mark(self, message: Register) -> None:
        """The highest row that the gateway was told of must be ours. Raises: JournalTampered."""
        sequence, ours = message.marked_sequence, self.pipeline.gate.durable
        if self._journal is None or sequence == 0:
            return
        if sequence > ours:
            raise JournalTampered(
                f"the gateway was told of row {sequence}, the journal ends at {ours}: the tail is lost"
            )
        if await self._journal.digest_at(sequence) != message.marked_digest:
            raise JournalTampered(f"row {sequence} is not the one that the gateway was told of")

    async def _feed(self, link: GatewayLink, sequence: int, until: int) -> None:
        """Streams committed rows for the gateway's book, as fast as it reads them."""
        if self._journal is None:
            return
        async for row in self._journal.rows_after(sequence, FEED_PAGE_BYTES, until):
            if not await link.writable():
                return
            link.send([replies.book_feed(row, self._wall_clock.utc_ns())])
            await asyncio.sleep(0)

    async def _recovered(self, journal: Journal, head: Head, state: Path) -> tuple[Book, Head]:
        book = await recover(journal, head, state / "snapshots", self._progress)
        if head.sequence == 0:
            check_first_start(state)
            digest = await commit_genesis(journal, book, head.epoch, self._config, self._wall_clock.utc_ns())
            head = Head(head.epoch, book.sequence, digest)
        return book, head

    async def _suspects_left(self, book: Book, state: Path) -> Suspects:
        """Frames that an earlier ledger ended with. Raises: InvariantBroken when it is not they that were wrong."""
        suspects = Suspects.read(state / SUSPECTS_FILE, self._progress)
        suspects.forget_decided(book.trade_date, book.next_number)
        if suspects:
            await asyncio.to_thread(check_book, book)
            self._progress(f"{len(suspects)} frames are decided one by one: a ledger ended with them in hand")
        return suspects

    def _keep_suspects(self, fault: FrameFault) -> None:
        try:
            self.pipeline.decider.suspects.keep(fault.failure)
        except (OSError, ProcessFault) as error:
            self._progress(f"which frames were in hand is not kept, and the next ledger may end with them: {error}")

    async def _listen(self) -> None:
        path = self._config.ledger_socket
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_socket():
            raise ProcessFault(f"ledger.socket: {path} is there and is no socket: name another", ExitCode.CONFIG)
        path.unlink(missing_ok=True)  # ours alone: the lock on the state directory is taken
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.setblocking(False)
        mask = os.umask(0o177)
        try:
            listening.bind(str(path))
        except OSError as error:
            raise ProcessFault(f"{path}: {error.strerror}", ExitCode.UNAVAILABLE) from None
        finally:
            os.umask(mask)
        self._server = await asyncio.get_running_loop().create_unix_server(lambda: GatewayLink(self), sock=listening)

    def _on_violation(self, violation: PeerViolation) -> None:
        if self._link is not None:
            self._link.close(str(violation))
        self.pipeline.connect(None)

    def _on_decided(self) -> None:
        if self._link is not None and self.pipeline.undecided_bytes <= UNDECIDED_BYTES_RESUME:
            self._link.resume(UNDECIDED)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail(error)

    def _fail(self, fault: BaseException) -> None:
        if self._fault is not None and not self._fault.done():
            self._fault.set_exception(fault)
