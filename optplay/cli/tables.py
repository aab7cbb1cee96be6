"""What the commands print, as rich tables."""

import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from textwrap import wrap
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markdown import Markdown
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from optplay.analysis import distribution
from optplay.checked import describe
from optplay.experiments import (
    METRICS,
    NEAR,
    REACHED,
    SIGNS,
    Metric,
    Preset,
    Results,
    Verdict,
    caution,
    claimed,
    figures,
    load,
    number,
    plain,
    preset_files,
    settings,
    spread,
)
from optplay.optim import find_optimizer, optimizers
from optplay.training import RunConfig

PIPED_WIDTH = 100
VERDICT_COLUMN = 12
UNLIMITED = 100_000
# Columns from which on the presets' titles fit beside their questions.
WITH_TITLES = 120
# Headings, rows with a cell for each, and a note to stand below.
Rows = tuple[list[str], list[list[str]], str]


def terminal_width() -> int:
    """Columns of the terminal, also when only stderr or stdin is one, as before a pipe to less."""
    if not os.environ.get("COLUMNS", "").isdigit():
        for descriptor in (1, 2, 0):
            with suppress(OSError):
                return os.get_terminal_size(descriptor).columns or PIPED_WIDTH
    return shutil.get_terminal_size((PIPED_WIDTH, 24)).columns


def console() -> Console:
    """A console on stdout, as wide as the terminal; 100 columns where there is none."""
    # NO_COLOR alone leaves rich's bold and dim, also in a pipe if FORCE_COLOR is set.
    return Console(
        width=terminal_width(), highlight=False, markup=False, emoji=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )  # fmt: skip


def grid(*columns: str) -> Table:
    """An empty table in the one look that all share.

    A column whose name starts with > is set right and, as one that starts with <, never wrapped.
    """
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(
            column.lstrip("<>"), justify="right" if column.startswith(">") else "left",
            overflow="fold", no_wrap=column[0] in "<>",
        )  # fmt: skip
    return table


def print_rows(out: Console, choices: Iterable[Rows]) -> None:
    """Prints the first choice whose table fits; if none does, the last one as a list.

    The first column holds labels, which may wrap between words.
    """
    wide = out.options.update(max_width=UNLIMITED)
    for choice in choices:
        headings, rows, note = choice
        table = grid(*headings)
        for row in rows:
            table.add_row(*row)
        labels = [row[0] for row in rows]
        words = [word for label in labels for word in label.split()]
        spare = max(map(cell_len, labels)) - max(map(cell_len, words), default=0)
        if Measurement.get(out, wide, table).maximum - spare <= out.width:
            out.print(table)
            break
    else:
        _print_list(out, headings, rows)
    if note:
        out.print(Text(note, style="dim"))


def _print_list(out: Console, headings: list[str], rows: list[list[str]]) -> None:
    for row in rows:
        out.print(Text(f"\n{row[0]}", "bold"))
        for heading, cell in zip(headings[1:], row[1:], strict=True):
            name, value = (" ".join(text.lstrip("<>").split()) for text in (heading, cell))
            out.print(f"  {name}: {value}")


def print_runs(out: Console, results: Results) -> None:
    """The table of runs: medians over the seeds, with quartiles where there is room."""
    preset = results.preset
    out.print(Text(preset.title, style="bold"))
    if preset.question:
        out.print(preset.question)
    count = len(preset.seeds)
    columns = _columns(preset)

    def layout(columns: list[tuple[str, Metric, float]], between: str) -> Rows:
        headings = ["Run", "<Outcome", *(heading for heading, _, _ in columns)]
        rows = [
            [label, outcome(label), *(cell(label, m, at, between) for _, m, at in columns)]
            for label in results.runs
        ]
        what = "median (quartiles)" if between else "median"
        note = f"{what} of {count} seeds" if count > 1 else f"seed {preset.seeds[0]}"
        if not any(run.config.problem.by_chance for run in preset.runs):
            note = "the same with every seed: chance plays no part"
        return headings, rows, note

    def outcome(label: str) -> str:
        came = {k: n for k, n in results.outcomes(label).items() if n}
        return "\n".join(f"{k} {n}" for k, n in came.items()) if count > 1 else next(iter(came))

    def cell(label: str, metric: Metric, at: float, between: str) -> str:
        side = results.summary(label, metric.name, at)
        words: dict[str, Any] = {"percent": metric.percent, "infinite": metric.infinite}
        return spread(side, **words, between=between) if between else number(side.median, **words)

    ways = [(columns, " "), (columns, "\n"), (columns[:-1], "\n"), (columns[:-1], "")]
    print_rows(out, (layout(*way) for way in ways))
    if preset.at_steps:
        print_rates(
            out, "Effective rates: all parameters of all seeds that moved",
            (
                (label, distribution(histories, step))
                for label, histories in results.runs.items()
                for step in preset.at_steps
            ),
        )  # fmt: skip


def _columns(preset: Preset) -> list[tuple[str, Metric, float]]:
    """What the table of runs tells, the most telling first, since the last gives way."""
    if not preset.on_surface:
        return [
            (">Final loss", METRICS["final_loss"], 0.0),
            (">Accuracy", METRICS["final_accuracy"], 0.0),
            (f">Epochs to\n{100 * REACHED:.0f} %", METRICS["epochs_to_accuracy"], REACHED),
            (">‖w‖", METRICS["weight_norm"], 0.0),
        ]
    return [
        (">Final value", METRICS["final_loss"], 0.0),
        (">Distance", METRICS["distance"], 0.0),
        (f">Steps to\ndistance {NEAR:g}", METRICS["steps_to_distance"], NEAR),
        (">Final x", METRICS["final_x"], 0.0),
    ]


def print_rates(out: Console, title: str, found: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """How far parameters move, and at which rates: for runs, by label, the `distribution` of steps.

    What a distribution has besides its quantiles is not needed.
    """
    out.print(f"\n{title}")
    headings = ["Run", ">Step", "<What", ">10 %", ">Median", ">90 %", ">Max/min", ">Idle"]
    rows = []
    for label, at in found:
        for kind, name in (("rates", "rate"), ("steps", "|Δw|")):
            q, ratio = at[kind]["quantiles"], at[kind]["ratio"]
            cells = [number(q[k]) if q else "—" for k in ("0.1", "0.5", "0.9")]
            cells += ["—" if ratio is None else number(ratio), str(at["idle"])]
            rows.append([label, str(at["step"]), name, *cells])
    print_rows(out, ((headings[:n], [row[:n] for row in rows], "") for n in (8, 7, 6)))


def print_verdicts(out: Console, results: Results) -> None:
    """Each claim with what it came to."""
    if not results.verdicts:
        return
    out.print()
    for verdict in results.verdicts:
        out.print(verdict_text(verdict, out.width))
    if few := caution(len(results.preset.seeds), results.verdicts):
        out.print(Text(few, style="dim"))


def verdict_text(verdict: Verdict, width: int = PIPED_WIDTH) -> Text:
    """A claim and its verdict, and below it the measured figures, all indented alike."""
    sign, color = SIGNS[verdict.verdict]
    indent = " " * VERDICT_COLUMN
    inner = max(width - VERDICT_COLUMN, 20)
    text = Text(f"{sign} {verdict.verdict}".ljust(VERDICT_COLUMN), style=f"bold {color}")
    text.append(("\n" + indent).join(wrap(claimed(verdict.claim), inner)), "not bold default")
    measured = "".join(f"\n{indent}{line}" for line in wrap(figures(verdict), inner))
    text.append(measured, "not bold dim default")
    return text


def print_presets() -> None:
    """All presets with their questions; with their titles too, where there is room."""
    out = console()
    titled = out.width >= WITH_TITLES
    table = grid("<Preset", *["Title"] * titled, "Question")
    for name in preset_files():
        preset = load(name)
        table.add_row(name, *[preset.title] * titled, preset.question)
    out.print(table)


def print_preset(name: str, *, toml: bool) -> None:
    """A preset's lesson, runs and claims; or its file."""
    preset = load(name)
    if toml:
        path = preset_files().get(name) or name
        with open(path, encoding="utf-8") as file:
            sys.stdout.write(file.read())
        return
    out = console()
    out.print(Text(preset.title, style="bold"))
    out.print(preset.question + "\n")
    out.print(Markdown(preset.lesson))
    out.print(_runs_of(preset))
    for claim in preset.claims:
        at = f" at {claim.at:g}" if claim.at is not None else ""
        out.print(Text(f"Claim: {claimed(claim)}"))
        out.print(Text(f"       {claim.metric}{at}: {claim.left} {claim.is_} {claim.right}", "dim"))
    out.print(Text(f"\nMeasure it: optplay run {name} --plot", style="dim"))


def _runs_of(preset: Preset) -> Table:
    table = grid("Run", "Optimizer", "Settings")
    for run in preset.runs:
        parts = [settings(run.config)]
        if run.fork:
            parts.append(f"from {run.fork.run} at {preset.unit} {run.fork.epoch}")
        table.add_row(run.label, run.config.optimizer, ", ".join(parts))
    seeds = f"{len(preset.seeds)} seeds" if len(preset.seeds) > 1 else f"seed {preset.seeds[0]}"
    table.title = f"{preset.runs[0].config.epochs} {preset.unit}s, {seeds}"
    return table


def print_optimizers() -> None:
    """All optimizers, from their declarations."""
    table = grid("Optimizer", "Defaults", "What it is for", "Paper")
    for optimizer in optimizers().values():
        knobs = [f"{h.name} {plain(h.default)}" for h in optimizer.hyperparameters]
        if optimizer.weight_decay:
            knobs.append(f"weight_decay {optimizer.weight_decay:g}")
        table.add_row(optimizer.name, ", ".join(knobs), optimizer.summary, optimizer.paper)
    console().print(table)


def print_optimizer(name: str) -> None:
    """One optimizer: what it is for, and each hyperparameter with its range."""
    optimizer = find_optimizer(name)
    out = console()
    out.print(Text(optimizer.title, style="bold"))
    out.print(f"{optimizer.summary}\n{optimizer.paper}")
    for line in optimizer.formula:
        out.print(f"    {line}")
    table = grid("Hyperparameter", ">Default", "Allowed", "What it does")
    for h in optimizer.hyperparameters:
        table.add_row(h.name, plain(h.default), Text(h.allowed), h.text)
    if optimizer.weight_decay:
        kind = RunConfig.__annotations__["weight_decay"]
        table.add_row(
            "weight_decay", f"{optimizer.weight_decay:g}", Text(describe(kind)),
            "decoupled: takes lr·λ of each weight off at each step",
        )  # fmt: skip
    out.print(table)
    slots = ", ".join(optimizer.slots) or "none"
    out.print(Text(f"State kept per parameter: {slots}", style="dim"))
