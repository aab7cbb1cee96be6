"""The step of runs that need more than a rule for each parameter by itself.

Rules of matrices, wrappers, second gradients, Hessians, weights to evaluate at, and what clips and
decays in other ways than most runs do: all that `kernel.run_steps` leaves out, so that these take
no time where there is none of it. Written for the compiler as `kernel` is.

Here too decoupled decay comes before the rule, so that one that reads the weights finds them
decayed, as PyTorch's Adafactor does.
"""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from optplay.arithmetic.lanes import any_of
from optplay.arithmetic.primitives import sqrt, where
from optplay.arithmetic.tensors import matrix
from optplay.arrays import (
    FixedMatrix,
    FixedVector,
    IntCube,
    IntMatrix,
    IntVector,
    Matrix,
    Number,
    Rows,
    Vector,
)
from optplay.training.config import BEST, SEEN, SHARE, SUM, WAITED
from optplay.training.kernel import (
    Batch,
    Course,
    Data,
    Factor,
    Gradient,
    Pipeline,
    Recorded,
    Span,
    Squares,
    run_steps,
    scheduled,
)
from optplay.training.sums import moved, moved_of_each, squares, squares_of_each

# What is compiled has the types that stand here: see `compilation`.
Whole = Callable[[Vector, Vector, Matrix, IntCube, Vector, Vector, Number, int], None]
Probe = Callable[[Vector, Vector, Vector, Vector], None]
Evaluated = Callable[[Vector, Matrix, Vector, int, Vector], None]
Hessian = Callable[
    [Vector, Matrix, FixedMatrix, FixedVector, Rows, int, int, IntVector, Matrix, Matrix], None
]

# How gradients are clipped: by the norm of all, each number by itself, or each tensor by its norm.
BY_NORM, BY_VALUE, BY_TENSOR = range(3)
# The knobs of the decay called plateau.
PATIENCE, FACTOR, THRESHOLD = range(3)


class More(NamedTuple):
    """What such a run has besides.

    Attributes:
        rule: the rule with what is wrapped around it, over all parameters.
        probe: see `Optimizer`; probes: 1 if it is called, else 0.
        evaluated: see `Optimizer`; evaluates: 1 if it is called, else 0.
        hessian: of the loss of a batch; every: before every how manyth step it is called, from the
            first one on, 0 for never; curved: the row of the state that it is written into.
        own, scratch: how many rows of the state the rule has, and how many after these are room.
        plateau: the row of the state that the decay of this name has, or -1.
        clipping: BY_NORM, BY_VALUE or BY_TENSOR.
        by_lr: 1 if decay is multiplied by the learning rate, else 0: by its share of lr.
        biases: 1 if biases decay too, else 0.
        hyper: (h,) the rule's hyperparameters after lr, then those of the wrappers.
        corrections: (h,) 1 - βᵗ of each; carried from call to call.
        rates: (h,) 1 for those that the schedule multiplies, else 0. now: (h,) room for all, as
            they are in a step.
        places: (tensors, 1 + slots, 4) what the rule sees, see `optim.slots`.
        tensors: (tensors, 3) where each tensor of the problem begins, how many numbers it has, and
            how many dimensions.
        point: (n,) room for other weights.
        bent: (4, neurons) and tangents: (neurons, n), room for the Hessian.
    """

    rule: Whole
    probe: Probe
    probes: int
    evaluated: Evaluated
    evaluates: int
    hessian: Hessian
    every: int
    curved: int
    own: int
    scratch: int
    plateau: int
    clipping: int
    by_lr: int
    biases: int
    hyper: Vector
    corrections: Vector
    rates: FixedVector
    now: Vector
    places: IntCube
    tensors: IntMatrix
    point: Vector
    bent: Matrix
    tangents: Matrix


def whole_step(
    gradient: Gradient, squares: Squares, more: More, batch: Batch, data: Data, course: Course,
    pipeline: Pipeline, span: Span, rate: Number, share: Number, t: int,
) -> tuple[Number, Number, Number, Number]:  # fmt: skip
    """As `kernel.plain_step`."""
    w, g, n = course.w, course.g, course.w.size
    inputs, labels, layout = data.inputs, data.labels, data.layout
    rows, low, high = batch.rows, batch.low, batch.high
    loss, hits = gradient(w, g, inputs, labels, rows, low, high, layout, course.scratch)
    if more.plateau >= 0:
        course.state[more.plateau, SUM] += loss
    if more.every > 0 and (t - 1) % more.every == 0:
        h = matrix(course.state[more.curved], 0, n, n)
        more.hessian(w, h, inputs, labels, rows, low, high, layout, more.bent, more.tangents)
    if more.probes:
        more.probe(w, g, more.hyper, more.point)
        gradient(more.point, g, inputs, labels, rows, low, high, layout, course.scratch)
    norm = sqrt(squares(g))
    clipped = whole_update(more, w, g, course.state, norm, pipeline, rate, share, t)
    return loss, hits, norm, clipped


def whole_update(
    more: More, w: Vector, g: Vector, state: Matrix, norm: Number, pipeline: Pipeline,
    rate: Number, share: Number, t: int,
) -> Number:  # fmt: skip
    """What goes from the gradient to the weights, in place; 1.0 if it was clipped, else 0.0."""
    n = w.size
    clipped = clip(more, g, norm, pipeline.clip[0])
    l2 = pipeline.l2[0]
    if any_of(l2 > 0.0):
        for i in range(n):
            g[i] = where(l2 > 0.0, g[i] + l2 * w[i], g[i])
    if any_of(pipeline.weight_decay[0] > 0.0):
        kept = 1 - (rate if more.by_lr else share) * pipeline.weight_decay[0]
        decay(more, w, kept)
    hyper, corrections = more.hyper, more.corrections
    for j in range(hyper.size):
        corrections[j] = hyper[j] * corrections[j] + (1 - hyper[j])
        more.now[j] = hyper[j] * share if more.rates[j] > 0.0 else hyper[j]
    more.rule(w, g, state, more.places, more.now, corrections, rate, t)
    return clipped


def whole_update_alone(
    more: More, w: Vector, g: Vector, state: Matrix, pipeline: Pipeline, rate: Number,
    share: Number, t: int,
) -> tuple[Number, Number]:  # fmt: skip
    """`whole_update` of one run; the norm of its gradient, and 1.0 if that was clipped."""
    norm = sqrt(squares(g))
    return norm, whole_update(more, w, g, state, norm, pipeline, rate, share, t)


def clip(more: More, g: Vector, norm: Number, most: Number) -> Number:
    """Clips the gradient in place; 1.0 if that changed it, else 0.0."""
    clipped = where(norm > inf, 1.0, 0.0)  # which is 0, of each run
    if more.clipping == BY_VALUE:
        for i in range(g.size):
            cut = where(g[i] > most, most, g[i])  # NaN stays NaN
            cut = where(cut < -most, -most, cut)
            clipped = where(cut < g[i], 1.0, where(cut > g[i], 1.0, clipped))
            g[i] = cut
        return clipped
    if more.clipping == BY_TENSOR:
        for each in range(more.tensors.shape[0]):
            first, size = more.tensors[each, 0], more.tensors[each, 1]
            total = 0.0
            for i in range(first, first + size):
                total += g[i] * g[i]
            length = sqrt(total)
            kept = where(length > most, most / length, 1.0)
            clipped = where(length > most, 1.0, clipped)
            for i in range(first, first + size):
                g[i] *= kept
        return clipped
    over = norm > most
    if any_of(over):
        kept = where(over, most / norm, 1.0)
        for i in range(g.size):
            g[i] *= kept
    return where(over, 1.0, 0.0)


def decay(more: More, w: Vector, kept: Number) -> None:
    """Takes the decoupled decay off, and leaves biases alone where they do not decay."""
    for each in range(more.tensors.shape[0]):
        if more.biases or more.tensors[each, 2] > 1:
            first = more.tensors[each, 0]
            for i in range(first, first + more.tensors[each, 1]):
                w[i] *= kept


def share_of(more: More, course: Course, factor: Factor, span: Span, k: int) -> Number:
    """What the learning rate of step k is multiplied by."""
    share: Number = scheduled(more, course, factor, span, k)
    if more.plateau >= 0:
        slot = course.state[more.plateau]
        share = share * where(slot[SEEN] > 0.0, slot[SHARE], 1.0)
    each: Number = share + 0.0 * course.alive[0]  # a number of each run
    return each


def evaluated(more: More, course: Course, t: int) -> Vector:
    """The weights that the held-out samples are measured at."""
    if more.evaluates:
        more.evaluated(course.w, course.state, more.hyper, t, more.point)
    else:
        for i in range(course.w.size):
            more.point[i] = course.w[i]
    return more.point


def ended(more: More, span: Span, course: Course, count: int) -> None:
    """The end of an epoch, after which the decay called plateau may lower the rate."""
    if more.plateau < 0:
        return
    slot, knobs = course.state[more.plateau], span.knobs
    loss, first = slot[SUM] / count, slot[SEEN] == 0.0
    share = where(first, 1.0, slot[SHARE])
    better = where(first, 1.0, where(loss < slot[BEST] * (1 - knobs[THRESHOLD]), 1.0, 0.0))
    waited = where(better > 0.0, 0.0, slot[WAITED] + 1.0)
    lower = waited > knobs[PATIENCE]
    slot[BEST] = where(better > 0.0, loss, slot[BEST])
    slot[SHARE] = where(lower, share * knobs[FACTOR], share)
    slot[WAITED] = where(lower, 0.0, waited)
    slot[SEEN] = where(first, 1.0, slot[SEEN])
    slot[SUM] = 0.0 * course.alive[0]


def row_of(more: More, slot: int) -> int:
    """In which row of the state a slot that is kept lies: room comes after the rule's."""
    return slot if slot < more.own else slot + more.scratch


def run_whole_steps(
    gradient: Gradient,
    box: float,
    more: More,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_steps` of one such run."""
    return run_steps(
        gradient, gradient, squares, moved, box,
        whole_step, share_of, evaluated, ended, row_of, more,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip


def run_wholes_together(
    gradient: Gradient,
    box: float,
    more: More,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_steps` of eight such runs in lockstep."""
    return run_steps(
        gradient, gradient, squares_of_each, moved_of_each, box,
        whole_step, share_of, evaluated, ended, row_of, more,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip
