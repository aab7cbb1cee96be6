"""Thousands of hostile charts in one process: plotext 6 aborts it if it is ever handed a NaN.

Run as a program by test_hostile.py; it prints nothing and exits with 0 if all went well.
"""

import re
import sys

import numpy as np

from optplay.plots import Picture, Series, histogram, line_picture

CASES = 10_000
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 1.8e308]


def values(rng: np.random.Generator, size: int) -> np.ndarray:
    kind = rng.integers(6)
    if kind == 0:
        return rng.choice(np.array([*SPECIAL, 1.0, -1.0]), size)
    if kind == 1:
        return np.full(size, rng.choice(SPECIAL))
    if kind == 2:
        return 10.0 ** rng.uniform(-320, 308, size) * rng.choice([-1.0, 1.0], size)
    if kind == 3:
        return rng.choice(SPECIAL) + rng.normal(0, 1e-12, size)
    smooth = rng.normal(0, 1, size).cumsum()
    if kind == 4 and size:
        smooth[rng.integers(size) :] = rng.choice(SPECIAL)
    return smooth


def chart(rng: np.random.Generator, width: int, height: int) -> list[str]:
    """Return the rows of a chart, without colours."""
    log, percent, color = (bool(choice) for choice in rng.integers(2, size=3))
    if rng.integers(5) == 0:
        bins = int(rng.integers(0, 40))
        edges = np.sort(values(rng, bins + 1))
        edges = edges[~np.isnan(edges)]
        counts = values(rng, 2 * max(edges.size - 1, 0)).reshape(2, -1)
        if not edges.size:
            edges = np.zeros(1)
        picture = histogram(
            counts[: rng.integers(1, 3)],
            edges,
            width=width,
            height=height,
            log_x=log,
            percent=percent,
            color=color,
        )
        return ESCAPE.sub("", picture).split("\n")
    series = []
    for index in range(rng.integers(0, 5)):
        size = int(rng.choice([0, 1, 2, 10, 100]))
        x = [None, values(rng, size), np.arange(size) + rng.integers(500)][rng.integers(3)]
        low, high = values(rng, size), values(rng, size)
        band = (low, high) if rng.integers(2) else ()
        series.append(Series(str(index), values(rng, size), x, index, *band))
    ends = np.sort(values(rng, 2))
    given = bool(rng.integers(2)) and bool(np.isfinite(ends).all())
    picture = line_picture(
        series,
        width=width,
        height=height,
        log=log,
        percent=percent,
        color=color,
        x_limits=(float(ends[0]), float(ends[1])) if given else None,
    )
    check_columns(picture, width, float(rng.choice([np.nan, np.inf, 1.0, 5.0, *ends])))
    return ["".join(text for text, _ in row) for row in picture.rows]


def check_columns(picture: Picture, width: int, x: float) -> None:
    column = picture.column(x)
    if column is not None and not picture.left <= column < picture.left + picture.columns <= width:
        sys.exit(f"x = {x} stands in column {column} of {picture.columns} after {picture.left}")


def main() -> None:
    rng = np.random.default_rng(6)
    for case in range(CASES):
        huge = rng.integers(200) == 0
        width = int(rng.integers(100, 400) if huge else rng.integers(1, 60))
        height = int(rng.integers(40, 100) if huge else rng.integers(1, 20))
        rows = chart(rng, width, height)
        cells = [len(row) for row in rows]
        if cells != [width] * height:
            sys.exit(f"case {case}: rows of {cells} cells, not {height} of {width}")


if __name__ == "__main__":
    main()
