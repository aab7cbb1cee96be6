"""A slice through the loss around the weights, and a run's way projected on it.

Weights are those that are evaluated: some rules and wrappers answer with others than they train.

The slice is spanned by the first two principal components of the weights' history (Li et al. 2018,
Visualizing the loss landscape of neural nets, section 7), so that it shows as much of the way as a
plane can.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optplay.arithmetic.norms import norm
from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.experiments import Results
from optplay.problems import Problem
from optplay.training import History
from optplay.training.eigen import top_eigenvector
from optplay.training.losses import mean_losses

COLUMNS, ROWS = 60, 40
# Beyond the way on each side, of its width; and the least that one side is of the other.
MARGIN, NARROWEST = 0.15, 0.05
# Of weights at most 1 far, what may be all that rounding left.
ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of the weights.

    Attributes:
        origin: (n,) the weights that it goes through.
        directions: (2, n) unit vectors at a right angle; zero if there are fewer dimensions.
        explained: (2,) which part of the variance of the weights' history lies along each, in
            [0, 1]; 0 if there is none.
    """

    origin: Floats
    directions: Floats
    explained: Floats

    def project(self, weights: Floats) -> Floats:
        """The coordinates (…, 2) of weights (…, n), seen at a right angle to the plane."""
        return _along(weights - self.origin, self.directions)

    def losses(self, history: History, x: Floats, y: Floats) -> Floats:
        """The mean loss (k, m) of a run's training samples at coordinates x (m,) and y (k,)."""
        across, up = np.meshgrid(x, y)
        one, other = self.directions
        at = across.reshape(-1, 1) * one + up.reshape(-1, 1) * other + self.origin
        return mean_losses(history.config.network, at).reshape(len(y), len(x))


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over a plane.

    Attributes:
        plane: through the weights of a run after one of its epochs, which are at (0, 0).
        x_limits, y_limits: the part of it that has all paths, with a margin; low < high.
        paths: for each run the coordinates (epochs + 1, 2) of its weights.
    """

    plane: Plane
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    paths: tuple[Floats, ...]

    def grid(self, columns: int = COLUMNS, rows: int = ROWS) -> tuple[Floats, Floats]:
        """Even coordinates x (columns,) and y (rows,) from limit to limit."""
        return np.linspace(*self.x_limits, columns), np.linspace(*self.y_limits, rows)


def landscape(histories: Sequence[History], epoch: int | None = None) -> Landscape:
    """The plane that shows most of the ways of some runs, through the first one's weights.

    Args:
        histories: one or more; the first is the one that is looked at.
        epoch: which weights of it the plane goes through; the last if left out. A run that ended
            before is taken at its end.

    Raises:
        InputError: networks of several shapes, or a negative epoch.
    """
    shapes = {h.config.problem.sizes for h in histories}
    if len(shapes) > 1:
        found = " and ".join(str(list(sizes)) for sizes in sorted(shapes))
        raise InputError(f"landscape: found networks of layers {found}, allowed: runs of one shape")
    first = histories[0]
    if not isinstance(first.config.problem, Problem):
        raise InputError("problem: found a surface, which is its own landscape; allowed: a network")
    if epoch is not None and epoch < 0:
        raise InputError(f"epoch: found {epoch}, allowed: 0 to {first.epochs}")
    at = first.epochs if epoch is None else min(epoch, first.epochs)
    ways = [np.concatenate([*h.evaluated_parts()]) for h in histories]
    plane = _plane(ways, first.evaluated(at))
    paths = tuple(map(plane.project, ways))
    x, y = _limits(np.concatenate(paths))
    return Landscape(plane, x, y, paths)


def _plane(ways: Sequence[Floats], origin: Floats) -> Plane:
    # From the start on, so that weights that never moved are exactly zero.
    moved = np.concatenate(ways) - ways[0][0]
    centred = moved - moved.mean(axis=0)
    # Squares of what is far out would overflow.
    centred /= np.abs(centred).max() or 1.0
    total = np.sum(centred * centred)
    directions, explained = np.zeros((2, len(origin))), np.zeros(2)
    for k in range(min(2, len(origin))):
        directions[k] = _main_direction(centred, directions)
        along = _along(centred, directions[k : k + 1])
        explained[k] = np.sum(along * along) / (total or 1.0)
        centred = centred - along * directions[k]
    # Which way a direction points is left open: runs go to the right, and upwards.
    onward = _along(ways[0][-1] - ways[0][0], directions)
    directions[onward < 0] *= -1
    return Plane(origin.copy(), directions, explained)


def _along(vectors: Floats, directions: Floats) -> Floats:
    """How far vectors (…, n) go along each of the directions (k, n): (…, k), in a written order."""
    return np.stack([np.sum(vectors * one, axis=-1) for one in directions], axis=-1)


def _main_direction(rows: Floats, others: Floats) -> Floats:
    """The unit vector (n,) along which rows (k, n) lie most, at a right angle to `others`.

    That is the top eigenvector of the products of their columns, or comes of that of the products
    of the rows, where those are fewer.
    """
    count, n = rows.shape
    if np.abs(rows).max() <= ROUNDING:
        unit = np.zeros(n)
        unit[np.abs(others).sum(axis=0).argmin()] = 1.0  # what is farthest from them
    elif count > n:
        _, unit = top_eigenvector(_products(rows))
    else:
        _, shares = top_eigenvector(_products(rows.T))
        unit = np.sum(rows * shares[:, np.newaxis], axis=0)
        unit /= norm(unit)
    for _ in range(2):  # once leaves what rounding made of it
        unit = unit - np.sum(_along(unit, others)[:, np.newaxis] * others, axis=0)
    direction: Floats = unit / norm(unit)
    return direction


def _products(rows: Floats) -> Floats:
    """XᵀX (n, n) of X (k, n), added row by row."""
    total = np.zeros((rows.shape[1],) * 2)
    for row in rows:
        total += row[:, np.newaxis] * row
    return total


def _limits(points: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits with a margin around the points (k, 2) and the origin, none of them too narrow."""
    low, high = np.minimum(points.min(axis=0), 0), np.maximum(points.max(axis=0), 0)
    width = high - low
    # Where nothing moved, the loss around is shown at the scale of a weight.
    width = np.maximum(width, NARROWEST * width.max() or 1.0)
    middle, reach = (low + high) / 2, width * (0.5 + MARGIN)
    (left, bottom), (right, top) = (middle - reach).tolist(), (middle + reach).tolist()
    return (left, right), (bottom, top)


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice of the loss and whose ways are on it.

    Attributes:
        labels, histories: the runs; the plane goes through the first one's weights after `epoch`.
        landscape: the plane and the ways on it.
    """

    labels: Sequence[str]
    histories: Sequence[History]
    epoch: int
    landscape: Landscape

    @property
    def loss(self) -> float:
        """The mean loss at the weights that the plane goes through."""
        here = np.zeros(1)
        return float(self.landscape.plane.losses(self.histories[0], here, here)[0, 0])


def slices(results: Results, epoch: int | None = None, *, shared: bool = False) -> list[Slice]:
    """A slice per run, each through its own weights, or one for all; of the first seed.

    Args:
        epoch: which weights; the last of each run if left out, or if it ended before.
        shared: whether one plane has the ways of all runs; it goes through the first one's weights.

    Raises:
        InputError: no run has such an epoch, or runs that can't share a plane.
    """
    first = {label: histories[0] for label, histories in results.runs.items()}
    most = max(h.config.epochs for h in first.values())
    if epoch is not None and not 0 <= epoch <= most:
        raise InputError(f"epoch: found {epoch}, allowed: 0 to {most}")
    groups = [list(first)] if shared else [[label] for label in first]
    found = []
    for labels in groups:
        histories = [first[label] for label in labels]
        last = histories[0].epochs
        at = last if epoch is None else min(epoch, last)
        found.append(Slice(labels, histories, at, landscape(histories, at)))
    return found
