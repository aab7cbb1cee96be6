"""Runs the compiled loop in chunks: streaming, cancelling, resuming."""

from collections.abc import Generator, Hashable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from msgspec.structs import replace

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats
from optplay.errors import InputError
from optplay.training.config import MOST_BYTES, RunConfig
from optplay.training.engine import SUMS, Engine
from optplay.training.history import History
from optplay.training.kernel import Recorded
from optplay.training.past import Past, rows_apart
from optplay.training.recorded import RECORDED
from optplay.training.states import begin_state, carry_state

CHUNK_SECONDS = 0.015
FIRST_CHUNK = 2_000_000
# Of steps that call back a rule in plain Python.
FIRST_CALLS = 20
# In the sums that the loop keeps.
BATCH_LOSS, NORM = 5, 6


Start = tuple[History, int]


def stream(
    config: RunConfig, start: Start | None = None, until: int | None = None,
    most: int = MOST_BYTES,
) -> Generator[History, None, None]:  # fmt: skip
    """Trains, and yields the History so far about every 15 ms; stop iterating to cancel.

    Args:
        config: what to train.
        start: a History and one of its recorded epochs, to go on from with this config. Its
            past is copied. State is kept slot by slot where the optimizer is the same, else it
            starts at zero, with t = 1.
        until: the step to stop after; the end of the run if left out.
        most: the bytes of weights and states that it may keep, see `training.past`; with 0 those
            at its start alone.

    Raises:
        InputError: `start` has other parameters, or no such epoch.
    """
    for (history,) in _stream([config], [start], until, most):
        yield history


def shape(config: RunConfig, start: Start | None = None) -> Hashable:
    """What runs have in common that can be trained in lockstep; None for one that can't be."""
    if config.on_surface or config.alone or not config.problem.exact:
        return None
    mode = config.clip.mode if config.clip else 0
    epoch, born, scheduled = _begin(config, start)
    rule = config.rule
    wrappers: dict[str, Any] = {name: {} for name in config.wrappers}
    config = replace(
        config, seed=0, hyperparameters={}, clip=None, l2=0.0, weight_decay=0.0, wrappers=wrappers
    )
    return config, rule, mode, epoch, born, scheduled


def stream_together(
    configs: Sequence[RunConfig], starts: Sequence[Start | None] | None = None,
    most: int = MOST_BYTES,
) -> Generator[list[History], None, None]:  # fmt: skip
    """As `stream`, for up to LANES runs of one `shape`, in lockstep: with more than two of them it
    is quicker, and every one comes to the same bits as alone.

    Yields the Histories so far, in the order of `configs`; done ones too.
    """
    yield from _stream(configs, starts or [None] * len(configs), None, most)


def _stream(
    configs: Sequence[RunConfig], starts: Sequence[Start | None], until: int | None, most: int
) -> Generator[list[History], None, None]:
    config, problem, slots = configs[0], configs[0].problem, len(configs[0].slots)
    n, lanes = problem.parameter_count, (LANES,) * (len(configs) > 1)
    begin, born, scheduled = _begin(config, starts[0])
    # Where lanes are empty, their rows are as long.
    every = rows_apart(config, most * len(configs) // LANES if lanes else most)
    count = (config.epochs - begin) // every + 1
    record = np.full((config.epochs, len(RECORDED), *lanes), np.nan)
    weights = np.zeros((count, n, *lanes))
    states = np.zeros((count, slots, config.width, *lanes))
    pasts = []
    for lane, (each, start) in enumerate(zip(configs, starts, strict=True)):
        rows, w, state = (_lane(array, lane, lanes) for array in (record, weights, states))
        before = _fill(each, start, every, rows, w[0], state[0])
        pasts.append(Past(each, born, begin, every, w, state, before, scheduled))

    engine = Engine(*configs, born=born, scheduled=scheduled)
    engine.alive[..., len(configs) :] = 0.0 if lanes else 1.0
    w, state, sums = weights[0].copy(), states[0].copy(), np.zeros((SUMS, *lanes))
    recorded = Recorded(record[begin:], weights, states, begin, every)
    per_epoch = problem.steps_per_epoch
    done = begin * per_epoch
    chunk = max(1, FIRST_CHUNK // (n * problem.batch_size * max(1, *lanes, 1)))
    if not config.rule.compiled:
        chunk = FIRST_CALLS
    elif config.rule.scope != "parameter":
        # What a step takes goes by the sizes of matrices, up to the cube of all parameters.
        chunk = 1
    goal = config.steps if until is None else min(until, config.steps)
    over: dict[int, History] = {}

    def so_far(lane: int, bad: bool = False) -> History:
        epochs = (done - bad) // per_epoch
        own = _lane(record, lane, lanes)[:epochs]
        if bad or (lanes and done == config.steps):
            own = own.copy()  # without what is beside it
            pasts[lane].part()
        now = [_lane(array, lane, lanes).copy() for array in (w, state)]
        for array in (own, *now):
            array.flags.writeable = False
        return History(configs[lane], epochs, done, done if bad else None, own, pasts[lane], *now)

    def all_so_far() -> list[History]:
        return [over[i] if i in over else so_far(i) for i in range(len(configs))]

    while done < goal and len(over) < len(configs):
        last = min(goal, done + chunk)
        began = perf_counter()
        done, bad = engine.run(done, last, w, state, sums, recorded)
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


def _begin(config: RunConfig, start: Start | None) -> tuple[int, int, int]:
    """The epoch from which a run goes on, `History.born` and `History.scheduled_from`.

    A fork has the schedule of its own remaining steps, unless it changes nothing.
    """
    if start is None:
        return 0, 0, 0
    _check_start(config, *start)
    parent, epoch = start
    same = config == parent.config
    scheduled = parent.scheduled_from if same else epoch * config.problem.steps_per_epoch
    return epoch, _born(config, *start), scheduled


def _fill(
    config: RunConfig, start: Start | None, every: int, record: Floats, w: Floats, state: Floats
) -> Past | None:
    """Fills in what a run begins with, and gives what was before."""
    if start is None:
        w[:] = config.problem.initial_weights(config.seed)
        begin_state(config, w, state)
        return None
    parent, epoch = start
    _check_start(config, parent, epoch)
    record[:epoch], (w[:], before) = parent.record[:epoch], parent.at(epoch)
    carry_state(config, w, state, parent.config, before)
    return parent.past.until(epoch, every)


def _born(config: RunConfig, parent: History, epoch: int) -> int:
    """The step before which the state was zero, as the run that goes on counts steps."""
    born = epoch * config.problem.steps_per_epoch
    if parent.config.rule is config.rule:
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


def train(config: RunConfig, start: Start | None = None, *, most: int = MOST_BYTES) -> History:
    """Trains to the end; see `stream` for the arguments and errors."""
    *_, last = stream(config, start, most=most)
    return last
