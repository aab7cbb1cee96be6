"""Runs the compiled loop in chunks: streaming, cancelling, resuming."""

from collections.abc import Generator, Hashable, Sequence
from time import perf_counter

import numpy as np
from msgspec.structs import replace

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.training.config import RunConfig
from optplay.training.engine import SUMS, Engine
from optplay.training.history import History
from optplay.training.recorded import RECORDED

CHUNK_SECONDS = 0.015
FIRST_CHUNK = 2_000_000
# In the sums that the loop keeps.
BATCH_LOSS, NORM = 5, 6


Start = tuple[History, int]


def stream(
    config: RunConfig, start: Start | None = None, until: int | None = None
) -> Generator[History, None, None]:
    """Trains, and yields the History so far about every 15 ms; stop iterating to cancel.

    Args:
        config: what to train.
        start: a History and one of its recorded epochs, to go on from with this config. Its
            past is copied. State is kept slot by slot where the optimizer is the same, else it
            starts at zero, with t = 1.
        until: the step to stop after; the end of the run if left out.

    Raises:
        InputError: `start` has other parameters, or no such epoch.
    """
    for (history,) in _stream([config], [start], until):
        yield history


def shape(config: RunConfig, start: Start | None = None) -> Hashable:
    """What runs have in common that can be trained in lockstep; None for one that can't be."""
    if config.on_surface or not config.problem.exact:
        return None
    epoch, born = (start[1], _born(config, *start)) if start else (0, 0)
    config = replace(config, seed=0, hyperparameters={}, clip=None, l2=0.0, weight_decay=0.0)
    return config, epoch, born


def stream_together(
    configs: Sequence[RunConfig], starts: Sequence[Start | None] | None = None
) -> Generator[list[History], None, None]:
    """As `stream`, for up to LANES runs of one `shape`, in lockstep: with more than two of them it
    is quicker, and every one comes to the same bits as alone.

    Yields the Histories so far, in the order of `configs`; done ones too.
    """
    yield from _stream(configs, starts or [None] * len(configs), None)


def _stream(
    configs: Sequence[RunConfig], starts: Sequence[Start | None], until: int | None
) -> Generator[list[History], None, None]:
    config, problem, rule = configs[0], configs[0].problem, configs[0].rule
    n, lanes = problem.parameter_count, (LANES,) * (len(configs) > 1)
    record = np.full((config.epochs, len(RECORDED), *lanes), np.nan)
    weights = np.zeros((config.epochs + 1, n, *lanes))
    states = np.zeros((config.epochs + 1, len(rule.slots), n, *lanes))
    begin, born = 0, 0
    for lane, (each, start) in enumerate(zip(configs, starts, strict=True)):
        own = [_lane(array, lane, lanes) for array in (record, weights, states)]
        begin, born = _begin(each, start, *own)

    engine = Engine(*configs, born=born)
    engine.alive[..., len(configs) :] = 0.0 if lanes else 1.0
    w, state, sums = weights[begin].copy(), states[begin].copy(), np.zeros((SUMS, *lanes))
    per_epoch = problem.steps_per_epoch
    done = begin * per_epoch
    chunk = max(1, FIRST_CHUNK // (n * problem.batch_size * max(1, *lanes, 1)))
    goal = config.steps if until is None else min(until, config.steps)
    over: dict[int, History] = {}

    def so_far(lane: int, bad: bool = False) -> History:
        epochs = (done - bad) // per_epoch
        past = [_lane(array, lane, lanes) for array in (record, weights, states)]
        rows = [a[: epochs + i] for a, i in zip(past, (0, 1, 1), strict=True)]
        now = [_lane(array, lane, lanes).copy() for array in (w, state)]
        for array in (*rows, *now):
            array.flags.writeable = False
        diverged_at, left = done if bad else None, begin if starts[lane] else None
        return History(
            configs[lane], epochs, done, diverged_at, rows[0], rows[1], rows[2], now[0], now[1],
            born, left,
        )  # fmt: skip

    def all_so_far() -> list[History]:
        return [over[i] if i in over else so_far(i) for i in range(len(configs))]

    while done < goal and len(over) < len(configs):
        last = min(goal, done + chunk)
        began = perf_counter()
        done, bad = engine.run(done, last, w, state, sums, (record, weights, states))
        chunk = _next_chunk(chunk, perf_counter() - began)
        if bad:
            found = np.concatenate([sums[BATCH_LOSS : NORM + 1], w])
            for lane in range(len(configs)):
                if lane not in over and not np.isfinite(_lane(found, lane, lanes)).all():
                    over[lane] = so_far(lane, bad=True)
                    engine.alive[..., lane if lanes else 0] = 0.0
        yield all_so_far()
    if done == begin * per_epoch:
        yield all_so_far()


def _lane(array: Floats, lane: int, lanes: tuple[int, ...]) -> Floats:
    """What belongs to one run."""
    return array[..., lane] if lanes else array[:]


def _begin(
    config: RunConfig, start: Start | None, record: Floats, weights: Floats, states: Floats
) -> tuple[int, int]:
    """Fills in what was before; the epoch from which a run goes on, and `History.born`."""
    if start is None:
        weights[0] = config.problem.initial_weights(config.seed)
        return 0, 0
    parent, epoch = start
    _check_start(config, parent, epoch)
    record[:epoch], weights[: epoch + 1] = parent.record[:epoch], parent.weights[: epoch + 1]
    if parent.config.optimizer == config.optimizer:
        states[: epoch + 1] = parent.states[: epoch + 1]
    return epoch, _born(config, parent, epoch)


def _born(config: RunConfig, parent: History, epoch: int) -> int:
    """The step before which the state was zero, as the run that goes on counts steps."""
    born = epoch * config.problem.steps_per_epoch
    if parent.config.optimizer == config.optimizer:
        born -= epoch * parent.config.problem.steps_per_epoch - parent.born
    return born


def _next_chunk(chunk: int, seconds: float) -> int:
    factor = CHUNK_SECONDS / max(seconds, 1e-6)
    return max(1, int(chunk * min(max(factor, 0.1), 10)))


def _check_start(config: RunConfig, parent: History, epoch: int) -> None:
    if parent.config.problem.sizes != config.problem.sizes:
        raise InputError(
            f"start: found {parent.config.problem.form}, "
            f"allowed: {config.problem.form}, as the run that goes on from it"
        )
    most = min(parent.epochs, config.epochs)
    if not 0 <= epoch <= most:
        raise InputError(f"start: found epoch {epoch}, allowed: 0 to {most}")


def train(config: RunConfig, start: Start | None = None) -> History:
    """Trains to the end; see `stream` for the arguments and errors."""
    *_, last = stream(config, start)
    return last
