"""One run, against C, plain Python and PyTorch, side by side. Only equal results are asserted."""

import msgspec
import numpy as np
import pytest

from optplay import RunConfig, train
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem

from . import lesson
from .native import NO_C, RECORDED, RULES, Native, config as of_rule
from .pytorch import NO_TORCH, eager, python
from .table import Report, race, seconds

EQUAL = 1e-9
CONFIG = RunConfig()


def plain(epochs: int) -> list[float]:
    samples = CONFIG.problem.draw()
    rows = [(*x, y) for x, y in zip(samples.inputs.tolist(), samples.labels.tolist(), strict=True)]
    return lesson.train(rows, CONFIG.problem.initial_weights(CONFIG.seed).tolist(), epochs)


def assert_same(native: Native, config: RunConfig) -> None:
    """C and ours record the same in 5 epochs, so that they do the same work."""
    short = msgspec.structs.replace(config, epochs=5)
    ours, c = train(short), native.train(native.prepare([short]))[0]
    for column, quantity in enumerate(RECORDED):
        np.testing.assert_allclose(ours[quantity], c[:, column], rtol=EQUAL, err_msg=quantity)


def per_update(times: list[float], updates: int = CONFIG.steps) -> str:
    return f"{min(times) / updates * 1e9:,.0f} ns"


def test_one_run_against_c(native: Native | None, report: Report) -> None:
    what = "One run (Adam, 300 epochs): ours / C"
    if native is None:
        return report.text(what, NO_C)
    assert_same(native, CONFIG)
    job = native.prepare([CONFIG])
    ours, c = race(lambda: train(CONFIG), lambda: native.train(job))
    note = f"{per_update(ours)} against {per_update(c)} an update"
    report.ratio(what, ours, c, most=1.3, note=note)


def test_one_run_against_plain_python(report: Report) -> None:
    np.testing.assert_allclose(train(CONFIG)["loss"][:5], plain(5), rtol=EQUAL)
    python, ours = race(lambda: plain(CONFIG.epochs), lambda: train(CONFIG), rounds=3)
    note = f"{per_update(python)} an update"
    report.ratio("One run: plain Python / ours", python, ours, least=120, note=note)


def test_one_run_against_torch(report: Report) -> None:
    what, epochs = "One run: PyTorch eager / ours", 5
    if not python():
        return report.text(what, NO_TORCH)
    with eager(CONFIG) as torch:
        assert torch(epochs)[1] == pytest.approx(train(CONFIG)["loss"][epochs - 1], rel=EQUAL)
        rounds = [(torch(epochs)[0] / epochs, seconds(lambda: train(CONFIG))) for _ in range(5)]
    theirs = [t * CONFIG.epochs for t, _ in rounds]
    report.ratio(what, theirs, [o for _, o in rounds], note=f"{per_update(theirs)} an update")


# Of each parameter for itself; the others are in `test_rules`.
OF_A_PARAMETER = {
    name for name, rule in OPTIMIZERS.items() if rule.scope == "parameter" and not rule.curvature
}


@pytest.mark.parametrize("name", sorted(OF_A_PARAMETER | {*RULES}))
def test_every_optimizer(name: str, native: Native | None, report: Report) -> None:
    what, config, sgd = f"{name}: ours / C", of_rule(name), RunConfig(optimizer="sgd")
    if native is None:
        return report.text(what, NO_C)
    assert_same(native, config)
    job = native.prepare([config])
    ours, c, base = race(lambda: train(config), lambda: native.train(job), lambda: train(sgd))
    by_sgd = min(ours) / min(base)
    note = f"{per_update(ours)} against {per_update(c)}; {by_sgd:.2f} × our SGD"
    report.ratio(what, ours, c, most=1.3, note=note)


@pytest.mark.parametrize("batch", [32, 200])
@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_batches(name: str, batch: int, native: Native | None, report: Report) -> None:
    what = f"Batch {batch}, {name}: ours / C"
    config = RunConfig(problem=Problem(batch_size=batch), optimizer=name)
    if native is None:
        return report.text(what, NO_C)
    assert_same(native, config)
    job = native.prepare([config])
    ours, c = race(lambda: train(config), lambda: native.train(job))
    note = f"{per_update(ours, config.steps)} against {per_update(c, config.steps)} an update"
    report.ratio(what, ours, c, most=1.3, note=note)
