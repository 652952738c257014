"""What a person sees while a session runs: progress, orders a second, latency, money control.

Belongs here: drawing. Never here: measuring (session_log), deciding anything.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import trio
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from frontend_sim.auditor.control_table import yuan
from frontend_sim.auditor.money_watch import MoneyControl
from frontend_sim.trading_session.session import Trading

DRAW_SECONDS = 0.25
LINE_SECONDS = 1.0
BAR_COLUMNS = 40
RATE_WINDOW_NS = 2_500_000_000


@dataclass(slots=True)
class LiveView:
    """Draws a table in place on a terminal, and a plain line a second elsewhere."""

    console: Console
    trading: Trading
    is_plain: bool
    control: MoneyControl | None = None
    events: list[str] = field(default_factory=list)
    _marks: list[tuple[int, int, int]] = field(default_factory=list)

    def note(self, event: str) -> None:
        """Something that a person should know."""
        self.events.append(f"{self.trading.elapsed_seconds:5.1f} s  {event}")
        if self.is_plain:
            self.console.print(f"  {self.events[-1]}", highlight=False)

    def show_control(self, control: MoneyControl) -> None:
        """The latest comparison of ledger and gateway's book."""
        self.control = control

    async def run(self, is_over: Callable[[], bool]) -> None:
        """Draw until `is_over`."""
        if self.is_plain:
            while not is_over():
                await trio.sleep(LINE_SECONDS)
                self._mark()
                line = self.line()
                if self.console.is_terminal and len(line) > self.console.width:
                    line = self.short_line()
                self.console.print(line, highlight=False, soft_wrap=True)
            return
        with Live(self.table(), console=self.console, auto_refresh=False) as live:
            while not is_over():
                await trio.sleep(DRAW_SECONDS)
                self._mark()
                live.update(self.table(), refresh=True)

    def line(self) -> str:
        """Everything in one line."""
        log = self.trading.log
        orders, requests = self._rates()
        return (
            f"  {self.trading.elapsed_seconds:5.1f} s  {self.trading.fraction:4.0%}  {orders:>7,.0f} orders/s  "
            f"{requests:>7,.0f} requests/s  {log.answered:>8,} answered  {log.refused:>6,} refused  "
            f"p50 {log.latency.percentile_ms(50):.1f} ms  p99 {log.latency.percentile_ms(99):.1f} ms  "
            f"money control {self._control()}"
        )

    def short_line(self) -> str:
        """The same for a terminal of 80 columns."""
        log = self.trading.log
        orders, _requests = self._rates()
        p50, p99 = log.latency.percentile_ms(50), log.latency.percentile_ms(99)
        return (
            f"  {self.trading.elapsed_seconds:5.1f} s {self.trading.fraction:4.0%} {orders:>8,.0f} orders/s "
            f"{log.answered:>10,} answered  p50 {p50:.1f} p99 {p99:.1f} ms"
        )

    def table(self) -> Table:
        """Everything as a table with a progress bar."""
        log = self.trading.log
        orders, requests = self._rates()
        table = Table(title="银证通 Yinzhengtong: a trading session", title_justify="left", show_header=False)
        table.add_column(style="bold")
        table.add_column(min_width=BAR_COLUMNS)
        table.add_row("progress", ProgressBar(total=1.0, completed=self.trading.fraction, width=BAR_COLUMNS))
        table.add_row("elapsed", f"{self.trading.elapsed_seconds:.1f} s")
        table.add_row("orders", f"{orders:,.0f} /s, {log.orders:,} in all")
        table.add_row("requests", f"{requests:,.0f} /s, {log.answered:,} in all")
        table.add_row("refused", f"{log.refused:,}")
        p50, p99 = log.latency.percentile_ms(50), log.latency.percentile_ms(99)
        table.add_row("latency", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        table.add_row("money control", self._control())
        for event in self.events:
            table.add_row("", event)
        return table

    def _control(self) -> str:
        if self.control is None:
            return "not compared yet"
        return f"difference {yuan(self.control.difference_fen)} at row {self.control.sequence:,}"

    def _mark(self) -> None:
        """Remember counts of the last moments, for rates."""
        now_ns = time.monotonic_ns()
        log = self.trading.log
        self._marks = [mark for mark in self._marks if now_ns - mark[0] <= RATE_WINDOW_NS]
        self._marks.append((now_ns, log.orders, log.answered))

    def _rates(self) -> tuple[float, float]:
        """Orders and requests a second over the last moments; over all while there is one mark."""
        if len(self._marks) < 2:
            elapsed = self.trading.elapsed_seconds
            log = self.trading.log
            return (log.orders / elapsed, log.answered / elapsed) if elapsed else (0.0, 0.0)
        (began_ns, orders, answered), (ended_ns, orders_now, answered_now) = self._marks[0], self._marks[-1]
        seconds = (ended_ns - began_ns) / 1e9
        return (orders_now - orders) / seconds, (answered_now - answered) / seconds
