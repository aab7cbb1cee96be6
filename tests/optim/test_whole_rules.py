"""Rules over all parameters at once, against packages, textbooks and themselves in plain Python."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, strategies as st

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.optim.declaration import Made
from optplay.optim.rules.newton import solve
from optplay.optim.slots import places_of, slot, width_of
from optplay.problems import Problem, SurfaceProblem
from optplay.problems.network import scratch_of
from optplay.training import RunConfig, train
from optplay.training.adapters import as_mean_hessian, hessian_room
from optplay.training.compilation import compiled_bend, compiled_gradient
from optplay.training.trainer import stream_together

NAMES = ["prodigy", "sophia", "newton", "lbfgs"]
DATA = Path(__file__).parents[1] / "data"
LINE = re.compile(r"(\S+) (←|=) \S")


def read(name):
    return json.loads((DATA / name).read_text())


class Walked(NamedTuple):
    """Of each step: the weights after it, what it added to them, and how it was made."""

    w: np.ndarray
    delta: np.ndarray
    made: Made


def walk(name, start, gradients, hessians=None, **given):
    """Steps in plain Python from one weight to the next; `gradients` may be a function of them."""
    rule = OPTIMIZERS.find(name)
    complete = {k: float(v) for k, v in rule.complete(given).items()}
    lr, *others = complete.values()
    hyper, w = np.array(others), np.array(start, dtype=np.float64)
    n, slots = w.size, (*rule.state, *rule.scratch)
    places = places_of([(n,)], slots)[0]
    state = np.zeros((len(slots), width_of([(n,)], slots)))
    for k, each in enumerate(slots):
        if each.start == "weights":
            state[k, :n] = w

    def kept():
        return {each.name: slot(state, places, k).copy() for k, each in enumerate(rule.state)}

    corrections = np.zeros(hyper.size)
    for t in range(1, 1 + (40 if callable(gradients) else len(gradients))):
        g = np.array(gradients(w) if callable(gradients) else gradients[t - 1]).reshape(n, 1)
        corrections = hyper * corrections + (1 - hyper)
        w_before, before = w.copy(), kept()
        if rule.curvature:
            h = slot(state, places, len(rule.state))
            due = not rule.curvature.every or (t - 1) % int(complete["every"]) == 0
            h[:] = hessians(w) if due else np.nan
        rule.step(w.reshape(n, 1), g.copy(), state, places, hyper, corrections, lr, t)
        named = dict(zip([*complete][1:], corrections.tolist(), strict=True))
        made = Made(w_before.reshape(n, 1), g, before, kept(), complete, named, lr, t)
        yield Walked(w.copy(), w - w_before, made)


def quadratic(n, seed=0):
    """A symmetric matrix that bends up and down, and a vector."""
    random = np.random.default_rng(seed)
    a = random.normal(size=(n, n))
    return a + a.T, random.normal(size=n)


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_come_to_the_step_and_have_a_line_each(name):
    rule, (a, _) = OPTIMIZERS.find(name), quadratic(5)
    lines = [LINE.match(line).groups() for line in rule.formula]
    assert sorted(n for n, sign in lines if sign == "←") == sorted(s.name for s in rule.state)
    random = np.random.default_rng(1)
    gradients = random.normal(size=(40, 5)) * 10.0 ** random.integers(-3, 3, size=(40, 5))
    checked = 0
    for walked in walk(name, np.ones(5), gradients, lambda w: a * random.normal()):
        found = rule.terms(walked.made)
        assert [n for n, sign in lines if sign == "="] == list(found)
        assert list(found)[-1] == "Δ"
        # Newton's are as long as they like where little bends.
        close = 1e-12 * max(np.abs(walked.w).max(), np.abs(walked.delta).max(), 1.0)
        np.testing.assert_allclose(found["Δ"][:, 0], walked.delta, rtol=1e-9, atol=close)
        assert np.shape(rule.rate(walked.made)) in ((), (5, 1))
        checked += np.count_nonzero(walked.delta)
    assert checked > 190


def test_prodigy_agrees_with_its_authors_package():
    recorded = read("rule_traces.json")
    trace, checked = recorded["rules"]["prodigy"], 0
    steps = walk("prodigy", recorded["start"], recorded["gradients"], **trace["hyperparameters"])
    for walked in steps:
        if (expected := trace["weights"].get(str(walked.made.t))) is not None:
            np.testing.assert_allclose(walked.w, expected, rtol=1e-12, atol=1e-14)
            checked += 1
    assert checked == len(trace["weights"])


def test_prodigy_stays_at_its_first_guess_until_there_is_a_gradient():
    g = np.zeros((12, 3))
    g[8:] = [1.0, -2.0, 0.0]
    steps = [*walk("prodigy", [1.0, 2.0, 3.0], g, d0=0.01)]
    assert steps[7].w.tolist() == [1.0, 2.0, 3.0]
    assert [w.made.after["d"].item() for w in steps[:8]] == [0.01] * 8
    assert "d′" not in OPTIMIZERS["prodigy"].terms(steps[7].made)
    assert steps[-1].w[0] < 1 < 2 < steps[-1].w[1]
    assert steps[-1].w[2] == 3


def test_prodigy_finds_how_far_it_has_to_go():
    # On |w - 3|, from 0: the estimate never exceeds the distance (Mishchenko & Defazio, Theorem 1).
    steps = [*walk("prodigy", [0.0], lambda w: np.sign(w - 3))]
    found = [walked.made.after["d"].item() for walked in steps]
    assert found == sorted(found)
    assert found[-1] <= 3
    assert found[-1] > 1000 * found[0]


def test_sophia_follows_its_formula():
    random, n = np.random.default_rng(3), 6
    hessians = [quadratic(n, seed)[0] for seed in range(8)]
    drawn, gradients = iter(hessians), random.normal(size=(40, n))
    knobs = {"lr": 0.02, "beta1": 0.9, "beta2": 0.8, "rho": 0.5, "epsilon": 1e-3, "every": 6}
    w, m, h = np.ones(n), np.zeros(n), np.zeros(n)
    cut = []
    for k, walked in enumerate(walk("sophia", w, gradients, lambda w: next(drawn), **knobs)):
        if k % 6 == 0:
            h = 0.8 * h + 0.2 * np.diag(hessians[k // 6])
        m = 0.9 * m + 0.1 * gradients[k]
        u = np.clip(m / np.maximum(0.5 * h, 1e-3), -1, 1)
        w = w - 0.02 * u
        np.testing.assert_allclose(walked.w, w, rtol=1e-13)
        cut += (np.abs(u) == 1).tolist()
    assert 40 < sum(cut) < 200


def test_sophia_without_epsilon_moves_no_weight_that_never_had_a_gradient():
    rule = OPTIMIZERS.find("sophia")
    w, state = np.ones((2, 1)), np.zeros((3, 4))
    g = np.array([[0.0], [1.0]])
    places = places_of([(2,)], (*rule.state, *rule.scratch))[0]
    rule.step(w, g, state, places, np.array([0.9, 0.99, 0.04, 0.0, 10.0]), np.ones(5), 0.1, 1)
    assert w[:, 0].tolist() == [1.0, 0.9]


@pytest.mark.parametrize("n", [1, 2, 7, 33])
def test_newton_is_where_a_quadratic_is_flat_after_one_step(n):
    a, b = quadratic(n)
    first = next(walk("newton", np.ones(n), lambda w: a @ w - b, lambda w: a, damping=0.0))
    np.testing.assert_allclose(first.w, np.linalg.solve(a, b), rtol=1e-9, atol=1e-10)


def test_damping_makes_newtons_step_shorter_and_at_last_the_gradients():
    a, b = quadratic(5)
    g = a @ np.ones(5) - b
    for damping in (0.1, 3.0, 1e6):
        first = next(walk("newton", np.ones(5), [g], lambda w: a, damping=damping, lr=0.5))
        expected = -0.5 * np.linalg.solve(a + damping * np.eye(5), g)
        np.testing.assert_allclose(first.delta, expected, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(first.delta * 1e6, -0.5 * g, rtol=1e-4)


def test_newton_leaves_what_bends_nothing():
    # The second coordinate bends nothing, alone or with another; so a neuron that is never active.
    a = np.array([[2.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 3.0]])
    first = next(walk("newton", np.zeros(3), [[1.0, 5.0, 2.0]], lambda w: a, damping=0.0))
    np.testing.assert_allclose(first.delta, [-0.2, 0.0, -0.6], rtol=1e-14)
    first = next(walk("newton", np.zeros(2), [[1.0, 2.0]], lambda w: 0 * a[:2, :2], damping=0.0))
    assert first.delta.tolist() == [0.0, 0.0]


@given(n=st.integers(1, 9), rank=st.integers(0, 9), seed=st.integers(0, 2**32 - 1))
def test_what_has_a_solution_is_solved(n, rank, seed):
    random = np.random.default_rng(seed)
    some = random.normal(size=(n, min(rank, n)))
    a = (some * random.choice([-1.0, 1.0], some.shape[1])) @ some.T
    right = a @ random.normal(size=(n, 1))
    x = np.full((n, 1), np.nan)
    solve(a.copy(), right.copy(), x)
    size = max(np.abs(right).max(), np.abs(a).max() * np.abs(x).max())
    np.testing.assert_allclose(a @ x, right, atol=1e-9 * size + 1e-300)
    assert np.count_nonzero(x) <= min(rank, n)


def test_a_zero_on_the_diagonal_is_no_obstacle():
    x = np.zeros((2, 1))
    solve(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[3.0], [4.0]]), x)
    assert x[:, 0].tolist() == [4.0, 3.0]


TORCH = read("torch_lbfgs.json")["runs"]


@pytest.mark.parametrize("run", TORCH)
def test_lbfgs_agrees_with_torch_on_its_gradients(run):
    recorded = TORCH[run]
    steps = [*walk("lbfgs", recorded["start"], recorded["gradients"], lr=recorded["lr"])]
    assert len(steps) == 30
    for walked, expected in zip(steps, recorded["weights"], strict=True):
        size = np.abs(expected).max()
        np.testing.assert_allclose(walked.w, expected, rtol=1e-10, atol=1e-10 * size)


def test_lbfgs_agrees_with_torch_on_gradients_of_its_own():
    a, b = (np.array(read("torch_lbfgs.json")[key]) for key in ("matrix", "vector"))
    recorded = TORCH["quadratic"]
    steps = walk("lbfgs", recorded["start"], lambda w: a @ w - b)
    for walked, expected in zip(steps, recorded["weights"], strict=False):
        np.testing.assert_allclose(walked.w, expected, rtol=1e-10, atol=1e-10)


def test_lbfgs_keeps_ten_pairs_that_bend_up():
    a = np.diag(np.arange(1.0, 21.0))
    steps = [*walk("lbfgs", np.ones(20), lambda w: a @ w, lr=0.3)]
    counts = [walked.made.after["pairs"].item() for walked in steps]
    assert counts[:12] == [*range(11), 10]
    s, y = (steps[-1].made.after[name].reshape(10, 20) for name in ("s", "y"))
    np.testing.assert_allclose(y, s @ a, rtol=1e-6, atol=1e-12)
    downhill = [*walk("lbfgs", np.ones(2), lambda w: -w)]
    assert {walked.made.after["pairs"].item() for walked in downhill} == {0.0}


def test_lbfgs_stays_where_there_is_no_slope():
    steps = [*walk("lbfgs", [1.0, -1.0], np.zeros((5, 2)))]
    assert steps[-1].w.tolist() == [1.0, -1.0]


@pytest.mark.parametrize("name", ["prodigy", "lbfgs"])
def test_machine_code_is_plain_python_to_the_bit(name):
    random = np.random.default_rng(5)
    gradients = random.normal(size=(40, 7)) * 10.0 ** random.integers(-3, 3, size=(40, 7))
    stepper, w = optplay.optimizer(name), np.linspace(-1, 1, 7)
    for walked, g in zip(walk(name, w, gradients), gradients, strict=True):
        w = stepper.step(w, g)
        assert np.array_equal(w, walked.w)


def test_the_trace_of_prodigy_in_machine_code():
    recorded = read("rule_traces.json")
    trace, w = recorded["rules"]["prodigy"], np.array(recorded["start"])
    stepper = optplay.optimizer("prodigy", shapes=[(51,)], **trace["hyperparameters"])
    for t, g in enumerate(recorded["gradients"], 1):
        w = stepper.step(w, g)
        if (expected := trace["weights"].get(str(t))) is not None:
            np.testing.assert_allclose(w, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_down_a_surface_as_by_hand(name):
    surface = SurfaceProblem(surface="rosenbrock")
    bend = as_mean_hessian(surface.declared.gradient)

    def hessian(w):
        h = np.zeros((2, 2))
        zeros = np.zeros((1, 2)), surface.constants, np.zeros(1, dtype=np.int64)
        bend(w.copy(), h, *zeros, 0, 1, surface.layout, *hessian_room(surface))
        return h

    history = train(RunConfig(problem=surface, optimizer=name, epochs=40))
    for step, walked in enumerate(walk(name, surface.start, surface.slope, hessian), 1):
        np.testing.assert_allclose(history.at(step)[0], walked.w, rtol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_training_a_network_as_by_hand(name):
    batch = 20 if OPTIMIZERS.find(name).full_batch else 5
    problem = Problem(hidden=(3,), activation="tanh", samples=20, batch_size=batch)
    samples, steps = problem.draw(), iter(range(40))
    low = 0

    def gradient(w):
        nonlocal low
        low = next(steps) * batch % 20
        g, rows = np.zeros(w.size), samples.train.copy()
        compiled_gradient()(
            w.copy(), g, samples.inputs, samples.labels, rows, low, low + batch, problem.layout,
            scratch_of(problem),
        )  # fmt: skip
        return g

    def hessian(w):
        h, rows = np.zeros((w.size, w.size)), samples.train.copy()
        compiled_bend(problem)(
            w.copy(), h, samples.inputs, samples.labels, rows, low, low + batch, problem.layout,
            *hessian_room(problem),
        )  # fmt: skip
        return h

    history = train(RunConfig(problem=problem, optimizer=name, epochs=40 * batch // 20))
    *_, last = walk(name, problem.initial_weights(0), gradient, hessian)
    np.testing.assert_allclose(history.at(history.epochs)[0], last.w, rtol=1e-9)
    assert history["loss"][-1] < history["loss"][0]


def test_lbfgs_and_newton_reach_what_they_are_for():
    # Both go on where SGD crawls; Newton's last steps double the digits.
    whole = Problem(batch_size=200)
    assert train(RunConfig(problem=whole, optimizer="lbfgs", epochs=100))["loss"][-1] < 1e-6
    valley = SurfaceProblem(surface="rosenbrock")
    undamped = {"damping": 0.0}
    history = train(
        RunConfig(problem=valley, optimizer="newton", hyperparameters=undamped, epochs=10)
    )
    np.testing.assert_allclose(history.at(10)[0], [1.0, 1.0], atol=1e-9)


def test_without_damping_newton_goes_up_to_a_saddle():
    saddle = SurfaceProblem(surface="saddle", start=(0.3, 0.2))
    history = train(
        RunConfig(problem=saddle, optimizer="newton", hyperparameters={"damping": 0.0}, epochs=20)
    )
    np.testing.assert_allclose(history.at(20)[0], [0.0, 0.0], atol=1e-8)


def test_prodigy_in_lockstep_is_prodigy_alone():
    configs = [
        RunConfig(optimizer="prodigy", seed=seed, epochs=3, hyperparameters={"lr": 0.5 + seed / 4})
        for seed in range(4)
    ]
    *_, together = stream_together(configs)
    for config, history in zip(configs, together, strict=True):
        alone = train(config)
        assert np.array_equal(history.weights, alone.weights)
        assert np.array_equal(history.at(3)[1], alone.at(3)[1])


@pytest.mark.parametrize("name", ["newton", "lbfgs"])
def test_batches_are_refused_where_all_samples_are_needed(name):
    with pytest.raises(InputError, match=f"found {name} with batch_size 10, allowed: 200"):
        RunConfig(problem=Problem(batch_size=10), optimizer=name)


@pytest.mark.parametrize("name", ["newton", "sophia"])
def test_what_takes_the_hessian_is_not_stepped_by_hand(name):
    with pytest.raises(InputError, match=f"found {name}, which takes the Hessian"):
        optplay.optimizer(name)
