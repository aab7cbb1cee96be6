"""The curves of runs: a recorded quantity by epoch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import Unpack

import numpy as np

from optplay.experiments import LEAST_DRAWN, QUANTITIES, Results, band, on_log_axis
from optplay.experiments.quantities import Curve
from optplay.experiments.tables import Line
from optplay.plots import Look, Panel, Picture, Series, abreast, legend, line_picture
from optplay.training import History

HEIGHT, TWO_ABREAST = 17, 110
# How many times as high as another a learning rate may go before that one looks flat.
FLAT = 4
RELATIVE = ", part of its peak"


def series(label: str, curve: Curve, place: int, forked_at: int = 0) -> Series:
    """The curve of the run of this place as a chart takes it.

    A fork's curve begins where it leaves the run that it goes on from.
    """
    start = min(max(forked_at - 1, 0), len(curve.values))
    low, high = (None if edge is None else edge[start:] for edge in (curve.low, curve.high))
    return Series(label, curve.values[start:], None, place, low, high, first=start + 1)


def of_their_peaks(found: Sequence[Series]) -> Sequence[Series]:
    """Learning rates as parts of each one's highest, if these are so far apart that a schedule
    would lie flat on 0 beside another; else as they are.
    """
    peaks = [float(np.fmax.reduce(one.arrays()[0], initial=0)) for one in found]
    known = [peak for peak in peaks if 0 < peak < inf]
    if not known or max(known) <= FLAT * min(known):
        return found
    return [
        replace(one, unit=peak) if peak in known else one
        for one, peak in zip(found, peaks, strict=True)
    ]


def is_relative(found: Sequence[Series]) -> bool:
    """Whether they are parts of their peaks."""
    return any(one.unit != 1 for one in found)


def curves_picture(
    runs: Mapping[str, Sequence[History]], quantity: str, width: int, height: int,
    *, log: bool, unit: str, **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """A quantity of each run, by its label: the median over its seeds, with the quartiles.

    Args:
        log: whether the left axis is logarithmic. unit: what an epoch is called.
    """
    found = _found(runs, quantity, log)
    percent = QUANTITIES[quantity].percent or is_relative(found)
    return line_picture(
        found, width=width, height=height, log=log, percent=percent,
        x_title=unit, least=LEAST_DRAWN, robust=True, **look,
    )  # fmt: skip


def _found(runs: Mapping[str, Sequence[History]], quantity: str, log: bool) -> Sequence[Series]:
    found = [
        series(label, band(histories, quantity), place)
        for place, (label, histories) in enumerate(runs.items())
    ]
    return of_their_peaks(found) if quantity == "learning_rate" and not log else found


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
        title = QUANTITIES[quantity].title + (" (log)" if log else "")
        if quantity == "learning_rate" and is_relative(_found(results.runs, quantity, log)):
            title += RELATIVE
        panels.append(Panel(title, draw))
    columns = 2 if width >= TWO_ABREAST and len(panels) > 1 else 1
    height = HEIGHT * -(-len(panels) // columns)
    yield abreast(panels, width, height, columns=columns, **look)
