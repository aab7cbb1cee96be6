"""Ours against C, plain Python and PyTorch, side by side. Only equal results are asserted."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pytest

from optplay import RunConfig, train
from optplay.experiments.preset import Run
from optplay.instruments.sweep.axes import SweptKey, parse_axis
from optplay.instruments.sweep.measure import Sweep, stream_sweep
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem

from . import lesson
from .native import RECORDED, Native
from .table import Report, race, seconds

NO_C = "gcc not installed"
GRID = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
EQUAL = 1e-9
SGDS = 3
CONFIG = RunConfig()


def plain(epochs: int) -> list[float]:
    samples = CONFIG.problem.draw()
    rows = [(*x, y) for x, y in zip(samples.inputs.tolist(), samples.labels.tolist(), strict=True)]
    return lesson.train(rows, CONFIG.problem.initial_weights(CONFIG.seed).tolist(), epochs)


def assert_same(native: Native, config: RunConfig) -> None:
    """C and ours record the same in 5 epochs, so that they do the same work."""
    short = RunConfig(problem=config.problem, optimizer=config.optimizer, epochs=5)
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
    report.ratio(what, ours, c, most=1.5, note=note)


def test_one_run_against_plain_python(report: Report) -> None:
    np.testing.assert_allclose(train(CONFIG)["loss"][:5], plain(5), rtol=EQUAL)
    python, ours = race(lambda: plain(CONFIG.epochs), lambda: train(CONFIG), rounds=3)
    note = f"{per_update(python)} an update"
    report.ratio("One run: plain Python / ours", python, ours, least=120, note=note)


def test_one_run_against_torch(report: Report) -> None:
    what, epochs = "One run: PyTorch eager / ours", 5
    python = os.environ.get("OPTPLAY_TORCH_PYTHON") or (find_spec("torch") and sys.executable)
    if not python:
        return report.text(what, "torch not installed")
    samples = CONFIG.problem.draw()
    task = {
        "samples": np.column_stack([samples.inputs, samples.labels]).tolist(),
        "start": CONFIG.problem.initial_weights(CONFIG.seed).tolist(),
    }
    script = Path(__file__).with_name("torch_lesson.py")
    with subprocess.Popen(
        [python, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def torch() -> tuple[float, float]:
            print(epochs, file=process.stdin, flush=True)
            took, loss = json.loads(process.stdout.readline())
            return took, loss

        print(json.dumps(task), file=process.stdin)
        assert torch()[1] == pytest.approx(train(CONFIG)["loss"][epochs - 1], rel=EQUAL)
        rounds = [(torch()[0] / epochs, seconds(lambda: train(CONFIG))) for _ in range(5)]
        process.stdin.close()
    theirs = [t * CONFIG.epochs for t, _ in rounds]
    report.ratio(what, theirs, [o for _, o in rounds], note=f"{per_update(theirs)} an update")


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer(name: str, native: Native | None, report: Report) -> None:
    what, config, sgd = f"{name}: ours / C", RunConfig(optimizer=name), RunConfig(optimizer="sgd")
    if native is None:
        return report.text(what, NO_C)
    assert_same(native, config)
    job = native.prepare([config])
    ours, c, base = race(lambda: train(config), lambda: native.train(job), lambda: train(sgd))
    by_sgd = min(ours) / min(base)
    note = f"{per_update(ours)} against {per_update(c)}; {by_sgd:.2f} × our SGD"
    # Three times SGD will do as well.
    met = True if by_sgd <= SGDS and name != "sgd" else None
    report.ratio(what, ours, c, most=2, met=met, note=note)


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
    report.ratio(what, ours, c, most=1.5, note=note)


def test_sweep(native: Native | None, report: Report) -> None:
    what = "Sweep (6 rules × 10 seeds × 25 lr × 300 epochs): ours / C"
    if native is None:
        return report.text(what, NO_C)
    threads = os.cpu_count() or 1
    runs = tuple(Run(label=name, config=RunConfig(optimizer=name)) for name in GRID)
    axis = parse_axis("lr=1e-5:1:25", CONFIG)
    # A seed at a time, in turns with C, so that noise hits both alike.
    parts = [Sweep(runs, (seed,), (axis,)) for seed in range(10)]
    rounds, gaps, updates = [], [], 0
    [*stream_sweep(Sweep(runs, (10,), (SweptKey("lr", axis.values[:2], log=True),)))][-1]
    for part in parts:
        configs = [part.config((run, i, 0)) for run in range(len(runs)) for i in range(25)]
        jobs, found, ends = native.prepare(configs), [], []
        ours = seconds(lambda p=part, out=found: out.append([*stream_sweep(p)][-1]))
        c = seconds(lambda j=jobs, out=ends: out.extend(native.train(j, threads)[:, -1, 0]))
        rounds.append((ours, c))
        updates += found[0].steps
        losses = found[0].metrics["final_loss"].ravel()
        gaps += [abs(a - b) / b for a, b in zip(losses, ends, strict=True) if np.isfinite(a + b)]
    # Runs at high rates are chaotic, those at low ones agree.
    assert median(gaps) < EQUAL
    # All parts count, so the sums of both are compared.
    ours, c = (sum(column) for column in zip(*rounds, strict=True))
    middle = median(a / b for a, b in rounds)
    note = f"{ours:.1f} s against {c:.1f} s, {threads} threads, {updates / 1e6:.0f} M updates"
    report.line(what, ours / c, middle, "×", most=1.5, note=note)


def test_first_points(report: Report) -> None:
    """What a view of the app waits for, once the loop and the rules are loaded."""
    runs = tuple(Run(label=name, config=RunConfig(optimizer=name)) for name in GRID)
    sweep = Sweep(runs, tuple(range(10)), (parse_axis("lr=1e-5:1:25", CONFIG),))
    coarse = len(GRID) * 7
    times, shown = [], []
    for _ in range(5):
        began = perf_counter()
        stream = stream_sweep(sweep)
        next(stream)
        times.append(perf_counter() - began)
        shown.append(next(s for s in stream if s.made >= coarse) and perf_counter() - began)
        stream.close()
    note = f"a point at every fourth rate of every run after {1000 * min(shown):.0f} ms"
    best, middle = (1000 * f(times) for f in (min, median))
    report.line("Sweep: until the first points", best, middle, "ms", most=300, note=note)
