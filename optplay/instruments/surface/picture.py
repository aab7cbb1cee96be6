"""A surface with the ways of its runs: from above, or as a graph if it has one coordinate."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Unpack

import numpy as np

from optplay.arrays import Floats
from optplay.experiments import Results
from optplay.experiments.tables import Line
from optplay.plots import Look, Mark, Path, Picture, graph_picture, plane_picture
from optplay.plots.remembered import Field, remembered
from optplay.problems import SurfaceProblem
from optplay.training import History

MINIMUM = "✕"
GRAPH_POINTS = 400
MOST_MINIMA = 20
WIDTH, HEIGHT = 100, 30


def surface_picture(
    problem: SurfaceProblem,
    ways: Sequence[tuple[int, Sequence[History]]],
    width: int,
    height: int,
    *,
    step: int | None = None,
    until: int | None = None,
    **look: Unpack[Look],
) -> Picture:
    """The surface with the way of each run, up to a step; what follows is faint.

    Args:
        problem: the surface.
        ways: for each run its colour index and its Histories, one per seed; those of runs on
            another surface are left out.
        step: after how many steps the runs are shown; their ends if left out.
        until: after how many steps the ways end; their ends if left out.
    """
    declared = problem.declared
    ways = [(color, [h for h in histories if _is_on(h, problem)]) for color, histories in ways]
    minima = [tuple(point) for point in declared.minima][:MOST_MINIMA]
    if declared.dimension == 1:
        return _graph(problem, ways, minima, width, height, step, look)
    paths = [
        _path(history, color, _at(history, step), _at(history, until))
        for color, histories in ways
        for history in histories
    ]
    marks = [Mark(x, y, MINIMUM) for x, y in minima]
    (left, bottom), (right, top) = declared.low, declared.high
    return plane_picture(
        field_of(problem), x_limits=(left, right), y_limits=(bottom, top), width=width,
        height=height, overlays=[*marks, *paths], x_title="x", y_title="y",
        scale="height", **look,
    )  # fmt: skip


def _path(history: History, color: int, at: int, until: int) -> Path:
    """The way up to a step `until`, of a long one not all steps, with the run where it is `at`."""
    steps, way = history.kept(min(at, until), until)
    return Path(way[:, 0], way[:, 1], color, at=int(np.searchsorted(steps, min(at, until))))


@lru_cache(maxsize=8)
def _field(surface: str, condition: float | None) -> Field:
    problem = SurfaceProblem(surface=surface, condition=condition)

    def values(x: Floats, y: Floats) -> Floats:
        return np.array([[problem.value(np.array([a, b])) for a in x] for b in y])

    return remembered(values)


def field_of(problem: SurfaceProblem) -> Field:
    """How high a surface of two coordinates is at all pairs of x (m,) and y (k,): (k, m)."""
    return _field(problem.surface, problem.condition)


def _is_on(history: History, problem: SurfaceProblem) -> bool:
    own = history.config.problem
    return (
        isinstance(own, SurfaceProblem)
        and own.surface == problem.surface
        and own.condition == problem.condition
    )


def _at(history: History, step: int | None) -> int:
    return history.epochs if step is None else min(step, history.epochs)


def _graph(
    problem: SurfaceProblem, ways: Sequence[tuple[int, Sequence[History]]],
    minima: Sequence[tuple[float, ...]], width: int, height: int, step: int | None, look: Look,
) -> Picture:  # fmt: skip
    x, heights = _line(problem.surface, problem.condition)
    paths = []
    for color, histories in ways:
        for history in histories:
            at = _at(history, step)
            # Only the trail is drawn: not all of a long way is to be valued for it.
            way = history.between(max(at - GRAPH_POINTS, 0), at)[:, 0]
            paths.append(Path(way, _heights(problem, way), color, at=len(way) - 1))
    marks = [Mark(point[0], problem.value(np.array(point)), MINIMUM) for point in minima]
    return graph_picture(x, heights, width=width, height=height, paths=paths, marks=marks, **look)


@lru_cache(maxsize=8)
def _line(surface: str, condition: float | None) -> tuple[Floats, Floats]:
    """Points of a surface of one coordinate from end to end of its window, and how high they are.

    With the lowest points: a run that is there is not to lie below the graph.
    """
    problem = SurfaceProblem(surface=surface, condition=condition)
    declared = problem.declared
    (low,), (high,) = declared.low, declared.high
    lowest = [point[0] for point in declared.minima]
    x = np.unique([*np.linspace(low, high, GRAPH_POINTS), *lowest])
    return x, _heights(problem, x)


def _heights(problem: SurfaceProblem, x: Floats) -> Floats:
    # A run that stands still, or cycles, is at few places.
    places, back = np.unique(x, return_inverse=True)
    return np.array([problem.value(np.array([each])) for each in places])[back]


def of_run(results: Results, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `optplay run --plot` shows of the first run's surface: all paths on it, of one seed."""
    first = next(iter(results.runs.values()))[0].config.problem
    if not isinstance(first, SurfaceProblem):
        return
    paths = [(place, histories[:1]) for place, histories in enumerate(results.runs.values())]
    seed = results.preset.seeds[0]
    yield Line(f"\n{first.declared.title}, with the paths of seed {seed}", "dim")
    yield surface_picture(first, paths, min(width, WIDTH), HEIGHT, **look)
