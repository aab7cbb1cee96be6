"""Hostile charts in one process: plotext 6 aborts it if it is ever handed a NaN.

Run as a program by test_hostile.py with their number; it prints nothing and exits with 0 if all
went well.
"""

import re
import sys

import numpy as np

from optplay.plots import (
    Dots,
    Guide,
    Mark,
    Path,
    Picture,
    Series,
    graph_picture,
    histogram_picture,
    line_picture,
    plane_picture,
)

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
        picture = histogram_picture(
            counts[: rng.integers(1, 3)],
            edges,
            width=width,
            height=height,
            log_x=log,
            percent=percent,
            color=color,
        )
        return ESCAPE.sub("", picture.text()).split("\n")
    if rng.integers(10) == 0:
        return plain(plane(rng, width, height, color))
    if rng.integers(10) == 0:
        x, y = values(rng, 30), values(rng, 30)
        path = Path(values(rng, 5), values(rng, 5), at=int(rng.integers(-1, 6)))
        return plain(
            graph_picture(x, y, width=width, height=height, paths=[path], log=log, color=color)
        )
    log_x = rng.integers(4) == 0
    series = []
    for index in range(rng.integers(0, 5)):
        size = int(rng.choice([0, 1, 2, 10, 100]))
        x = [None, values(rng, size), np.arange(size) + rng.integers(500)][rng.integers(3)]
        low, high = values(rng, size), values(rng, size)
        band = (low, high) if rng.integers(2) else ()
        quiet = bool(rng.integers(4) == 0)
        series.append(Series(str(index), values(rng, size), x, index, *band, quiet=quiet))
    ends = np.sort(values(rng, 2))
    given = bool(rng.integers(2)) and bool(np.isfinite(ends).all())
    given = given and not (log_x and ends[0] <= 0)
    guides = [Guide(x, None, "a label") for x in values(rng, 2).tolist()]
    guides += [Guide(None, y, "a label") for y in values(rng, 2).tolist()]
    picture = line_picture(
        series,
        width=width,
        height=height,
        log=log,
        percent=percent,
        color=color,
        x_limits=(float(ends[0]), float(ends[1])) if given else None,
        log_x=bool(log_x),
        guides=guides[:: rng.integers(1, 4)],
        marks=[Mark(*at) for at in values(rng, 6).reshape(3, 2).tolist()],
    )
    check_columns(picture, width, float(rng.choice([np.nan, np.inf, 1.0, 5.0, *ends])))
    return plain(picture)


def plane(rng: np.random.Generator, width: int, height: int, color: bool) -> Picture:
    limits = [np.sort(np.abs(values(rng, 2)).clip(1e-300, 1e300)) for _ in "xy"]
    low, high = np.nan_to_num(limits, nan=1.0).T
    high = np.where(high > low, high, 2 * low)
    x, y = values(rng, 9), values(rng, 9)
    log_x, log_y, scale = (bool(choice) for choice in rng.integers(2, size=3))
    return plane_picture(
        values(rng, 12).reshape(3, 4),
        x_limits=(float(low[0]), float(high[0])),
        y_limits=(float(low[1]), float(high[1])),
        width=width,
        height=height,
        ramp=str(rng.choice(["boundary", "surface", "loss", "score"])),
        overlays=[Path(x, y, at=int(rng.integers(9))), Dots(x, y), Mark(float(x[0]), float(y[0]))],
        y_title="title",
        scale=scale,
        log_x=log_x,
        log_y=log_y,
        color=color,
    )


def plain(picture: Picture) -> list[str]:
    return ["".join(text for text, _ in row) for row in picture.rows]


def check_columns(picture: Picture, width: int, x: float) -> None:
    column = picture.column(x)
    if column is not None and not picture.left <= column < picture.left + picture.columns <= width:
        sys.exit(f"x = {x} stands in column {column} of {picture.columns} after {picture.left}")


def main() -> None:
    rng = np.random.default_rng(6)
    for case in range(int(sys.argv[1])):
        huge = rng.integers(200) == 0
        width = int(rng.integers(100, 400) if huge else rng.integers(1, 60))
        height = int(rng.integers(40, 100) if huge else rng.integers(1, 20))
        rows = chart(rng, width, height)
        cells = [len(row) for row in rows]
        if cells != [width] * height:
            sys.exit(f"case {case}: rows of {cells} cells, not {height} of {width}")


if __name__ == "__main__":
    main()
