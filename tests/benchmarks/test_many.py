"""Many runs at once: a sweep and the seeds of a run, against C whose SIMD lanes are runs."""

import os
from statistics import median
from time import perf_counter

import msgspec
import numpy as np
import pytest

from optplay import RunConfig
from optplay.experiments import load, run_preset
from optplay.experiments.preset import Run
from optplay.instruments.sweep.axes import SweptKey, parse_axis
from optplay.instruments.sweep.measure import Sweep, stream_sweep

from .native import NO_C, RULES, Lockstep, Native, config
from .table import Report, race

GRID = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
SEEDS = tuple(range(10))
PRESET_SEEDS = 20
EQUAL = 1e-9
CONFIG = RunConfig()
THREADS = os.cpu_count() or 1


@pytest.mark.parametrize("batch", [1, 7])
def test_lockstep_does_the_same(
    native: Native | None, lockstep: Lockstep | None, batch: int
) -> None:
    if not native or not lockstep:
        pytest.skip(NO_C)
    problem = msgspec.structs.replace(CONFIG.problem, batch_size=batch)
    configs = [
        config(name, problem=problem, seed=seed, epochs=5) for name in RULES for seed in range(3)
    ]
    one, many = (c.train(c.prepare(configs)) for c in (native, lockstep))
    np.testing.assert_allclose(many, one, rtol=EQUAL)


def test_sweep(native: Native | None, lockstep: Lockstep | None, report: Report) -> None:
    what = "Sweep (6 rules × 10 seeds × 25 lr × 300 epochs): ours / lockstep C"
    if not native or not lockstep:
        return report.text(what, NO_C)
    axis = parse_axis("lr=1e-5:1:25", CONFIG)
    rounds: list[tuple[float, float, float]] = []
    gaps, updates = [], 0
    warm = Sweep(runs(), (10,), (SweptKey("lr", axis.values[:2], log=True),))
    [*stream_sweep(warm)][-1]
    # A rule at a time, in turns with C, so that noise hits all alike.
    for run in runs():
        part = Sweep((run,), SEEDS, (axis,))
        configs = [part.config((0, i, s)) for i in range(25) for s in range(len(SEEDS))]
        lanes, scalar = lockstep.prepare(configs), native.prepare(configs)
        began = perf_counter()
        *_, found = stream_sweep(part)
        ours = perf_counter() - began
        ends = lockstep.train(lanes, THREADS)[:, -1, 0]
        c = perf_counter() - began - ours
        native.train(scalar, THREADS)
        rounds.append((ours, c, perf_counter() - began - ours - c))
        updates += found.steps
        losses = found.metrics["final_loss"].ravel()
        gaps += [abs(a - b) / b for a, b in zip(losses, ends, strict=True) if np.isfinite(a + b)]
    # Runs at high rates are chaotic, those at low ones agree.
    assert median(gaps) < EQUAL
    # All parts count, so the sums are compared.
    ours, c, slow = (sum(column) for column in zip(*rounds, strict=True))
    middle = median(a / b for a, b, _ in rounds)
    note = (
        f"{ours:.1f} s against {c:.1f} s, {slow:.1f} s a run at a time; {THREADS} threads, "
        f"{updates / 1e6:.0f} M updates"
    )
    report.line(what, ours / c, middle, "×", most=1.3, note=note)


def test_seeds(lockstep: Lockstep | None, report: Report) -> None:
    what = f"{PRESET_SEEDS} seeds of a preset's run: ours / lockstep C"
    if not lockstep:
        return report.text(what, NO_C)
    preset = load("compare")
    run = next(run for run in preset.runs if run.config.optimizer == "adam")
    preset = msgspec.structs.replace(
        preset, runs=(run,), claims=(), seeds=tuple(range(PRESET_SEEDS))
    )
    configs = [msgspec.structs.replace(run.config, seed=seed) for seed in preset.seeds]
    jobs = lockstep.prepare(configs)
    ours, c = race(lambda: run_preset(preset), lambda: lockstep.train(jobs, THREADS))
    note = f"{run.label}; {1e3 * min(ours):.0f} ms against {1e3 * min(c):.0f} ms, {THREADS} threads"
    report.ratio(what, ours, c, most=1.3, note=note)


def test_first_points(report: Report) -> None:
    """What a view of the app waits for, once the loop and the rules are loaded."""
    sweep = Sweep(runs(), SEEDS, (parse_axis("lr=1e-5:1:25", CONFIG),))
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


def runs() -> tuple[Run, ...]:
    return tuple(Run(label=name, config=RunConfig(optimizer=name)) for name in GRID)
