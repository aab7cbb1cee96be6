"""Runs by classes of PyTorch's kind, on a stand-in for it: steps, states, and what goes wrong."""

import os
import signal
import subprocess
import sys
import time
from threading import Event, Timer

import numpy as np
import pytest
from msgspec.structs import replace

import optplay
from optplay.errors import InputError
from optplay.optim.foreign import children
from optplay.problems import Problem, SurfaceProblem
from optplay.training import RunConfig, one_update, train
from optplay.training.pool import Streams
from optplay.training.trainer import stream

pytestmark = pytest.mark.usefixtures("packages")

SMALL = Problem(samples=20, hidden=(3,), batch_size=5)
W = np.sin(np.arange(1.0, 9.0))


def config(name, epochs=12, **more):
    return RunConfig(problem=SMALL, optimizer=name, epochs=epochs, **more)


def same(one, other):
    return (
        np.array_equal(one.record, other.record, equal_nan=True)
        and np.array_equal(one.current_state, other.current_state)
        and np.array_equal(one.at(one.epochs)[0], other.at(other.epochs)[0])
    )


def test_a_step_is_the_classs_own():
    stepper = optplay.optimizer("mine:Averaging", shapes=[(3, 2), (2,)], lr=0.1)
    w, m, v = W.copy(), np.zeros(8), np.zeros(2)
    parts = slice(0, 6), slice(6, 8)
    for t in range(1, 8):
        g = np.cos(t * np.arange(1.0, 9.0))
        found = stepper.step(w, g)
        m = 0.9 * m + (1 - 0.9) * g
        for place, part in enumerate(parts):
            v[place] = np.float32(0.5 * v[place] + 0.5 * abs(g[part]).max())
            share = min(1.0, t / 3) / t**0.1
            w[part] -= share * 0.1 * m[part] / (1 + v[place])
        assert np.allclose(found, w, rtol=1e-15, atol=0)
        w = found
    # Its mark, the count of its group, and of each tensor m, v and t.
    assert stepper.state[0, 0] == 0
    assert sorted(stepper.state[0]) == sorted([0, 7, *m, *v, 7, 7])


def test_the_rate_may_be_another_one_at_each_step():
    stepper = optplay.optimizer("mine:Own", shapes=[(8,)])
    assert np.array_equal(stepper.step(W, np.ones(8), lr=0.5), W - 0.5)
    assert np.array_equal(optplay.optimizer("mine:Own").step(W, np.ones(8)), W - 0.1)


@pytest.mark.parametrize("name", ["mine:Own", "mine:Replacing", "mine:Talking"])
def test_it_trains_as_a_rule_of_ours(name):
    ours = train(RunConfig(problem=SMALL, optimizer="sgd", hyperparameters={"lr": 0.1}, epochs=12))
    assert np.array_equal(train(config(name)).record, ours.record, equal_nan=True)


def test_surfaces_schedules_and_the_pipeline_are_there():
    surface = SurfaceProblem(surface="ravine")
    more = {"warmup": 0.2, "decay": "cosine", "l2": 0.01, "weight_decay": 0.1, "epochs": 30}
    own = RunConfig(problem=surface, optimizer="mine:Own", hyperparameters={"lr": 0.01}, **more)
    ours = replace(own, optimizer="sgd")
    assert np.array_equal(train(own).record, train(ours).record, equal_nan=True)
    assert not train(own).exact


def test_it_streams():
    found = list(stream(config("mine:Averaging", epochs=400)))
    assert len(found) > 3
    assert found[-1].epochs == 400


def test_weight_decay_is_taken_once():
    decayed = config("torch.optim:SGD", weight_decay=0.5)
    coupled = config("mine:Own", l2=0.5)
    record = train(decayed).record
    assert np.allclose(record, train(coupled).record, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", ["mine:Averaging", "mine:Own"])
def test_resumed_is_uninterrupted(name):
    run = config(name)
    whole = train(run)
    assert same(train(run, (whole, 5)), whole)
    # A fork with another knob goes on from the same state.
    fork = train(replace(run, hyperparameters={"lr": 0.01}), (whole, 5))
    assert fork.born == 0
    assert not same(fork, whole)


def test_a_step_that_is_looked_at_is_the_step_that_was_made():
    run = train(config("mine:Averaging"))
    for step in (1, 2, 7, 40):
        before, after = (run.past.after(k, run.epochs) for k in (step - 1, step))
        update = one_update(run, step)
        assert np.array_equal(update.before, before[0])
        assert np.array_equal(update.after, after[0])
        assert np.array_equal(update.state_after, after[1])


@pytest.mark.parametrize("name", ["mine:Remembering", "mine:Hidden", "mine:Random", "mine:Growing"])
def test_a_state_that_is_not_told_in_numbers_is_not_gone_on_from(name):
    run = config(name)
    whole = train(run)
    assert same(train(run), whole)
    assert whole.current_state[0, 0] > 0
    with pytest.raises(InputError, match=rf"{name}: it keeps a state that is not told in numbers"):
        train(run, (whole, 5))
    with pytest.raises(InputError, match="can't go on from the middle of a run"):
        one_update(whole, 42)
    assert one_update(whole, 1).t == 1


def test_many_at_a_time_are_as_each_alone():
    runs = [config("mine:Averaging", seed=seed, epochs=40) for seed in range(6)]
    runs += [config("mine:Random", seed=seed, epochs=40) for seed in range(3)]
    found = {}
    with Streams([(i, stream(run)) for i, run in enumerate(runs)], in_turn=True) as streams:
        for key, history, last in streams:
            if last:
                found[key] = history
    assert all(same(found[i], train(run)) for i, run in enumerate(runs))
    assert len(children._children()._all) <= (os.cpu_count() or 1)


def test_what_nobody_needs_is_forgotten():
    for _ in range(3):
        train(config("mine:Own", epochs=1))
    import gc  # noqa: PLC0415

    gc.collect()
    assert sum(child.load for child in children._children()._all) == 0


def test_what_it_raises_is_a_line(cli, write, small):
    told = r"^mine:Raising: step 10: it raised RuntimeError: no more of it$"
    with pytest.raises(InputError, match=told):
        train(config("mine:Raising"))
    code, _, told = cli("run", write(small.replace('"sgd"', '"mine:Raising"')))
    assert code == 2
    assert "it raised RuntimeError: no more of it" in told


def test_a_process_that_ends_is_a_line():
    with pytest.raises(InputError, match=r"^mine:Ending: its process ended with code 3$"):
        train(config("mine:Ending"))
    assert train(config("mine:Own")).epochs == 12


def test_one_that_hangs_is_a_line(monkeypatch):
    monkeypatch.setattr(children, "STEP_SECONDS", 0.3)
    with pytest.raises(InputError, match=r"^mine:Hanging: it took too long$"):
        train(config("mine:Hanging"))
    monkeypatch.setattr(children, "IMPORT_SECONDS", 0.3)
    with pytest.raises(InputError, match=r"^mine:Slow: it took too long$"):
        config("mine:Slow")


def test_one_that_hangs_can_be_stopped():
    cancelled, began = Event(), time.monotonic()
    with Streams([("a", stream(config("mine:Hanging")))], cancelled=cancelled) as streams:
        Timer(0.5, cancelled.set).start()
        assert not list(streams)
    # The thread is free again.
    with Streams([(i, stream(config("mine:Own"))) for i in range(4)]) as streams:
        assert sum(last for *_, last in streams) == 4
    while any(child.until for child in children._children()._all):
        assert time.monotonic() < began + 10
        time.sleep(0.05)


ORPHAN = """
import os, sys, threading, time
sys.path.insert(0, sys.argv[1])
from optplay.optim.foreign import children
from optplay.problems import Problem
from optplay.training import RunConfig, train
run = RunConfig(problem=Problem(samples=10, hidden=()), optimizer="mine:Hanging")
print(children._children()._all[0]._process.pid, flush=True)
train(run)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals")
def test_a_child_does_not_outlive_its_parent():
    from pathlib import Path  # noqa: PLC0415

    packages = Path(__file__).parent / "packages"
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, packages], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    time.sleep(1)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the child is still there")


def test_without_pytorch_it_is_said_what_to_install(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "optplay", "optimizers", "torch.optim:Adam"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_without(tmp_path)), *sys.path[1:]])},
    )  # fmt: skip
    assert run.returncode == 2
    assert "torch is not installed: pip install 'optplay[torch]'" in run.stderr


def _without(folder):
    """A folder that hides PyTorch, where it is installed."""
    text = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    (folder / "torch.py").write_text(text)
    return folder
