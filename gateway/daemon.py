"""The composition root: what a gateway consists of, the order in which it starts and the order in which it stops.

Belongs here: construction, start, drain, the ready file. Never here: configuration files, protocol, money.
"""

import logging
import os
import signal
import ssl
from functools import partial

import trio

from config.kit.own_files import open_own
from config.kit.telling import asking
from config.kit.telling.exposition import Exposition
from config.kit.telling.ready_files import withdraw_ready, write_ready
from gateway.clock import Clock
from gateway.dispatch.dispatcher import Dispatcher
from gateway.entrance.listener import Listener
from gateway.entrance.tls import server_context
from gateway.high_water import HighWater
from gateway.links.ledger_link import LedgerLink
from gateway.ops.answering import answer
from gateway.ops.link_log import SWEEP_S
from gateway.ops.metrics import GatewayCollector, Gauge, registry_of
from gateway.ops.statistics import Statistics
from gateway.own_book import book_file
from gateway.own_book.book_intake import BookIntake
from gateway.passwords.asking import PasswordsAsked
from gateway.passwords.door import DOOR
from gateway.settings import GatewaySettings
from gateway.signing_time import TimedSigner
from protocol.codes import ReplyCode
from protocol.keys.key_ring import KeyRing
from protocol.limits import HEARTBEAT_NS_MIN
from protocol.session.bank_events import SessionPolicy

SOFTWARE = "yzt-gateway/1"
PORT_MAX = 65_535
PORT_FILE_BYTES_MAX = 64
LAST_WORDS_S = 2.0  # for the TERMINATE of every link to leave; a link takes at most CLOSE_WITHIN_S
_LOG = logging.getLogger(__name__)


class Gateway:
    """One front-end processor. `run` is its whole life; `stop` and `stop_now` end it."""

    def __init__(self, settings: GatewaySettings, clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        """Reads the high-water mark and the book's checkpoint, and the files of the line's TLS unless `tls` comes from
        them. Raises OSError, MarkDamaged, ssl.SSLError.
        """
        self.settings = settings
        self.statistics = Statistics()
        self.mark = HighWater(settings.mark_file)
        self.intake = BookIntake(partial(book_file.load, settings.state_directory))
        spent = self.statistics.sign
        signers = {suite: TimedSigner(signer, spent, clock) for suite, signer in settings.signers.items()}
        former = [TimedSigner(signer, spent, clock) for signer in settings.former_signers]
        policy = SessionPolicy(settings.credit_records, HEARTBEAT_NS_MIN, settings.heartbeat_ns, SOFTWARE)
        self.passwords = PasswordsAsked(settings.passwords_door or settings.state_directory / DOOR)
        self.dispatcher = Dispatcher(
            KeyRing(signers, former),
            policy,
            self.intake,
            self.mark,
            self.statistics,
            clock,
            settings.links_max,
            self.passwords,
        )
        self.ledger = LedgerLink(settings.ledger_socket, self.dispatcher, clock)
        self.dispatcher.use_ledger(self.ledger)
        if tls is None and settings.tls is not None:
            tls = server_context(settings.tls)
        dispatcher = self.dispatcher
        is_signed = dispatcher.prefix_check.is_signed
        self.listener = Listener(
            settings.host,
            settings.port,
            tls,
            dispatcher.open_link,
            dispatcher.is_party,
            is_signed,
            clock,
            dispatcher.link_log,
        )
        self._clock = clock
        self._stopping = trio.Event()
        self._everything = trio.CancelScope()
        self._metrics: Exposition | None = None
        self.port = 0
        self.metrics_port = 0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serves until stopped; reports itself started once partners are served.

        Raises OSError when a port cannot be had, InvariantBroken (in an exception group) when the books are wrong.
        On cancellation links are closed at once; the high-water mark is written in any case.
        """
        try:
            with self._everything:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(answer, asking.listening(self.settings.state_directory, "gateway"), self._said)
                    nursery.start_soon(self.mark.keep)
                    nursery.start_soon(self.dispatcher.turns.keep)
                    nursery.start_soon(self._sweep_log)
                    nursery.start_soon(self._keep_checkpoints)
                    nursery.start_soon(self.ledger.keep)
                    nursery.start_soon(self.passwords.keep)
                    nursery.start_soon(self._leave_when_never_registered)
                    await self.ledger.first_registered.wait()
                    links = await nursery.start(self._keep_links)
                    self.listener.former_port = await trio.to_thread.run_sync(self._former_port)
                    self.port = await nursery.start(self.listener.serve, links)
                    await self._announce()
                    task_status.started()
                    await self._stopping.wait()
                    await self._drain(links)
                    nursery.cancel_scope.cancel()
        finally:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._leave)

    def stop(self) -> None:
        """Begins an orderly stop; a second call stops at once."""
        if self._stopping.is_set():
            self.stop_now()
        self._stopping.set()

    def stop_now(self) -> None:
        """Stops without waiting for what is under way: it stays unknown until the journal answers a repeat."""
        self._everything.cancel()

    async def watch_signals(self) -> None:
        """SIGTERM and SIGINT stop in order, the second one at once. For the main thread; until cancelled."""
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for number in signals:
                _LOG.info("%s: stopping", signal.Signals(number).name)
                self.stop()

    async def _drain(self, links: trio.Nursery) -> None:
        """The order of going down: no new links, no new requests, answers for what is under way, last words."""
        withdraw_ready(self.settings.ready_file)
        self.listener.stop()
        self.dispatcher.draining = True
        with trio.move_on_after(self.settings.drain_ns / 1e9) as waited:
            while self.ledger.in_flight.request_frames or self.dispatcher.answers.count:
                await self.dispatcher.progress.wait()
        if waited.cancelled_caught:
            _LOG.warning("%d records stay unanswered: unknown", self.ledger.in_flight.records)
        for link in self.dispatcher.links:
            link.end(ReplyCode.STOPPING, "the gateway goes down")
        with trio.move_on_after(LAST_WORDS_S):
            while self.dispatcher.links:
                await self.dispatcher.progress.wait()
        links.cancel_scope.cancel()

    async def _keep_links(self, *, task_status: trio.TaskStatus[trio.Nursery]) -> None:
        """The nursery in which links live: it outlasts the listener."""
        async with trio.open_nursery() as links:
            links.start_soon(trio.sleep_forever)
            task_status.started(links)

    async def _leave_when_never_registered(self) -> None:
        """A stop before the first registration finds nothing under way."""
        await self._stopping.wait()
        if not self.ledger.first_registered.is_set():
            self.stop_now()

    async def _sweep_log(self) -> None:
        """Tells from time to time what the log left out."""
        while True:
            await trio.sleep(SWEEP_S)
            self.dispatcher.link_log.sweep()

    async def _keep_checkpoints(self) -> None:
        """Writes a checkpoint of the book after each roll of the trade date, beside the order path."""
        while True:
            await self.dispatcher.checkpoint_due.wait()
            checkpoint, self.intake.checkpoint = self.intake.checkpoint, None
            if checkpoint is not None:
                try:
                    await trio.to_thread.run_sync(book_file.save, self.settings.state_directory, checkpoint)
                except OSError as error:
                    _LOG.warning("checkpoint of the book not written, the feed is longer instead: %s", error)

    def collector(self) -> GatewayCollector:
        """What this gateway tells of itself."""
        return GatewayCollector(self.statistics, self._gauges(), self._counters(), self.dispatcher.feeds.positions)

    async def _announce(self) -> None:
        collector = self.collector()
        host, port = self.settings.metrics_host, self.settings.metrics_port
        try:
            self._metrics = Exposition(host, port, registry_of(collector))
        except OSError as error:
            reason = (error.strerror or str(error)).partition(" (while")[0]  # the address is named by us
            raise OSError(error.errno, reason, f"gateway.metrics_port, {host} port {port}") from None
        self.metrics_port = self._metrics.port
        write_ready(self.settings.ready_file, {"links": self.port, "metrics": self.metrics_port})
        if self.settings.port == 0:
            await trio.Path(self.settings.port_file).write_text(f"{self.port}\n")
        _LOG.info("serving partners on %s:%d, metrics on %d", self.settings.host, self.port, self.metrics_port)

    def _former_port(self) -> int:
        """The port of the gateway before us in this state directory; 0: none is known.

        Raises: ConfigFault when what is there is no file of this installation's own.
        """
        try:
            with open_own(self.settings.port_file, os.O_RDONLY) as file:
                text = file.read(PORT_FILE_BYTES_MAX).decode("ascii", errors="replace").strip()
        except FileNotFoundError:
            return 0
        return int(text) if text.isascii() and text.isdecimal() and int(text) <= PORT_MAX else 0

    def _said(self) -> bytes:
        """What `yzt status` is told."""
        why = "" if self.ledger.registered else "it has no link to the ledger"
        facts: dict[str, int | float | str] = {
            "sessions": self.dispatcher.sessions_established,
            "links": len(self.dispatcher.links),
            "row told": self.mark.sequence,
            "unanswered records": self.ledger.in_flight.records,
        }
        return asking.encoded(not why, why, facts)

    def _leave(self) -> None:
        withdraw_ready(self.settings.ready_file)
        if self._metrics is not None:
            self._metrics.close()
        if self.mark.sequence != self.mark.written_sequence:
            self.mark.write_or_warn()

    def _gauges(self) -> list[Gauge]:
        in_flight, intake, dispatcher = self.ledger.in_flight, self.intake, self.dispatcher
        return [
            ("in_flight_records", "Records forwarded and unanswered.", lambda: in_flight.records),
            ("in_flight_frames", "Request frames forwarded and unanswered.", lambda: in_flight.request_frames),
            ("in_flight_bytes", "Bytes of their bodies.", lambda: in_flight.request_bytes),
            ("in_flight_oldest_seconds", "Age of the oldest of them.", self._oldest_seconds),
            ("links", "Partners' links that are up.", lambda: len(dispatcher.links)),
            ("sessions_established", "Seats that are served.", lambda: dispatcher.sessions_established),
            ("ledger_linked", "1 while the ledger is registered with.", lambda: int(self.ledger.registered)),
            ("book_complete", "1 when the book holds every row told.", lambda: int(intake.complete)),
            ("book_feed_rows_missing", "Rows the book is still waiting for.", lambda: intake.feed_rows_missing),
            ("high_water_sequence", "The highest journal row told.", lambda: self.mark.sequence),
            ("high_water_written_sequence", "The mark on disk.", lambda: self.mark.written_sequence),
            ("unsent_bytes", "Bytes that partners have not read.", self._unsent_bytes),
            ("password_questions", "Questions to the password desk.", lambda: self.passwords.under_way),
        ]

    def _counters(self) -> list[Gauge]:
        return [
            ("ledger_links_made", "Registrations with the ledger.", lambda: self.ledger.links_made),
            ("book_starts_over", "Times that the book was lost and began anew.", lambda: self.intake.times_lost),
            ("password_attempts", "Attempts handed to the password desk.", lambda: self.passwords.attempts),
            ("password_desk_away", "Questions that it did not answer.", lambda: self.passwords.away),
            ("password_desk_busy", "Those that found no room here.", lambda: self.passwords.busy),
            ("ledger_links_lost", "Losses of the ledger link.", lambda: self.ledger.links_lost),
            ("connections_accepted", "Connections that came in.", lambda: self.listener.accepted),
            ("connections_refused", "Strangers that had to go.", self._refused),
            ("certificates_refused", "Names in them that are none.", lambda: self.listener.certificates_refused),
            ("handshakes_failed", "TLS handshakes that failed.", lambda: self.listener.handshakes_failed),
        ]

    def _refused(self) -> int:
        return self.listener.refused + (self.listener.room.sent_away if self.listener.room is not None else 0)

    def _oldest_seconds(self) -> float:
        since_ns = self.ledger.in_flight.oldest_since_ns()
        return 0.0 if since_ns is None else (self._clock.elapsed_ns() - since_ns) / 1e9

    def _unsent_bytes(self) -> int:
        return sum(link.unsent_bytes for link in self.dispatcher.links)
