"""Rules of matrices and of all parameters, against NumPy with BLAS and LAPACK, and wrappers, by the
bare rule; each by our SGD too, alone and eight seeds in lockstep. On one thread.

Only equal results are asserted. SOAP's are not: what a gradient of low rank leaves open of its
basis, LAPACK fills in otherwise than we do.
"""

import msgspec
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optplay import RunConfig, train
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.problems import Problem
from optplay.training.config import MOST_CURVED
from optplay.training.trainer import stream_together

from .native import NO_C, RECORDED, RULES, Lockstep, config as of_rule
from .table import Report, race
from .textbook import Textbook

EQUAL = 1e-9
LANES = range(8)
ROUNDS = 5
OTHERS = sorted(name for name, rule in OPTIMIZERS.items() if rule.scope != "parameter")
SHAPES = {
    "lesson": Problem(),
    "[64, 64], batch 32": Problem(hidden=(64, 64), samples=512, batch_size=32, init="kaiming"),
    "[512, 512], batch 256": Problem(
        hidden=(512, 512), samples=512, batch_size=256, init="kaiming"
    ),
}
# Epochs that NumPy trains, and ours: few take as long to begin as to train.
EPOCHS = {"lesson": (3, 60), "[64, 64], batch 32": (2, 10), "[512, 512], batch 256": (2, 2)}


def fitting(name: str, problem: Problem) -> Problem:
    """The same with all samples in a batch, for a rule that asks for it."""
    rule = OPTIMIZERS[name]
    if rule.full_batch:
        return msgspec.structs.replace(problem, batch_size=problem.samples)
    return problem


def together(config: RunConfig) -> None:
    """Eight seeds of it in lockstep."""
    [*stream_together([msgspec.structs.replace(config, seed=seed) for seed in LANES])][-1]


def times(config: RunConfig, other: RunConfig) -> tuple[list[list[float]], str]:
    """Seconds of an update of two configs, and how much longer it takes with the first one."""
    ours, base = race(lambda: train(config), lambda: train(other), rounds=ROUNDS)
    alone = (min(ours) / config.steps) / (min(base) / other.steps)
    note = f"{alone:.2f} × alone"
    if not (config.alone or other.alone) and config.exact:
        lanes, lanes_base = race(lambda: together(config), lambda: together(other), rounds=ROUNDS)
        by_lane = (min(lanes) / config.steps) / (min(lanes_base) / other.steps)
        note += f", {by_lane:.2f} × in lockstep, a run of which takes "
        note += f"{min(lanes) / len(LANES) / min(ours):.2f} of one alone"
    return [ours, base], note


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", OTHERS)
def test_rules_of_tensors(name: str, shape: str, report: Report) -> None:
    problem = fitting(name, SHAPES[shape])
    if OPTIMIZERS[name].curvature and problem.parameter_count > MOST_CURVED:
        return
    few, more = EPOCHS[shape]
    short = RunConfig(problem=problem, optimizer=name, epochs=few)
    config = msgspec.structs.replace(short, epochs=more)
    sgd = RunConfig(problem=problem, optimizer="sgd", epochs=more)
    numpy, found = Textbook(short), train(short)
    # Limits hold for what is loaded.
    with threadpool_limits(1):
        record = numpy.train()
        if name != "soap":
            for column, quantity in enumerate(RECORDED):
                np.testing.assert_allclose(
                    found[quantity], record[:, column], rtol=EQUAL, err_msg=quantity
                )
        [theirs] = race(numpy.train, rounds=ROUNDS)
        [ours, _], note = times(config, sgd)
    ours, theirs = [t / config.steps for t in ours], [t / short.steps for t in theirs]
    note = f"{1e6 * min(ours):,.0f} µs an update; our SGD: {note}"
    report.ratio(f"{name}, {shape}: ours / NumPy", ours, theirs, most=1.3, note=note)


@pytest.mark.parametrize("name", RULES)
def test_rules_in_lockstep(name: str, lockstep: Lockstep | None, report: Report) -> None:
    what = f"{name}, eight in lockstep: ours / C"
    if not lockstep:
        return report.text(what, NO_C)
    config, sgd = of_rule(name), RunConfig(optimizer="sgd")
    job = lockstep.prepare([msgspec.structs.replace(config, seed=seed) for seed in LANES])
    ours, c, base = race(
        lambda: together(config), lambda: lockstep.train(job), lambda: together(sgd), rounds=ROUNDS
    )
    report.ratio(what, ours, c, most=1.3, note=f"{min(ours) / min(base):.2f} × our SGD")


@pytest.mark.parametrize("bare", ["sgd", "adam"])
@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_wrappers(name: str, bare: str, report: Report) -> None:
    rule = RunConfig(optimizer=bare)
    config = msgspec.structs.replace(rule, wrappers={name: {}})
    [ours, base], note = times(config, rule)
    report.ratio(f"{name} around {bare} / {bare}", ours, base, note=note)
