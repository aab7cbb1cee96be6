"""The curves of runs: a recorded quantity by epoch."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Unpack

from optplay.experiments import LEAST_DRAWN, QUANTITIES, Results, band, on_log_axis
from optplay.experiments.quantities import Curve
from optplay.experiments.tables import Line
from optplay.plots import Look, Panel, Picture, Series, abreast, legend, line_picture
from optplay.training import History

HEIGHT, TWO_ABREAST = 17, 110


def series(label: str, curve: Curve, place: int, forked_at: int = 0) -> Series:
    """The curve of the run of this place as a chart takes it.

    A fork's curve begins where it leaves the run that it goes on from.
    """
    start = min(max(forked_at - 1, 0), len(curve.values))
    low, high = (None if edge is None else edge[start:] for edge in (curve.low, curve.high))
    return Series(label, curve.values[start:], None, place, low, high, first=start + 1)


def curves_picture(
    runs: Mapping[str, Sequence[History]], quantity: str, width: int, height: int,
    *, log: bool, unit: str, **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """A quantity of each run, by its label: the median over its seeds, with the quartiles.

    Args:
        log: whether the left axis is logarithmic. unit: what an epoch is called.
    """
    found = [
        series(label, band(histories, quantity), place)
        for place, (label, histories) in enumerate(runs.items())
    ]
    return line_picture(
        found, width=width, height=height, log=log, percent=QUANTITIES[quantity].percent,
        x_title=unit, least=LEAST_DRAWN, **look,
    )  # fmt: skip


def of_run(results: Results, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `optplay run --plot` shows: every chart of the preset."""
    preset = results.preset
    many = len(preset.seeds) > 1
    by = f"by {preset.unit}"
    heading = f"Median and quartiles over the seeds, {by}" if many else by.capitalize()
    yield Line(f"\n{heading}", "dim")
    yield legend(list(results.runs), width=width, **look)
    panels = []
    for quantity in preset.charts:
        log = on_log_axis(preset, quantity)
        draw = partial(curves_picture, results.runs, quantity, log=log, unit=preset.unit, **look)
        panels.append(Panel(QUANTITIES[quantity].title + " (log)" * log, draw))
    columns = 2 if width >= TWO_ABREAST and len(panels) > 1 else 1
    height = HEIGHT * -(-len(panels) // columns)
    yield abreast(panels, width, height, columns=columns, **look)
