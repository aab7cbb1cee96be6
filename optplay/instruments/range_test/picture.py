"""A range test: the loss against the rate that rises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

import numpy as np

from optplay.arrays import Floats
from optplay.experiments import number
from optplay.experiments.tables import Line
from optplay.instruments.range_test.measure import RangeTest
from optplay.plots import Guide, Look, Picture, Series, legend, line_picture
from optplay.plots.captions import fitting, run_rows, with_rows
from optplay.plots.series import worth_showing

KEY = "dotted: a tenth of where the loss rises again"
HEIGHT = 16


def range_picture(
    tests: Mapping[str, Sequence[RangeTest]], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The loss against the rate, a curve per run: the median over its seeds.

    A dotted line stands at the median of what is suggested. What is far above all else, as a loss
    about to diverge, is left out.
    """
    curves = [_median(found) for found in tests.values()]
    log = all((losses >= 0).all() for _, losses in curves)
    most = worth_showing([losses for _, losses in curves]) if log else np.inf
    series = [
        Series(label, np.where(losses > most, np.nan, losses), rates, index)
        for index, (label, (rates, losses)) in enumerate(zip(tests, curves, strict=True))
    ]
    suggested = [[t.suggestion for t in found if t.suggestion] for found in tests.values()]
    guides = [
        Guide(x=float(np.median(given)), color_index=index)
        for index, given in enumerate(suggested)
        if given
    ]
    return line_picture(
        series, width=width, height=height, log=log, log_x=True, x_title="lr", guides=guides,
        **look,
    )  # fmt: skip


def with_table(
    tests: Mapping[str, Sequence[RangeTest]], width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The picture of range tests, and below it which rate each of them suggests."""
    told = []
    for found in tests.values():
        given = [test.suggestion for test in found if test.suggestion]
        told.append(
            f"suggests lr {number(float(np.median(given)))}"
            if given
            else "the loss falls to the end: no suggestion"
        )
    rows = fitting(KEY, run_rows(list(tests), told, width, **look), height, **look)
    return with_rows(range_picture(tests, width, height - len(rows), **look), rows, width)


def _median(tests: Sequence[RangeTest]) -> tuple[Floats, Floats]:
    """Rates, and the median of the losses there, up to where half of the seeds have diverged."""
    longest = max(tests, key=lambda test: test.losses.size)
    # A seed that has diverged counts as worse than any, so that the curve does not fall for it.
    losses = np.full((len(tests), longest.losses.size), np.inf)
    for row, test in zip(losses, tests, strict=True):
        row[: test.losses.size] = test.losses
    kept = np.isfinite(losses).sum(axis=0) * 2 > len(tests)
    medians: Floats = np.median(losses[:, kept], axis=0) if kept.any() else np.empty(0)
    return longest.rates[kept], medians


def drawings(
    tests: Mapping[str, Sequence[RangeTest]], width: int, look: Look
) -> Iterator[Line | Picture]:
    """What `--plot` shows: the median over the seeds, and what is suggested."""
    yield Line("\nLoss (log) by learning rate, median over the seeds", "dim")
    yield legend(list(tests), width=width, **look)
    yield range_picture(tests, width, HEIGHT, **look)
    yield Line("dotted: the suggested rate", "dim")
