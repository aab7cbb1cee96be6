"""What changes any rule, against NumPy and by hand."""

from dataclasses import replace

import numpy as np
import pytest

import optplay
from optplay.errors import InputError
from optplay.experiments.sharpness import last_sharpness
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.optim.slots import places_of
from optplay.optim.wrapping import refuse_together
from optplay.problems import Problem
from optplay.problems.network import scratch_of
from optplay.training import RunConfig, train
from optplay.training.compilation import compiled_gradient
from optplay.training.trainer import stream_together

SHAPES = [(3, 2), (3,)]
N = 9


def gradients(steps, seed=0):
    """Gradients of very different sizes; the first parameter never gets one, the second rarely."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=(steps, N)) * 10.0 ** random.integers(-3, 3, size=(steps, N))
    drawn[:, 0] = 0
    drawn[5:25, 1] = 0
    return drawn


class Wrapped:
    """A rule with wrappers from the innermost on, in plain Python, as a run puts them together."""

    def __init__(self, name, start, wrappers, **given):
        self.rule = OPTIMIZERS.find(name)
        self.lr, *own = (float(v) for v in self.rule.complete(given).values())
        self.w, self.t = np.array(start, dtype=np.float64), 0
        slots, knobs = [*self.rule.state], own
        self.step = lambda w, g, state, places, *rest: self.rule.step(w, g, state, *rest)
        self.evaluated = None
        for chosen, settings in wrappers.items():
            wrapper = WRAPPERS.find(chosen)
            at = len(slots), len(knobs)
            if wrapper.around:
                self.step = wrapper.around(self.step, *at)
            if wrapper.evaluated:
                self.evaluated = wrapper.evaluated(*at)
            slots += wrapper.slots
            knobs += [float(v) for v in wrapper.complete(settings).values()]
        self.places = places_of(SHAPES, slots)
        self.hyper, self.state = np.array(knobs), np.zeros((len(slots), N))
        for k, each in enumerate(slots):
            if each.start == "weights":
                self.state[k] = self.w
        self.corrections = np.zeros(self.hyper.size)

    def go(self, g):
        self.t += 1
        self.corrections = self.hyper * self.corrections + (1 - self.hyper)
        self.step(
            self.w, g.copy(), self.state, self.places, self.hyper, self.corrections, self.lr,
            self.t,
        )  # fmt: skip
        return self.w.copy()

    def seen(self):
        point = np.full(N, np.nan)
        self.evaluated(self.w, self.state, self.hyper, self.t, point)
        return point


START = np.linspace(-1, 1, N)


def test_they_come_in_the_order_in_which_they_are_put_around_each_other():
    assert list(WRAPPERS) == ["sam", "cautious", "lookahead", "ema"]


@pytest.mark.parametrize("name", ["sam", "cautious", "lookahead", "ema"])
def test_each_says_what_it_does(name):
    wrapper = WRAPPERS.find(name)
    assert wrapper.formula
    assert wrapper.paper
    written = " ".join(wrapper.formula)
    assert all(f"{slot.name} ←" in written for slot in wrapper.slots)
    assert (wrapper.around is None) == (name == "sam")


def probed(g, rho=0.05, adaptive=False):
    point = np.full(N, np.nan)
    # Whatever the rule's own are, before them.
    hyper = np.array([0.9, 0.999, *WRAPPERS["sam"].complete(
        {"rho": rho, "adaptive": adaptive}).values()])  # fmt: skip
    WRAPPERS["sam"].probe(2)(START, g, hyper, point)
    return point


def test_sam_looks_uphill():
    for g in gradients(30):
        expected = START + 0.3 * g / np.linalg.norm(g)
        np.testing.assert_allclose(probed(g, 0.3), expected, rtol=1e-14)
        # Kwon et al. 2021, section 3: T_w = |w|.
        size = np.abs(START)
        expected = START + 0.3 * size**2 * g / np.linalg.norm(size * g)
        np.testing.assert_allclose(probed(g, 0.3, adaptive=True), expected, rtol=1e-14)


@pytest.mark.parametrize("adaptive", [False, True])
def test_sam_stays_where_there_is_no_slope(adaptive):
    assert np.array_equal(probed(np.zeros(N), adaptive=adaptive), START)
    assert np.array_equal(probed(np.ones(N), 0.0, adaptive=adaptive), START)


def cautious(delta, g):
    """Tensor by tensor, as the authors' code has it, with the step in place of minus the mean."""
    found = np.zeros(N)
    for part in (slice(0, 6), slice(6, 9)):
        mask = (delta[part] * g[part] < 0).astype(float)
        found[part] = delta[part] * mask * mask.size / (mask.sum() + 1)
    return found


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "lion"])
def test_cautious_steps(name):
    plain, wrapped = Wrapped(name, START, {}), Wrapped(name, START, {"cautious": {}})
    expected, kept = START.copy(), 0
    for g in gradients(60):
        before = plain.w.copy()
        step = cautious(plain.go(g) - before, g)
        # These rules read no weights: the steps they make are the same from anywhere.
        expected = expected + step
        np.testing.assert_allclose(wrapped.go(g), expected, rtol=1e-12, atol=1e-13)
        kept += np.count_nonzero(step)
    assert (kept < 60 * N * 0.8) == (name != "sgd")


def test_a_cautious_step_that_is_all_wrong_is_none():
    wrapped = Wrapped("momentum", START, {"cautious": {}}, beta=0.99)
    wrapped.go(np.ones(N))
    before = wrapped.w.copy()
    assert np.array_equal(wrapped.go(-0.01 * np.ones(N)), before)
    # Sizes whose product is no longer a number above 0 are told apart all the same.
    tiny = Wrapped("sgd", np.zeros(N), {"cautious": {}}, lr=1.0)
    assert np.count_nonzero(tiny.go(np.full(N, 1e-200))) == N


def test_lookahead():
    plain = Wrapped("adam", START, {}, lr=0.1)
    wrapped = Wrapped("adam", START, {"lookahead": {"every": 3, "alpha": 0.4}}, lr=0.1)
    fast, slow = START.copy(), START.copy()
    for k, g in enumerate(gradients(60), 1):
        before = plain.w.copy()
        fast = fast + (plain.go(g) - before)
        if k % 3 == 0:
            slow = slow + 0.4 * (fast - slow)
            fast = slow.copy()
        np.testing.assert_allclose(wrapped.go(g), fast, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(wrapped.seen(), slow, rtol=1e-12, atol=1e-14)


def test_lookahead_at_every_step_is_a_shorter_step():
    wrapped = Wrapped("sgd", START, {"lookahead": {"every": 1, "alpha": 0.25}}, lr=1.0)
    np.testing.assert_allclose(wrapped.go(np.ones(N)), START - 0.25, rtol=1e-14)
    # Only the whole part counts.
    parts = Wrapped("sgd", START, {"lookahead": {"every": 2.9, "alpha": 0.5}}, lr=1.0)
    parts.go(np.ones(N))
    np.testing.assert_allclose(parts.go(np.ones(N)), START - 1, rtol=1e-14)


def test_averaged_weights_are_evaluated_and_change_nothing_else():
    plain, wrapped = Wrapped("adam", START, {}), Wrapped("adam", START, {"ema": {"beta": 0.9}})
    average = START.copy()
    for g in gradients(60):
        w = wrapped.go(g)
        assert np.array_equal(w, plain.go(g))
        average = 0.9 * average + 0.1 * w
        np.testing.assert_allclose(wrapped.seen(), average, rtol=1e-12, atol=1e-15)


def test_they_compose():
    every = {"cautious": {}, "lookahead": {"every": 2}, "ema": {"beta": 0.5}}
    plain, wrapped = Wrapped("momentum", START, {}), Wrapped("momentum", START, every)
    fast, slow, average = START.copy(), START.copy(), START.copy()
    for k, g in enumerate(gradients(40), 1):
        before = plain.w.copy()
        fast = fast + cautious(plain.go(g) - before, g)
        if k % 2 == 0:
            slow = slow + 0.5 * (fast - slow)
            fast = slow.copy()
        average = 0.5 * average + 0.5 * fast
        np.testing.assert_allclose(wrapped.go(g), fast, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(wrapped.seen(), average, rtol=1e-11, atol=1e-12)


def test_what_excludes_each_other_is_refused_in_a_line():
    adam, wrappers = OPTIMIZERS.find("adam"), [*WRAPPERS.values()]
    sam, cautious, lookahead, ema = wrappers
    refuse_together(adam, [])
    refuse_together(adam, [sam, cautious, ema])
    refuse_together(replace(adam, probe=sam.probe(0)), [cautious, lookahead])
    with pytest.raises(InputError) as refused:
        refuse_together(adam, wrappers)
    assert str(refused.value) == (
        "ema: found with lookahead, allowed: one that is evaluated at weights of its own"
    )
    averaging = replace(adam, evaluated=ema.evaluated(2, 3))
    with pytest.raises(InputError, match=r"^lookahead: found with adam, allowed: one that is eval"):
        refuse_together(averaging, [lookahead])
    with pytest.raises(InputError, match=r"^sam: found with adam, allowed: one that takes"):
        refuse_together(replace(adam, probe=sam.probe(0)), [sam])
    with pytest.raises(InputError, match=r"^ema: found with lookahead"):
        RunConfig(wrappers={"ema": {}, "lookahead": {}})


@pytest.mark.parametrize("name", ["sgd", "adam", "nadam"])
@pytest.mark.parametrize(
    "wrappers",
    [
        {"cautious": {}},
        {"lookahead": {"every": 3, "alpha": 0.3}},
        {"ema": {"beta": 0.8}},
        {"cautious": {}, "lookahead": {"every": 2}},
        {"cautious": {}, "ema": {}},
    ],
    ids=" ".join,
)
def test_machine_code_is_plain_python_to_the_bit(name, wrappers):
    stepper = optplay.optimizer(name, shapes=SHAPES, wrappers=wrappers, weight_decay=0.0)
    plain, w = Wrapped(name, START, wrappers), START
    for g in gradients(40):
        w = stepper.step(w, g)
        assert np.array_equal(w, plain.go(g))
        if plain.evaluated:
            assert np.array_equal(stepper.evaluated(w), plain.seen())


KNOBS = {
    "sam": [{"rho": 0.05}, {"rho": 0.0}, {"rho": 0.2, "adaptive": True}, {"rho": 1.0}],
    "cautious": [{}] * 4,
    "lookahead": [{"every": 1}, {"every": 4}, {"every": 7, "alpha": 0.1}, {"every": 1000}],
    "ema": [{"beta": 0.0}, {"beta": 0.5}, {}, {"beta": 0.999}],
}


@pytest.mark.parametrize("name", KNOBS)
def test_in_lockstep_as_alone(name):
    configs = [
        RunConfig(problem=Problem(batch_size=10), seed=seed, epochs=4, wrappers={name: knobs})
        for seed, knobs in enumerate(KNOBS[name])
    ]
    *_, together = stream_together(configs)
    for config, history in zip(configs, together, strict=True):
        alone = train(config)
        assert np.array_equal(history.weights, alone.weights)
        assert np.array_equal(history.evaluated(4), alone.evaluated(4))


@pytest.mark.parametrize("adaptive", [False, True])
def test_sam_trains_as_by_hand(adaptive):
    problem = Problem(hidden=(3,), activation="tanh", samples=20, batch_size=5)
    samples, w = problem.draw(), problem.initial_weights(0).copy()

    def gradient(w, low):
        g, rows = np.zeros(w.size), samples.train.copy()
        compiled_gradient()(
            w.copy(), g, samples.inputs, samples.labels, rows, low, low + 5, problem.layout,
            scratch_of(problem),
        )  # fmt: skip
        return g

    for step in range(40):
        g = gradient(w, step * 5 % 20)
        t = np.abs(w) if adaptive else np.ones(w.size)
        w -= 0.1 * gradient(w + 0.3 * t * t * g / np.linalg.norm(t * g), step * 5 % 20)
    history = train(
        RunConfig(
            problem=problem, optimizer="sgd", hyperparameters={"lr": 0.1}, epochs=10,
            wrappers={"sam": {"rho": 0.3, "adaptive": adaptive}},
        )
    )  # fmt: skip
    np.testing.assert_allclose(history.at(10)[0], w, rtol=1e-10)


def test_rho_of_0_is_no_sam():
    plain = train(RunConfig(problem=Problem(batch_size=10), epochs=5))
    none = train(
        RunConfig(problem=Problem(batch_size=10), epochs=5, wrappers={"sam": {"rho": 0.0}})
    )
    assert np.array_equal(plain.weights, none.weights)


def test_sam_ends_where_the_loss_is_flatter():
    # Of the lesson's network, with batches of 10 for 200 epochs by SGD: medians of ten seeds.
    found = []
    for rho in (0.0, 0.05, 0.1, 0.2):
        configs = [
            RunConfig(
                problem=Problem(batch_size=10), optimizer="sgd", hyperparameters={"lr": 0.2},
                epochs=200, seed=seed, wrappers={"sam": {"rho": rho}},
            )
            for seed in range(10)
        ]  # fmt: skip
        histories = [h for part in (configs[:5], configs[5:]) for h in [*stream_together(part)][-1]]
        found.append(float(np.median([last_sharpness(history) for history in histories])))
    assert found == pytest.approx([0.470, 0.416, 0.382, 0.337], rel=0.06)
    assert found == sorted(found, reverse=True)


def test_by_hand_there_is_no_second_gradient():
    with pytest.raises(InputError, match="sam, which takes a second gradient"):
        optplay.optimizer("sgd", wrappers={"sam": {}})
