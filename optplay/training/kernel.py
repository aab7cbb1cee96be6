"""The compiled training loop. Plain Python that numba compiles; see `compilation`.

One step goes through the pipeline gradient → clipping → coupled L2 → decoupled decay → rule → box.
The decay comes before the rule because it takes lr·λ of the weight as it was, and no rule reads w.
"""

from collections.abc import Callable
from math import inf, isfinite, sqrt
from typing import NamedTuple

from optplay.arrays import Cube, FixedMatrix, FixedVector, IntMatrix, IntVector, Matrix, Vector
from optplay.problems.network import mean_gradient

# What is compiled has the types that stand here: see `compilation`.
Rule = Callable[[Vector, Vector, Matrix, Vector, float, int], None]
Factor = Callable[[int, int], float]
Gradient = Callable[
    [Vector, Vector, FixedMatrix, FixedVector, IntVector, int, int, IntVector, Matrix],
    tuple[float, float],
]

RECORDED = (
    "loss", "accuracy", "test_loss", "test_accuracy", "weight_norm", "gradient_norm",
    "learning_rate", "clipped", "update_ratio",
)  # fmt: skip
LOSS, ACCURACY, TEST_LOSS, TEST_ACCURACY, WEIGHT_NORM, GRADIENT_NORM, RATE, CLIPPED, RATIO = range(
    len(RECORDED)
)


class Span(NamedTuple):
    """Which steps of a run are made, all counted from 0.

    Attributes:
        first, last: from step `first` up to `last`.
        born: the step before which the optimizer's state was all zero: t = step + 1 - born.
        warmup: over how many steps the learning rate rises.
        total: T, how many steps the whole run has.
    """

    first: int
    last: int
    born: int
    warmup: int
    total: int


class Pipeline(NamedTuple):
    """The numbers of the update.

    Attributes:
        lr: the learning rate before the schedule.
        clip: the longest gradient let through; inf for any.
        l2, weight_decay: the coupled and the decoupled one.
        hyper: the rule's hyperparameters after `lr`.
    """

    lr: float
    clip: float
    l2: float
    weight_decay: float
    hyper: Vector


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
    orders: IntMatrix
    order_epoch: int
    test_rows: IntVector
    batch_size: int
    layout: IntVector


class Course(NamedTuple):
    """Where a run stands; all of it is carried from call to call, and changed in place.

    Attributes:
        w: (n,) the weights. state: (slots, n) the optimizer's.
        work: (5, …) scratch for the gradient, the weights before a step, and the network.
        sums: (8,) what the epoch under way has added up, then of the last step its batch's summed
            loss, the gradient's norm and the learning rate.
    """

    w: Vector
    state: Matrix
    work: Matrix
    sums: Vector


class Recorded(NamedTuple):
    """What a run leaves: the rows of every epoch that ends are filled in.

    Attributes:
        record: (epochs, quantities), weights: (epochs + 1, n), states: (epochs + 1, slots, n).
    """

    record: Matrix
    weights: Matrix
    states: Cube


def update(
    rule: Rule, w: Vector, g: Vector, state: Matrix, pipeline: Pipeline, lr: float, t: int
) -> tuple[float, float]:
    """One step of the pipeline on `w`, in place, with the learning rate `lr`.

    Returns:
        The norm of the gradient before clipping, and 1.0 if it was clipped, else 0.0.
    """
    clip, l2, weight_decay = pipeline.clip, pipeline.l2, pipeline.weight_decay
    squares = 0.0
    for i in range(g.size):
        squares += g[i] * g[i]
    norm, clipped = sqrt(squares), 0.0
    if norm > clip:
        clipped = 1.0
        for i in range(g.size):
            g[i] *= clip / norm
    if l2 > 0.0:
        for i in range(g.size):
            g[i] += l2 * w[i]
    if weight_decay > 0.0:
        kept = 1 - lr * weight_decay
        for i in range(w.size):
            w[i] *= kept
    rule(w, g, state, pipeline.hyper, lr, t)
    return norm, clipped


def run_steps(
    gradient: Gradient, box: float, rule: Rule, factor: Factor, span: Span, pipeline: Pipeline,
    data: Data, course: Course, recorded: Recorded,
) -> tuple[int, int]:  # fmt: skip
    """Trains over a span of steps, in place.

    Args:
        box: the largest |weight|, to which a step that leads further is cut; inf for none.

    Returns:
        How many steps of the run are done, and 1 if the last of them, which was still made, found
        a loss or a gradient's norm that is not finite, or left such a weight. The norm counts
        because a gradient of norm infinity is clipped to zero, as if the run stood at its goal.
    """
    first, last, born, warmup, total = span
    inputs, labels, orders, order_epoch, test_rows, batch_size, layout = data
    w, state, work, sums = course
    record, weights, states = recorded
    lr = pipeline.lr
    n, count = w.size, orders.shape[1]
    steps_per_epoch = (count + batch_size - 1) // batch_size
    g, before, scratch = work[0, :n], work[1, :n], work[2:]
    loss, hits, norms, clips, ratios = sums[0], sums[1], sums[2], sums[3], sums[4]
    batch_loss, norm, rate = 0.0, 0.0, lr
    k, finite = first, True
    while k < last and finite:
        epoch = k // steps_per_epoch
        rows = orders[epoch - order_epoch if orders.shape[0] > 1 else 0]
        begin = k - epoch * steps_per_epoch
        end = min(steps_per_epoch, begin + last - k)
        weight_squares = 0.0
        for batch in range(begin, end):
            low = batch * batch_size
            batch_loss, batch_hits = gradient(
                w, g, inputs, labels, rows, low, min(low + batch_size, count), layout, scratch
            )
            rate = lr * ((k + 1) / warmup if k < warmup else factor(k - warmup, total - warmup))
            for i in range(n):
                before[i] = w[i]
            norm, clipped = update(rule, w, g, state, pipeline, rate, k + 1 - born)
            if box < inf:
                for i in range(n):
                    w[i] = -box if w[i] < -box else box if w[i] > box else w[i]  # NaN stays NaN
            weight_squares, change_squares = 0.0, 0.0
            for i in range(n):
                weight_squares += w[i] * w[i]
                change_squares += (w[i] - before[i]) * (w[i] - before[i])
            if weight_squares > 0.0:
                ratios += sqrt(change_squares / weight_squares)
            loss += batch_loss
            hits += batch_hits
            norms += norm
            clips += clipped
            k += 1
            if not (isfinite(batch_loss) and isfinite(norm) and isfinite(weight_squares)):
                # The square of a finite weight may overflow: look at each.
                finite = isfinite(batch_loss) and isfinite(norm)
                for i in range(n):
                    finite = finite and isfinite(w[i])
                if not finite:
                    break
        if finite and end == steps_per_epoch:
            record[epoch, LOSS] = loss / count
            record[epoch, ACCURACY] = hits / count
            record[epoch, WEIGHT_NORM] = sqrt(weight_squares)
            record[epoch, GRADIENT_NORM] = norms / steps_per_epoch
            record[epoch, RATE] = rate
            record[epoch, CLIPPED] = clips / steps_per_epoch
            record[epoch, RATIO] = ratios / steps_per_epoch
            if test_rows.size > 0:
                test_loss, test_hits = gradient(
                    w, g, inputs, labels, test_rows, 0, test_rows.size, layout, scratch
                )
                record[epoch, TEST_LOSS] = test_loss / test_rows.size
                record[epoch, TEST_ACCURACY] = test_hits / test_rows.size
            for i in range(n):
                weights[epoch + 1, i] = w[i]
                for slot in range(state.shape[0]):
                    states[epoch + 1, slot, i] = state[slot, i]
            loss, hits, norms, clips, ratios = 0.0, 0.0, 0.0, 0.0, 0.0
    sums[0], sums[1], sums[2], sums[3], sums[4] = loss, hits, norms, clips, ratios
    sums[5], sums[6], sums[7] = batch_loss, norm, rate
    return k, 0 if finite else 1


def run_network_steps(
    rule: Rule,
    factor: Factor,
    span: Span,
    pipeline: Pipeline,
    data: Data,
    course: Course,
    recorded: Recorded,
) -> tuple[int, int]:
    """`run_steps` with the network's gradient, and no box, compiled into it.

    To call the gradient as a first-class function takes as long as a quarter of a step, and so does
    to ask in each step whether there is a box.
    """
    return run_steps(mean_gradient, inf, rule, factor, span, pipeline, data, course, recorded)
