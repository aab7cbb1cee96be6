"""Thousands of hostile charts in one process: plotext 6 aborts it if it is ever handed a NaN.

Run as a program by test_hostile.py; it prints nothing and exits with 0 if all went well.
"""

import sys

import numpy as np

from optplay.plots import Series, histogram, line_chart

CASES = 2_000
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


def chart(rng: np.random.Generator, width: int, height: int) -> str:
    log, percent, color = (bool(choice) for choice in rng.integers(2, size=3))
    if rng.integers(5) == 0:
        bins = int(rng.integers(0, 40))
        edges = np.sort(values(rng, bins + 1))
        edges = edges[~np.isnan(edges)]
        counts = values(rng, 2 * max(edges.size - 1, 0)).reshape(2, -1)
        if not edges.size:
            edges = np.zeros(1)
        return histogram(
            counts[: rng.integers(1, 3)],
            edges,
            width=width,
            height=height,
            log_x=log,
            percent=percent,
            color=color,
        )
    series = []
    for index in range(rng.integers(0, 5)):
        size = int(rng.choice([0, 1, 2, 10, 100]))
        x = values(rng, size) if rng.integers(2) else None
        series.append(Series(str(index), values(rng, size), x, index))
    return line_chart(
        series,
        width=width,
        height=height,
        log=log,
        percent=percent,
        color=color,
        cursor=rng.choice([None, np.nan, np.inf, 1.0, 5.0]),
    )


def main() -> None:
    rng = np.random.default_rng(6)
    for case in range(CASES):
        width, height = int(rng.integers(1, 70)), int(rng.integers(1, 25))
        picture = chart(rng, width, height)
        if picture.count("\n") != height - 1:
            sys.exit(f"case {case}: {picture.count(chr(10)) + 1} lines, not {height}")


if __name__ == "__main__":
    main()
