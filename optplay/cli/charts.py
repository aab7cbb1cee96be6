"""The static charts of `optplay run --plot`."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rich.console import Console
from rich.text import Text

from optplay.analysis import distribution
from optplay.analysis.steps import Quantiles
from optplay.experiments import LOOKS, Results, drawn, median_curve, on_log_axis
from optplay.plots import Panel, Series, abreast, histogram, legend, line_chart
from optplay.problems import SurfaceProblem
from optplay.scenes import Look
from optplay.scenes.boundary import boundary_scene
from optplay.scenes.rates import histogram_scene, over_time_scene
from optplay.scenes.surface import surface_scene

HEIGHT = 16
SMALL_HEIGHT = 9
TWO_ABREAST = 110
GAP = 2
RATES_HEIGHT = 13
TWO_RATES = 60
RATE_TITLES = {"rates": "Rates", "steps": "|Δw|"}
PANEL_WIDTH, PANEL_HEIGHT = 38, 17
SURFACE_WIDTH, SURFACE_HEIGHT = 100, 30


def print_charts(out: Console, results: Results) -> None:
    """Every chart of the preset, two abreast where there is room, and the histograms of rates."""
    color = out.color_system is not None
    charts = results.preset.charts
    abreast = 2 if out.width >= TWO_ABREAST and len(charts) > 1 else 1
    width = (out.width - GAP * (abreast - 1)) // abreast
    blocks = []
    by = f"by {results.preset.unit}"
    for quantity in charts:
        look, log = LOOKS[quantity], on_log_axis(results.preset, quantity)
        series = [
            Series(label, drawn(median_curve(histories, quantity), quantity), color_index=i)
            for i, (label, histories) in enumerate(results.runs.items())
        ]
        chart = line_chart(
            series, width=width, height=HEIGHT, log=log, percent=look.percent, color=color,
            x_title=results.preset.unit,
        )  # fmt: skip
        blocks.append((look.title + (" (log)" if log else ""), chart))
    many = len(results.preset.seeds) > 1
    heading = f"Median over the seeds, {by}" if many else by.capitalize()
    out.print(Text(f"\n{heading}", style="dim"))
    write(out, legend(list(results.runs), width=out.width, color=color))
    for i in range(0, len(blocks), abreast):
        write(out, _side_by_side(blocks[i : i + abreast], width))
    if results.preset.on_surface:
        _print_surface(out, results, color)
    else:
        _print_boundaries(out, results, color)
    if results.preset.at_steps:
        _print_rates(out, results, color)


def _print_surface(out: Console, results: Results, color: bool) -> None:
    """The surface of the first run, with the ways of all runs that are on the same one."""
    first, *_ = (histories[0].config.problem for histories in results.runs.values())
    assert isinstance(first, SurfaceProblem)
    ways = [(place, histories[:1]) for place, histories in enumerate(results.runs.values())]
    seed = results.preset.seeds[0]
    out.print(Text(f"\n{first.declared.title}, with the paths of seed {seed}", "dim"))
    picture = surface_scene(first, ways, min(out.width, SURFACE_WIDTH), SURFACE_HEIGHT,
                            color=color, dark=True)  # fmt: skip
    write(out, picture.text())


def _print_boundaries(out: Console, results: Results, color: bool) -> None:
    look = Look(color=color, dark=True)
    panels = [
        Panel(label, partial(boundary_scene, last.config.network, last.current, **look), place)
        for place, (label, (last, *_)) in enumerate(results.runs.items())
    ]
    columns = max(1, min(len(panels), out.width // PANEL_WIDTH))
    height = PANEL_HEIGHT * -(-len(panels) // columns)
    seed = results.preset.seeds[0]
    out.print(Text(f"\nWhere the network answers 1, after the last epoch of seed {seed}", "dim"))
    write(out, abreast(panels, out.width, height, **look).text())


def _print_rates(out: Console, results: Results, color: bool) -> None:
    steps = results.preset.at_steps
    width = (out.width - GAP * (len(steps) - 1)) // len(steps)
    for label, histories in results.runs.items():
        blocks = []
        for step in steps:
            rates = distribution(histories, step)["rates"]
            if rates["counts"]:
                picture = histogram(
                    rates["counts"], rates["edges"], width=width, height=SMALL_HEIGHT, log_x=True,
                    color=color,
                )  # fmt: skip
                blocks.append((f"after step {step}", picture))
        if blocks:
            write(
                out, f"{label}: how many parameters have which rate\n{_side_by_side(blocks, width)}"
            )


def print_rate_charts(
    out: Console,
    steps: Sequence[Mapping[str, dict[str, Any]]],
    ways: Mapping[str, Sequence[Quantiles]],
) -> None:
    """Histograms of rates and of steps, all runs over each other, and how they move over time.

    Args:
        steps: for each step the distribution of each run, by its label. ways: the quantiles of
            each run over time.
    """
    look = Look(color=out.color_system is not None, dark=True)
    pairs = [
        [
            Panel(
                f"{title} at step {next(iter(found.values()))['step']}",
                partial(histogram_scene, list(found.values()), kind, **look),
            )
            for kind, title in RATE_TITLES.items()
        ]
        for found in steps
    ]
    pairs.append(
        [
            Panel(f"{title} over time", partial(over_time_scene, list(ways.values()), kind, **look))
            for kind, title in RATE_TITLES.items()
        ]
    )
    write(out, "\n" + legend(list(ways), width=out.width, color=look["color"]))
    for panels in pairs:
        height = RATES_HEIGHT if out.width >= TWO_RATES else 2 * RATES_HEIGHT
        write(out, abreast(panels, out.width, height, **look).text())
    note = "How many parameters have which; over time the median, with a band from 10 to 90 %"
    out.print(Text(note, style="dim"))


def _side_by_side(blocks: list[tuple[str, str]], width: int) -> str:
    """Charts of one height beside each other, each under its title."""
    columns = [[title[:width].ljust(width), *chart.split("\n")] for title, chart in blocks]
    return "\n".join((" " * GAP).join(cells).rstrip() for cells in zip(*columns, strict=True))


def write(out: Console, text: str) -> None:
    """Prints a picture, or another text that has its colours and its width."""
    # Not through rich: the text already has its colours and its width.
    out.file.write(text + "\n")
