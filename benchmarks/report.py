"""Printing a run: the table, the picture, the JSON.

Belongs here: presentation only.
"""

import json
from pathlib import Path

import matplotlib as mpl
import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.results import Run

mpl.use("Agg")
from matplotlib import pyplot as plt

FILE_COLUMNS = 170  # a table in a file is not folded to the width of a terminal that is not there


def print_table(run: Run) -> None:
    """The table for a person, with notes and machine below it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_COLUMNS)
    title = "orders a second, end to end" if run.quotable else "one round, NOT FOR QUOTING"
    table = Table(title=title)
    for name in ("case", "what", "orders/s", "p50 ms", "p99 ms", "ratios", "bar", "goal", "verdict"):
        table.add_column(name, justify="right" if name in ("orders/s", "p50 ms", "p99 ms") else "left")
    for case in run.cases:
        ratios = "\n".join(f"{ratio:.2f} × {name}" for name, ratio in case.ratios.items())
        figures = (f"{case.orders_per_second:,.0f}", f"{case.p50_ms:.2f}", f"{case.p99_ms:.2f}")
        table.add_row(case.case, case.what, *figures, ratios, case.bar, case.goal, case.verdict)
    console.print(table)
    for case in run.cases:
        for note in case.notes:
            console.print(f"{case.case}: {note}")
    console.print(", ".join(f"{name} {value}" for name, value in {**run.machine, **run.versions}.items()))


def write_json(run: Run, file: Path) -> None:
    """The whole run as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(msgspec.to_builtins(run), indent=2, ensure_ascii=False) + "\n")


def draw(run: Run, file: Path) -> None:
    """Bars of every case and every peer on a logarithmic scale."""
    names = [f"{case.case}: {case.what}" for case in run.cases]
    values = [case.orders_per_second for case in run.cases]
    colours = ["#1f5fa8"] * len(names)
    peers: dict[str, float] = {}
    for case in run.cases:
        peers.update(case.peers)
    for name, value in sorted(peers.items(), key=lambda item: item[1]):
        names.append(f"PostgreSQL {name}")
        values.append(value)
        colours.append("#b0b0b0")
    figure, axes = plt.subplots(figsize=(11, 0.42 * len(names) + 1.4))
    bars = axes.barh(names[::-1], values[::-1], color=colours[::-1])
    axes.bar_label(bars, labels=[f"{value:,.0f}" for value in values[::-1]], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(right=max(values) * 4)
    axes.set_xlabel("orders a second (log scale), durable, signed both ways; peers unsigned")
    axes.set_title("Yinzhengtong" if run.quotable else "Yinzhengtong, one round, not for quoting")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=120)
    plt.close(figure)
