"""Runs the compiled loop in chunks: streaming, cancelling, resuming."""

from collections.abc import Generator
from time import perf_counter

import numpy as np

from optplay.errors import InputError
from optplay.training.config import RunConfig
from optplay.training.engine import SUMS, Engine
from optplay.training.history import History
from optplay.training.kernel import RECORDED

CHUNK_SECONDS = 0.015
FIRST_CHUNK = 2_000_000


def stream(
    config: RunConfig, start: tuple[History, int] | None = None, until: int | None = None
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
    problem, rule = config.problem, config.rule
    n = problem.parameter_count
    record = np.full((config.epochs, len(RECORDED)), np.nan)
    weights = np.empty((config.epochs + 1, n))
    states = np.empty((config.epochs + 1, len(rule.slots), n))
    weights[0], states[0] = problem.initial_weights(config.seed), 0.0
    epoch, born = 0, 0
    if start is not None:
        parent, epoch = start
        _check_start(config, parent, epoch)
        record[:epoch], weights[: epoch + 1] = parent.record[:epoch], parent.weights[: epoch + 1]
        states[: epoch + 1], born = 0.0, epoch * problem.steps_per_epoch
        if parent.config.optimizer == config.optimizer:
            states[: epoch + 1] = parent.states[: epoch + 1]
            born -= epoch * parent.config.problem.steps_per_epoch - parent.born

    engine = Engine(config, born)
    w, state, sums = weights[epoch].copy(), states[epoch].copy(), np.zeros(SUMS)
    per_epoch, bad = problem.steps_per_epoch, 0
    done, chunk = epoch * per_epoch, max(1, FIRST_CHUNK // (n * problem.batch_size))
    goal = config.steps if until is None else min(until, config.steps)

    def so_far() -> History:
        epochs = (done - bad) // per_epoch
        views = record[:epochs], weights[: epochs + 1], states[: epochs + 1], w.copy(), state.copy()
        for view in views:
            view.flags.writeable = False
        diverged_at = done if bad else None
        return History(config, epochs, done, diverged_at, *views, born, epoch if start else None)

    while done < goal and not bad:
        last = min(goal, done + chunk)
        began = perf_counter()
        done, bad = engine.run(done, last, w, state, sums, (record, weights, states))
        chunk = _next_chunk(chunk, perf_counter() - began)
        yield so_far()
    if done == epoch * per_epoch:
        yield so_far()


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


def train(config: RunConfig, start: tuple[History, int] | None = None) -> History:
    """Trains to the end; see `stream` for the arguments and errors."""
    *_, last = stream(config, start)
    return last
