"""Single steps of a run, made again by the engine that made them."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.optim.declaration import Made
from optplay.training.config import PLATEAU, RunConfig, share_in
from optplay.training.engine import SUMS, Engine, step_by_hand
from optplay.training.history import History
from optplay.training.kernel import Pipeline
from optplay.training.made import decayed_part, made_of
from optplay.training.past import Past, Point

NONE, ANY = np.zeros(1), np.full(1, inf)
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Update:
    """One step, in the order of the pipeline; arrays are (n,), states (slots, n), all read-only.

    Attributes:
        lr: the learning rate of this step. share: what lr was multiplied by.
        t: its number as the optimizer counts, from 1.
        samples: (batch,) the rows of `Problem.draw` in its mini-batch.
        loss: the mean loss of the batch before the step.
        gradient: of that loss; where a second gradient is taken, that one. norm: its norm.
        first_gradient: of the loss at the weights, where a second one is taken; else None.
        clipped: whether the norm passed the threshold; clipped_gradient: what was left.
        rule_gradient: with the L2 term, as the rule was given it.
        before, after: the weights. state_before, state_after: the optimizer's state.
        delta: what the rule, and what is wrapped around it, added to the weights.
    """

    lr: float
    share: float
    t: int
    samples: NDArray[np.int64]
    loss: float
    gradient: Floats
    first_gradient: Floats | None
    norm: float
    clipped: bool
    clipped_gradient: Floats
    rule_gradient: Floats
    before: Floats
    state_before: Floats
    after: Floats
    state_after: Floats
    delta: Floats


def after_step(history: History, step: int) -> Point:
    """The weights (n,) and the state (slots, n) right after one of the steps of a run, as copies.

    Raises:
        InputError: the run has no such step, or it was made by the run that this one forked from.
    """
    _check(history, step, 0)
    w, state = history.past.after(step, history.epochs)
    return w.copy(), state.copy()


def one_update(history: History, step: int) -> Update:
    """One step of a run, counted from 1, bit for bit as it was; the next ones are at hand then.

    Raises:
        InputError: as `after_step`.
    """
    _check(history, step, 1)
    with history.past.lock:
        return _update(history.past, step, history.epochs)


def _check(history: History, step: int, first: int) -> None:
    """Refuses a step that the run did not make; `first` is the first of its own."""
    least = (history.forked_at or 0) * history.config.problem.steps_per_epoch + first
    if not least <= step <= history.steps:
        why = " (those after the fork)" * bool(history.forked_at)
        why += " (it diverged there)" * (history.diverged_at is not None)
        allowed = f"{least} to {history.steps}" if least <= history.steps else "none"
        raise InputError(f"step: found {step}, allowed: {allowed}{why}")


def _update(past: Past, step: int, epochs: int) -> Update:
    """All of step `step`, counted from 1, of a run that has come to so many epochs."""
    engine, pipeline, k = past.engine, past.engine.pipeline, step - 1
    before = past.after(k, epochs)
    end, rule_gradient, sums = _once(past, before, k, pipeline)
    _, clipped_gradient, _ = _once(past, before, k, pipeline._replace(l2=NONE))
    _, gradient, _ = _once(past, before, k, pipeline._replace(l2=NONE, clip=ANY))
    samples = engine.batch(k)
    loss, norm, lr = (float(x) for x in sums[-3:])
    t, share = step - engine.born, engine.config.share(k, engine.scheduled)
    first = None
    if engine.probes:
        _, first, _ = _once(past, before, k, pipeline._replace(l2=NONE, clip=ANY), probing=False)
    if engine.config.decay == PLATEAU:
        share = share_in(share, before[1])
    if engine.config.needs_more:
        delta = end[0] - decayed(engine.config, before[0], lr, share)
    else:
        delta = _delta(engine, before, end[0], rule_gradient, lr, t)
    clipped = not np.array_equal(gradient, clipped_gradient, equal_nan=True)
    update = Update(
        lr, share, t, samples, loss / samples.size, gradient, first, norm, clipped,
        clipped_gradient, rule_gradient, *before, *end, delta,
    )  # fmt: skip
    for array in vars(update).values():
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return update


def _once(
    past: Past, point: Point, step: int, pipeline: Pipeline, *, probing: bool = True
) -> tuple[Point, Floats, Floats]:
    """One step, counted from 0: what it leads to, the rule's gradient, and the loop's sums."""
    w, state, sums = point[0].copy(), point[1].copy(), np.zeros(SUMS)
    past.engine.run(
        step, step + 1, w, state, sums, past.unrecorded(step, step + 1), pipeline, probing=probing
    )
    return (w, state), past.engine.gradient, sums


def decayed(config: RunConfig, w: Floats, lr: float, share: float) -> Floats:
    """The weights (n,) once decoupled decay has taken its part.

    Args:
        lr: the learning rate of the step. share: what lr was multiplied by.
    """
    found: Floats = w * (1 - decayed_part(config, lr, share))
    return found


def made_in(config: RunConfig, update: Update, lr: float | None = None) -> Iterator[Made]:
    """A step as the rule's `terms` take it: the weights are those that it had, decayed already.

    Args:
        lr: in place of the learning rate of the step.
    """
    u = update
    w, rate = decayed(config, u.before, u.lr, u.share), u.lr if lr is None else lr
    return made_of(config, w, u.rule_gradient, u.state_before, u.state_after, rate, u.t)


def _delta(
    engine: Engine, before: Point, after: Floats, gradient: Floats, lr: float, t: int
) -> Floats:
    """What the rule added; the difference of the weights would hold their rounding as well."""
    pipeline, box = engine.pipeline, engine.config.problem.box
    (w, state), delta = before, np.zeros_like(after)
    alone = pipeline._replace(l2=NONE, clip=ANY, weight_decay=NONE)
    step_by_hand(engine.config.rule, alone, delta, gradient.copy(), state.copy(), lr, t)
    shrunk = decayed(engine.config, w, lr, 1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = after - shrunk
        size = np.abs(after) + np.abs(shrunk) + np.abs(delta)
        expected = np.clip(shrunk + delta, -box, box)
        # A rule of the user's own may read the weights: from zero it goes elsewhere.
        same = np.abs(expected - after) <= ROUNDING * size
    return np.where(same, delta, difference)
