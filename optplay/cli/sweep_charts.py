"""The static pictures of `optplay sweep --plot` and `optplay range-test --plot`."""

from rich.console import Console
from rich.text import Text

from optplay.cli.charts import HEIGHT, write
from optplay.experiments.range_test import RangeTest
from optplay.experiments.sweep_report import SweepReport
from optplay.plots import legend
from optplay.plots.sweeps import KEY
from optplay.scenes.sweep import TITLES, on_log_axis, range_scene, sweep_scene

MAP_WIDTH = 36


def print_sweep(out: Console, report: SweepReport) -> None:
    """The metric against the knob, or a map of two knobs for each run."""
    color, sweep = out.color_system is not None, report.results.sweep
    title, height = f"{TITLES[report.metric]}", HEIGHT
    if len(sweep.axes) > 1:
        title += ", median over the seeds: the brighter the better, ★ best"
        columns = min(max(out.width // MAP_WIDTH, 1), len(sweep.runs))
        height = -(-len(sweep.runs) // columns) * (HEIGHT + 1)
    else:
        title += " (log)" * on_log_axis(report.results, report.metric)
        title += f" by {sweep.axes[0].key}, median over the seeds"
    out.print(Text(f"\n{title}", style="dim"))
    picture = sweep_scene(
        report.results, report.metric, out.width, height, color=color, dark=True
    ).text()
    if len(sweep.axes) > 1:
        write(out, picture)
        return
    write(out, legend([*sweep.labels], width=out.width, color=color))
    write(out, picture)
    out.print(Text(KEY, style="dim"))


def print_range(out: Console, tests: dict[str, list[RangeTest]]) -> None:
    """The loss against the rate of each run, the median over the seeds, and what is suggested."""
    color = out.color_system is not None
    out.print(Text("\nLoss (log) by learning rate, median over the seeds", style="dim"))
    write(out, legend(list(tests), width=out.width, color=color))
    write(out, range_scene(tests, out.width, HEIGHT, color=color, dark=True).text())
    out.print(Text("dotted: the suggested rate", style="dim"))
