"""The tables of `optplay sweep` and `optplay range-test`."""

from typing import Any

from rich.console import Console
from rich.text import Text

from optplay.cli.tables import print_rows
from optplay.experiments import METRICS, number, spread
from optplay.experiments.best import Best
from optplay.experiments.claims import side
from optplay.experiments.preset import Preset
from optplay.experiments.range_test import MARGIN, RangeTest
from optplay.experiments.sweep_report import SweepReport
from optplay.scenes.sweep import TITLES

NONE = "—"


def print_best(out: Console, report: SweepReport) -> None:
    """Each run at its best, its good range, and how many of its runs came to nothing."""
    sweep = report.results.sweep
    metric = METRICS[report.metric]
    keys = [axis.key for axis in sweep.axes]
    out.print(Text(report.preset.title, style="bold"))
    each = sweep.count // len(sweep.runs)
    epochs = sweep.runs[0].config.epochs
    out.print(f"Each run made {each:,} times: {_grid(report)}, {epochs:,} epochs")
    headings = [
        "Run", *(f">Best\n{key}" for key in keys), f">{TITLES[report.metric]}",
        *([">Confirmed"] if report.confirmed else []),
        *(f">Good {key if len(keys) > 1 else 'range'}" for key in keys),
        *([">Decades"] if len(keys) == 1 and sweep.axes[0].log else []),
        ">Diverged", ">Collapsed",
    ]  # fmt: skip

    def row(index: int, between: str) -> list[str]:
        label, found = sweep.labels[index], report.best(index)
        lost = [int(report.results.counts(o)[index].sum()) for o in ("diverged", "collapsed")]
        shares = [f"{100 * n / each:.0f} %" for n in lost]
        if found is None:
            return [label, *([NONE] * (len(headings) - 3)), *shares]

        def told(which: str) -> str:
            one = found.side if which == "side" else report.confirmed[label]
            words: dict[str, Any] = {"percent": metric.percent, "infinite": metric.infinite}
            return spread(one, **words, between=between) if between else number(one.median, **words)

        cells = [label, *map(number, found.values), told("side")]
        cells += [told("confirmed")] if report.confirmed else []
        cells += [_range(found, axis) for axis in range(len(keys))]
        if len(keys) == 1 and sweep.axes[0].log:
            cells.append(("≥ " if any(found.ends[0]) else "") + f"{found.decades:.2f}")
        return [*cells, *shares]

    rows = range(len(sweep.runs))
    note = _note(report)
    choices = [(headings, [row(i, between) for i in rows], note) for between in (" ", "\n", "")]
    print_rows(out, choices)


def _grid(report: SweepReport) -> str:
    sweep = report.results.sweep
    parts = [
        f"{len(axis.values)} values of {axis.key} from {number(axis.values[0])} to "
        f"{number(axis.values[-1])}"
        for axis in sweep.axes
    ]
    return " × ".join([*parts, f"{len(sweep.seeds)} seed{'s' * (len(sweep.seeds) > 1)}"])


def _range(found: Best, axis: int) -> str:
    (low, high), (below, above) = found.good[axis], found.ends[axis]
    text = number(low) if low == high else f"{number(low)}–{number(high)}"
    return ("≤ " if below else "") + text + (" ≤" if above else "")


def _note(report: SweepReport) -> str:
    sweep = report.results.sweep
    count = len(sweep.seeds)
    lines = [f"median (quartiles) of {count} seeds" if count > 1 else f"seed {sweep.seeds[0]}"]
    lines.append(
        "Good range: the values around the best whose median is at most 10 % worse; ≤ where it "
        "reaches the end of what was tried."
    )
    if report.confirmed:
        first, last = report.fresh[0], report.fresh[-1]
        lines.append(f"Confirmed: the best value again on seeds {first}–{last}, not chosen on.")
    else:
        lines.append(
            "The best of many values on the seeds that chose it is optimistic, for all runs alike: "
            "--confirm measures it on fresh ones."
        )
    return "\n".join(lines)


def print_range_tests(
    out: Console, preset: Preset, tests: dict[str, list[RangeTest]], to: float
) -> None:
    """What the range test of each run suggests, over the seeds."""
    out.print(Text(preset.title, style="bold"))
    epochs = preset.runs[0].config.epochs
    out.print(f"The rate rises from {to * 1e-6:g} to {to:g} within {epochs:,} epochs")
    headings = [
        "Run",
        ">Loss falls\nfastest at",
        ">Loss begins\nto rise at",
        ">Suggested lr",
        ">Diverged",
    ]

    def row(label: str, found: list[RangeTest], between: str) -> list[str]:
        cells = [label]
        for name in ("steepest", "rising", "suggestion"):
            values = [v for test in found if (v := getattr(test, name)) is not None]
            one = side(values)
            cells.append(spread(one, between=between) if between else number(one.median))
        return [*cells, f"{sum(test.diverged is not None for test in found)} of {len(found)}"]

    count = len(preset.seeds)
    note = f"median (quartiles) of {count} seeds" if count > 1 else f"seed {preset.seeds[0]}"
    note += (
        f"\nSuggested: 1/{MARGIN} of where the loss begins to rise, a rule of thumb; "
        f"optplay sweep {preset.name} measures it."
    )
    choices = [
        (headings, [row(label, found, between) for label, found in tests.items()], note)
        for between in (" ", "\n", "")
    ]
    print_rows(out, choices)
