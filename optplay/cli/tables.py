"""What the commands print, as rich tables."""

import os
import shutil
import sys
from contextlib import suppress
from math import inf, isfinite
from textwrap import wrap

from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from optplay.checked import describe
from optplay.experiments import (
    REACHED,
    Preset,
    Results,
    Side,
    Verdict,
    distribution,
    load,
    preset_files,
)
from optplay.optim import find_optimizer, optimizers
from optplay.training import RunConfig

PIPED_WIDTH = 100
VERDICT_COLUMN = 12
SIGNS = {"holds": ("✓", "green"), "fails": ("✗", "red"), "undecided": ("?", "yellow")}


def terminal_width() -> int:
    """Columns of the terminal, also when only stderr or stdin is one, as before a pipe to less."""
    if not os.environ.get("COLUMNS", "").isdigit():
        for descriptor in (1, 2, 0):
            with suppress(OSError):
                return os.get_terminal_size(descriptor).columns or PIPED_WIDTH
    return shutil.get_terminal_size((PIPED_WIDTH, 24)).columns


def console() -> Console:
    """A console on stdout, as wide as the terminal; 100 columns where there is none."""
    return Console(width=terminal_width(), highlight=False, markup=False, emoji=False)


def number(value: float, *, percent: bool = False) -> str:
    """A number for people: four digits at most; never-reached and diverged are `never`."""
    if value in (inf, -inf):
        return "never"
    if not isfinite(value):
        return "—"
    if percent:
        return f"{100 * value:.3g} %"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.3g}"


def spread(side: Side, *, percent: bool = False, narrow: bool = False) -> str:
    """A median with its quartiles; `narrow` puts them on a line of their own."""
    median = number(side.median, percent=percent)
    low, high = number(side.low, percent=percent), number(side.high, percent=percent)
    if low == high == median:
        return median
    between = "\n" if narrow else " "
    return f"{median}{between}({low.removesuffix(' %')}–{high.removesuffix(' %')})"


def grid(*columns: str, title: str = "") -> Table:
    """An empty table in the one look that all share.

    A column whose name starts with > is set right and, as one that starts with <, never wrapped.
    """
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(
            column.lstrip("<>"), justify="right" if column.startswith(">") else "left",
            overflow="fold", no_wrap=column[0] in "<>",
        )  # fmt: skip
    return table


def print_runs(out: Console, results: Results) -> None:
    """The table of runs: medians over the seeds, with quartiles."""
    preset = results.preset
    out.print(Text(preset.title, style="bold"))
    if preset.question:
        out.print(preset.question)
    count = len(preset.seeds)
    note = f"median (quartiles) of {count} seeds" if count > 1 else f"seed {preset.seeds[0]}"
    table = grid(
        "Run", "<Outcome", ">Final loss", ">Accuracy", f">Epochs to\n{100 * REACHED:.0f} %", ">‖w‖"
    )
    narrow = out.width < PIPED_WIDTH

    def cell(label: str, metric: str, at: float = 0.0, *, percent: bool = False) -> str:
        return spread(results.summary(label, metric, at), percent=percent, narrow=narrow)

    for label in results.runs:
        came = {k: n for k, n in results.outcomes(label).items() if n}
        outcome = "\n".join(f"{k} {n}" for k, n in came.items()) if count > 1 else next(iter(came))
        table.add_row(
            label, outcome,
            cell(label, "final_loss"),
            cell(label, "final_accuracy", percent=True),
            cell(label, "epochs_to_accuracy", REACHED),
            cell(label, "weight_norm"),
        )  # fmt: skip
    out.print(table)
    out.print(Text(note, style="dim"))
    if preset.at_steps:
        print_distributions(out, results)


def print_distributions(out: Console, results: Results) -> None:
    """How far parameters move, and at which rates, after the steps that the preset asks for."""
    out.print()
    table = grid(
        "Run", ">Step", "What", ">10 %", ">Median", ">90 %", ">Max/min", ">Idle",
        title="Effective rates: all parameters of all seeds that moved",
    )  # fmt: skip
    for label, histories in results.runs.items():
        for step in results.preset.at_steps:
            found = distribution(histories, step)
            for kind, name in (("rates", "rate"), ("steps", "|Δw|")):
                q = found[kind]["quantiles"]
                cells = [number(q[k]) if q else "—" for k in ("0.1", "0.5", "0.9")]
                ratio = found[kind]["ratio"]
                table.add_row(
                    label, str(step), name, *cells, "—" if ratio is None else number(ratio),
                    str(found["idle"]),
                )  # fmt: skip
    out.print(table)


def print_verdicts(out: Console, results: Results) -> None:
    """Each claim with what it came to."""
    if not results.verdicts:
        return
    out.print()
    for verdict in results.verdicts:
        out.print(verdict_text(verdict, out.width))


def verdict_text(verdict: Verdict, width: int = PIPED_WIDTH) -> Text:
    """A claim and its verdict, and below it the measured figures, all indented alike."""
    claim = verdict.claim
    sign, color = SIGNS[verdict.verdict]
    percent = claim.kind.percent
    right = f"{claim.right} " if isinstance(claim.right, str) else ""
    ties = f", equal on {verdict.ties}" if verdict.ties else ""
    at = f" at {claim.at:g}" if claim.at is not None else ""
    source = f" [{claim.source}]" if claim.source else ""
    figures = (
        f"{claim.metric}{at}: {claim.left} {spread(verdict.left, percent=percent)} against "
        f"{right}{spread(verdict.right, percent=percent)}; "
        f"held on {verdict.held} of {verdict.of} seeds{ties}, p\u00a0=\u00a0{verdict.p:.2g}"
    )
    indent = " " * VERDICT_COLUMN
    inner = max(width - VERDICT_COLUMN, 20)
    claimed = ("\n" + indent).join(wrap(claim.text + source, inner))
    text = Text(f"{sign} {verdict.verdict}".ljust(VERDICT_COLUMN), style=f"bold {color}")
    text.append(claimed, style="not bold default")
    text.append(
        "".join(f"\n{indent}{line}" for line in wrap(figures, inner)), "not bold dim default"
    )
    return text


def print_presets() -> None:
    """All presets with title and question."""
    table = grid("Preset", "Title", "Question")
    for name in preset_files():
        preset = load(name)
        table.add_row(name, preset.title, preset.question)
    console().print(table)


def settings(config: RunConfig) -> str:
    """The keys of a run that are not at their defaults, and its learning rate."""
    plain = RunConfig(optimizer=config.optimizer)
    parts = [
        f"{key}={str(value).lower() if isinstance(value, bool) else f'{value:g}'}"
        for key, value in config.hyperparameters.items()
        if key == "lr" or value != plain.hyperparameters[key]
    ]
    for key in ("warmup", "decay", "weight_decay", "l2"):
        if value := getattr(config, key):
            parts += [f"{key}={value}"] if value != "none" else []
    if config.clip:
        parts.append(f"clip={config.clip.norm:g}")
    for key in config.problem.__struct_fields__:
        value = getattr(config.problem, key)
        if value != getattr(plain.problem, key):
            parts.append(f"{key}={list(value) if isinstance(value, tuple) else value}")
    return ", ".join(parts)


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
        source = f" [{claim.source}]" if claim.source else ""
        out.print(Text(f"Claim: {claim.text}{source}"))
        out.print(Text(f"       {claim.metric}{at}: {claim.left} {claim.is_} {claim.right}", "dim"))
    out.print(Text(f"\nMeasure it: optplay run {name} --plot", style="dim"))


def _runs_of(preset: Preset) -> Table:
    table = grid("Run", "Optimizer", "Settings")
    for run in preset.runs:
        table.add_row(run.label, run.config.optimizer, settings(run.config))
    seeds = f"{len(preset.seeds)} seeds" if len(preset.seeds) > 1 else f"seed {preset.seeds[0]}"
    table.title = f"{preset.runs[0].config.epochs} epochs, {seeds}"
    return table


def print_optimizers() -> None:
    """All optimizers, from their declarations."""
    table = grid("Optimizer", "Defaults", "What it is for", "Paper")
    for optimizer in optimizers().values():
        knobs = [f"{h.name} {_plain(h.default)}" for h in optimizer.hyperparameters]
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
    table = grid("Hyperparameter", ">Default", "Allowed", "What it does")
    for h in optimizer.hyperparameters:
        table.add_row(h.name, _plain(h.default), Text(h.allowed), h.text)
    if optimizer.weight_decay:
        kind = RunConfig.__annotations__["weight_decay"]
        table.add_row(
            "weight_decay", f"{optimizer.weight_decay:g}", Text(describe(kind)),
            "decoupled: takes lr·λ of each weight off at each step",
        )  # fmt: skip
    out.print(table)
    slots = ", ".join(optimizer.slots) or "none"
    out.print(Text(f"State kept per parameter: {slots}", style="dim"))


def _plain(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
