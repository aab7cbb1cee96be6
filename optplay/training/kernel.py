"""The compiled training loop. Plain Python that numba compiles; see `compilation`.

One step goes through the pipeline gradient → clipping → coupled L2 → decoupled decay → rule → box.
The decay comes before the rule because it takes lr·λ of the weight as it was, and no rule reads w.

The same text trains one run, or eight of one shape in lockstep: then each number below is lanes,
one of each run, and comes to the same bits as it would alone.
"""

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

from optplay.arithmetic.lanes import any_of, packed, spread
from optplay.arithmetic.primitives import sqrt, where
from optplay.arrays import (
    Cube,
    FixedMatrix,
    FixedVector,
    IntVector,
    Matrix,
    Number,
    Packed,
    PackedMatrix,
    PackedNumber,
    Rows,
    RowsMatrix,
    Vector,
)  # fmt: skip
from optplay.problems.network import lesson_gradient, lesson_gradients
from optplay.training.recorded import RECORDED
from optplay.training.sums import moved, moved_of_each, squares, squares_of_each

# What is compiled has the types that stand here: see `compilation`.
Rule = Callable[[Packed, Packed, PackedMatrix, Packed, Packed, PackedNumber, int], None]
Factor = Callable[[int, int, int, FixedVector], float]
Gradient = Callable[
    [Vector, Vector, FixedMatrix, FixedVector, Rows, int, int, IntVector, Matrix],
    tuple[Number, Number],
]
Squares = Callable[[Vector], Number]
Moved = Callable[[Vector, Vector], tuple[Number, Number]]

LOSS, ACCURACY, TEST_LOSS, TEST_ACCURACY, WEIGHT_NORM, GRADIENT_NORM, RATE, CLIPPED, RATIO = range(
    len(RECORDED)
)


class Span(NamedTuple):
    """Which steps of a run are made, all counted from 0.

    Attributes:
        first, last: from step `first` up to `last`.
        born: the step before which the optimizer's state was all zero: t = step + 1 - born.
        scheduled: the step at which the schedule begins: 0, or where the run left another one.
        warmup: over how many steps the learning rate rises from there, and start: from which
            factor.
        total: how many steps the schedule has.
        steady: from which of them on the learning rate is not multiplied by anything.
        knobs: the numbers of the decay.
    """

    first: int
    last: int
    born: int
    scheduled: int
    warmup: int
    start: float
    total: int
    steady: int
    knobs: FixedVector


class Pipeline(NamedTuple):
    """The numbers of the update, each in an array of one.

    Attributes:
        lr: the learning rate before the schedule.
        clip: the longest gradient let through; inf for any.
        l2, weight_decay: the coupled and the decoupled one.
        hyper: (hyperparameters,) those of the rule after `lr`.
        corrected: of how many of these, from the first on, 1 - βᵗ goes on.
    """

    lr: Vector
    clip: Vector
    l2: Vector
    weight_decay: Vector
    hyper: Packed
    corrected: int


class Data(NamedTuple):
    """What is trained on.

    Attributes:
        inputs, labels: see `Samples`.
        orders: (1, n) the one order of the training samples, or a row for each epoch from
            `order_epoch` on.
        test_rows: the samples that are measured at the end of an epoch.
        batch_size: samples per step.
        layout: see `Problem.layout`.
    """

    inputs: FixedMatrix
    labels: FixedVector
    orders: RowsMatrix
    order_epoch: int
    test_rows: Rows
    batch_size: int
    layout: IntVector


class Course(NamedTuple):
    """Where a run stands; all of it is carried from call to call, and changed in place.

    Attributes:
        w: (n,) the weights. state: (slots, n or more) the optimizer's.
        corrections: (hyperparameters,) 1 - βᵗ for each of them, which is what a mean with the
            memory β, begun at zero, would have made of ones until now.
        alive: (1,) 0 where the run has diverged and only others of its lanes go on, else 1.
        sums: (8,) what the epoch under way has added up, then of the last step its batch's summed
            loss, the gradient's norm and the learning rate.
        g: (n,) scratch: left with the last gradient, as the rule had it. before: (n,) scratch.
        scratch: (3, neurons) for the network.
    """

    w: Vector
    state: Matrix
    corrections: Packed
    alive: Vector
    sums: Vector
    g: Vector
    before: Vector
    scratch: Matrix


class Batch(NamedTuple):
    """The samples of a step: `rows[low]` up to `rows[high]`."""

    rows: Rows
    low: int
    high: int


class Recorded(NamedTuple):
    """What a run leaves: the rows of every epoch that ends are filled in.

    Attributes:
        record: (epochs, quantities) of the epochs after `begin`.
        weights: (rows, n), states: (rows, slots, n) at `begin`, and of every `every`-th after it.
        begin: after so many epochs of the run they begin. every: from 1.
    """

    record: Matrix
    weights: Matrix
    states: Cube
    begin: int
    every: int


def one_update(
    squares: Squares, rule: Rule, w: Vector, g: Vector, state: Matrix, corrections: Packed,
    pipeline: Pipeline, rate: Number, t: int,
) -> tuple[Number, Number]:  # fmt: skip
    """One step of the pipeline on `w`, in place, with the learning rate `rate`.

    Args:
        squares: `squares`, or of eight runs `squares_of_each`.

    Returns:
        The norm of the gradient before clipping, and 1.0 if it was clipped, else 0.0.
    """
    clip, l2, weight_decay = pipeline.clip[0], pipeline.l2[0], pipeline.weight_decay[0]
    hyper, lr = pipeline.hyper, spread(rate)
    weights, gradient = packed(w), packed(g)
    norm = sqrt(squares(g))
    over = norm > clip
    if any_of(over):
        kept = spread(where(over, clip / norm, 1.0))
        for i in range(gradient.size):
            gradient[i] *= kept
    if any_of(l2 > 0.0):
        coupled = spread(l2)
        for i in range(gradient.size):
            # Next to runs that have some: a zero may have a sign.
            pulled = gradient[i] + coupled * weights[i]
            gradient[i] = where(coupled > 0.0, pulled, gradient[i])
    if any_of(weight_decay > 0.0):
        kept = 1 - lr * spread(weight_decay)
        for i in range(weights.size):
            weights[i] *= kept
    correct_once(hyper, corrections, min(pipeline.corrected, hyper.size))
    rule(weights, gradient, packed(state), hyper, corrections, lr, t)
    return norm, where(over, 1.0, 0.0)


def update(
    rule: Rule, w: Vector, g: Vector, state: Matrix, corrections: Packed, pipeline: Pipeline,
    rate: Number, t: int,
) -> tuple[Number, Number]:  # fmt: skip
    """`one_update` of one run."""
    return one_update(squares, rule, w, g, state, corrections, pipeline, rate, t)


def correct(hyper: Packed, corrections: Packed, steps: int) -> None:
    """Goes on with 1 - βᵗ: β·(1 - βᵗ⁻¹) + (1 - β), which loses no digits where β is nearly 1."""
    for _ in range(steps):
        correct_once(hyper, corrections, hyper.size)


def correct_once(hyper: Packed, corrections: Packed, count: int) -> None:
    """The next 1 - βᵗ of so many hyperparameters."""
    for j in range(count):
        corrections[j] = hyper[j] * corrections[j] + (1 - hyper[j])


def scheduled(rule: Any, course: Course, factor: Factor, span: Span, k: int) -> float:
    """What the learning rate of step k is multiplied by."""
    step, warmup = k - span.scheduled, span.warmup
    if step >= span.steady:
        return 1.0  # to call the factor takes as long as a twentieth of a step
    if step < warmup:
        return span.start + (1 - span.start) * ((step + 1) / warmup)
    return factor(step - warmup, span.total - warmup, warmup, span.knobs)


def plain_step(
    gradient: Gradient, squares: Squares, rule: Rule, batch: Batch, data: Data, course: Course,
    pipeline: Pipeline, span: Span, rate: Number, share: float, t: int,
) -> tuple[Number, Number, Number, Number]:  # fmt: skip
    """One step on a batch.

    Args:
        rule: what goes between the gradient and the weights. share: of lr that the rate is.

    Returns:
        The summed loss and the hits of the batch, and as `one_update`.
    """
    w, g = course.w, course.g
    loss, hits = gradient(
        w, g, data.inputs, data.labels, batch.rows, batch.low, batch.high, data.layout,
        course.scratch,
    )  # fmt: skip
    norm, clipped = one_update(
        squares, rule, w, g, course.state, course.corrections, pipeline, rate, t
    )
    return loss, hits, norm, clipped


def as_trained(rule: Rule, course: Course, t: int) -> Vector:
    """The weights that the held-out samples are measured at."""
    return course.w


def nothing_more(rule: Rule, span: Span, course: Course, count: int) -> None:
    """What else an epoch of so many samples ends with."""


def same_row(rule: Rule, slot: int) -> int:
    """In which row of the state a slot that is kept lies."""
    return slot


def run_steps(
    gradient: Gradient, measured: Gradient, squares: Squares, moved: Moved, box: float,
    advance: Any, share_of: Any, evaluated: Any, ended: Any, row_of: Any, rule: Any,
    factor: Factor, span: Span, pipeline: Pipeline, data: Data, course: Course, recorded: Recorded,
) -> tuple[int, int]:  # fmt: skip
    """Trains over a span of steps, in place.

    Args:
        gradient, measured: the same of the training samples and of those held out.
        squares, moved: those of `sums`, or of eight runs those of each.
        advance, share_of, evaluated, ended, row_of: `plain_step`, `scheduled`, `as_trained`,
            `nothing_more` and `same_row`, or those of `more`. rule: what they are given.
        box: the largest |weight|, to which a step that leads further is cut; inf for none.

    Returns:
        How many steps of the run are done, and 1 if the last of them, which was still made, found
        a loss or a gradient's norm that is not finite, or left such a weight. The norm counts
        because a gradient of norm infinity is clipped to zero, as if the run stood at its goal.
    """
    first, last, born = span.first, span.last, span.born
    inputs, labels, orders, order_epoch, test_rows, batch_size, layout = data
    w, state, _, alive, sums, _, before, scratch = course
    record, weights, states, begun, every = recorded
    lr = pipeline.lr[0]
    n, count = w.size, orders.shape[1]
    steps_per_epoch = (count + batch_size - 1) // batch_size
    loss, hits, norms, clips, ratios = sums[0], sums[1], sums[2], sums[3], sums[4]
    batch_loss, norm, rate = sums[5], sums[6], lr
    k, finite = first, True
    for i in range(n):
        before[i] = w[i]
    while k < last and finite:
        epoch = k // steps_per_epoch
        rows = orders[epoch - order_epoch if orders.shape[0] > 1 else 0]
        begin = k - epoch * steps_per_epoch
        end = min(steps_per_epoch, begin + last - k)
        weight_squares = 0.0 * lr
        for batch in range(begin, end):
            low = batch * batch_size
            share = share_of(rule, course, factor, span, k)
            rate = lr * share
            batch_loss, batch_hits, norm, clipped = advance(
                gradient,
                squares,
                rule,
                Batch(rows, low, min(low + batch_size, count)),
                data,
                course,
                pipeline,
                span,
                rate,
                share,
                k + 1 - born,
            )
            if box < inf:
                for i in range(n):
                    inside = where(w[i] > box, box, w[i])  # NaN stays NaN
                    w[i] = where(inside < -box, -box, inside)
            weight_squares, change_squares = moved(w, before)
            ratios += sqrt(change_squares / where(weight_squares > 0.0, weight_squares, inf))
            loss += batch_loss
            hits += batch_hits
            norms += norm
            clips += clipped
            k += 1
            sound = where(alive[0] > 0.0, batch_loss + norm + weight_squares, 0.0)
            if any_of(sound - sound != 0.0):
                # The square of a finite weight may overflow: look at each.
                sound = batch_loss - batch_loss + (norm - norm)
                for i in range(n):
                    sound += w[i] - w[i]
                finite = not any_of(where(alive[0] > 0.0, sound, 0.0) != 0.0)
                if not finite:
                    break
        if k == (epoch + 1) * steps_per_epoch:
            past = epoch + 1 - begun
            row = past - 1
            record[row, LOSS] = loss / count
            record[row, ACCURACY] = hits / count
            record[row, WEIGHT_NORM] = sqrt(weight_squares)
            record[row, GRADIENT_NORM] = norms / steps_per_epoch
            record[row, RATE] = rate
            record[row, CLIPPED] = clips / steps_per_epoch
            record[row, RATIO] = ratios / steps_per_epoch
            ended(rule, span, course, count)
            if test_rows.size > 0:
                test_loss, test_hits = measured(
                    evaluated(rule, course, k - born),
                    before,
                    inputs,
                    labels,
                    test_rows,
                    0,
                    test_rows.size,
                    layout,
                    scratch,
                )
                for i in range(n):
                    before[i] = w[i]
                record[row, TEST_LOSS] = test_loss / test_rows.size
                record[row, TEST_ACCURACY] = test_hits / test_rows.size
            if past % every == 0:
                for i in range(n):
                    weights[past // every, i] = w[i]
                for slot in range(states.shape[1]):
                    for i in range(states.shape[2]):
                        states[past // every, slot, i] = state[row_of(rule, slot), i]
            loss = hits = norms = clips = ratios = 0.0
    sums[0], sums[1], sums[2], sums[3], sums[4] = loss, hits, norms, clips, ratios
    sums[5], sums[6], sums[7] = batch_loss, norm, rate
    return k, 0 if finite else 1


def run_network_steps(
    gradient: Gradient,
    box: float,
    rule: Rule,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_steps` of one run."""
    return run_steps(
        gradient, gradient, squares, moved, box,
        plain_step, scheduled, as_trained, nothing_more, same_row, rule,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip


def run_networks_together(
    gradient: Gradient,
    box: float,
    rule: Rule,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_steps` of eight runs in lockstep."""
    return run_steps(
        gradient, gradient, squares_of_each, moved_of_each, box,
        plain_step, scheduled, as_trained, nothing_more, same_row, rule,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip


def run_lesson_steps(
    measured: Gradient,
    rule: Rule,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_network_steps` with the gradient of the lesson's network, and no box, compiled into it.

    To call the gradient takes as long as a quarter of a step, and so does to ask in each step
    whether there is a box.
    """
    return run_steps(
        lesson_gradient, measured, squares, moved, inf,
        plain_step, scheduled, as_trained, nothing_more, same_row, rule,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip


def run_lessons_together(
    measured: Gradient,
    rule: Rule,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """As `run_lesson_steps`, for eight runs in lockstep."""
    return run_steps(
        lesson_gradients, measured, squares_of_each, moved_of_each, inf,
        plain_step, scheduled, as_trained, nothing_more, same_row, rule,
        factor, span, pipeline, data, course, recorded,
    )  # fmt: skip
