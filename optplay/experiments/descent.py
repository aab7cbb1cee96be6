"""How a run comes down on a surface: how near to the lowest points, how soon, and how fast."""

from math import inf, nan

import numpy as np

from optplay.arithmetic import exp, log
from optplay.arithmetic.norms import norms
from optplay.arrays import Floats
from optplay.problems import SurfaceProblem
from optplay.training import History

FEWEST_POINTS = 8
# Nearer than this a distance is what rounding left of it.
SMALLEST = 1e-290
ROUNDING = 1e-13


def distances(history: History, step: int | None = None) -> Floats:
    """How far from the nearest lowest point, at the start and after each step: (epochs + 1,).

    NaN on a surface without lowest points.

    Args:
        step: after which of them, if not all: (1,), or (0,) if the run did not come to it.

    Raises:
        TypeError: the run went down on no surface.
    """
    minima = np.array(_surface(history).declared.minima)
    if step is None:
        points = np.concatenate([*history.evaluated_parts()])
    elif step <= history.epochs:
        points = history.evaluated(step)[np.newaxis]
    else:
        return np.empty(0)
    if not minima.size:
        return np.full(len(points), nan)
    apart = points[:, np.newaxis] - minima
    far: Floats = norms(apart).min(axis=1)
    return far


def values(history: History) -> Floats:
    """(epochs + 1,) the value at the start and after each step, in a run that did not diverge."""
    surface = _surface(history)
    if history.past.evaluated_apart:
        return np.array([surface.value(w) for part in history.evaluated_parts() for w in part])
    return np.append(history["loss"], surface.value(history.at(history.epochs)[0]))


def steps_until(values: Floats, at: float) -> float:
    """After how many steps something is at most `at`; infinity if never, NaN if it has no value."""
    found = np.flatnonzero(values <= at)
    return float(found[0]) if found.size else nan if np.isnan(values).all() else inf


def convergence_factor(history: History) -> float:
    """By which factor a step shortens the distance to the nearest lowest point, near the end.

    It is ρ of the fit log d = a + b·log k + k·log ρ over the second half of the steps k, up to
    where rounding stops the descent. The term with b is there because the best momentum, whose
    slowest two modes are alike, comes nearer by kᵇ·ρᵏ: the plain slope would call it slower than
    it is by b/k. NaN where there are too few steps to tell.
    """
    far = distances(history)
    minima = np.array(_surface(history).declared.minima)
    floor = max(SMALLEST, ROUNDING * float(np.abs(minima).max(initial=0.0)))
    stopped = np.flatnonzero(~(far > floor))
    # A run may pass right through the lowest point: what counts is where it stays there.
    end = int(stopped[0]) if stopped.size and not (far[stopped[0] :] > floor).any() else len(far)
    k = np.arange(max(end // 2, 1), end)
    k = k[far[k] > floor]
    if k.size < FEWEST_POINTS:
        return nan
    return exp(_slope(k.astype(np.float64), log(far[k])))


def _slope(k: Floats, y: Floats) -> float:
    """The factor of k where y is fitted by 1, log k and k, by least squares.

    It is y's along what of k the others leave (Frisch & Waugh 1933).
    """
    bend = _less_mean(log(k))
    rest = _less_mean(k)
    # Twice, as after once rounding leaves some of it where little is left.
    for _ in range(2):
        rest = _less_mean(rest - np.sum(rest * bend) / np.sum(bend * bend) * bend)
    return float(np.sum(rest * y) / np.sum(rest * k))


def _less_mean(a: Floats) -> Floats:
    less: Floats = a - a.mean()
    return less


def _surface(history: History) -> SurfaceProblem:
    problem = history.config.problem
    if not isinstance(problem, SurfaceProblem):
        raise TypeError("a run that goes down on a surface is asked for")
    return problem
