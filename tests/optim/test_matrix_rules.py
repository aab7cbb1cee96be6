"""The rules that see matrices: against packages, against NumPy, and their terms against them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import optplay
from optplay.optim import OPTIMIZERS
from optplay.optim.declaration import Made
from optplay.optim.matrices import (
    diagonalize,
    inverse_root,
    inverse_root_of,
    length,
    multiply,
    multiply_turned,
    orthonormalize,
    sort_eigenvectors,
)
from optplay.optim.rules.muon import orthogonalize
from optplay.optim.slots import matrix, places_of, slot, width_of
from optplay.problems import Problem
from optplay.training import RunConfig, train
from optplay.training.trainer import stream_together

TRACES = json.loads((Path(__file__).parent.parent / "data" / "rule_traces.json").read_text())
NAMES = ("adafactor", "lamb", "lars", "muon", "shampoo", "soap")
SHAPES = [(6, 4), (6,), (3, 6), (3,)]
WIDTHS = st.integers(1, 9)
SCALES = st.sampled_from([1e-100, 1e-8, 1.0, 1e8, 1e100])


class ByHand:
    """A rule in plain Python, on the flat vector of all tensors."""

    def __init__(self, name, shapes, **given):
        self.rule = OPTIMIZERS.find(name)
        self.given = self.rule.complete(given)
        self.lr, *others = (float(value) for value in self.given.values())
        self.hyper, self.t = np.array(others), 0
        self.corrections = np.zeros(len(others))
        slots = (*self.rule.state, *self.rule.scratch)
        self.places = places_of(shapes, slots)
        self.state = np.full((len(slots), width_of(shapes, slots)), np.nan)
        self.state[: len(self.rule.slots)] = 0.0

    def step(self, w, g):
        """The weights after a step; what it was is left in `made`, a Made for each tensor."""
        self.t += 1
        # 1 - βᵗ, as the loop goes on with it.
        self.corrections = corrections = self.hyper * self.corrections + (1 - self.hyper)
        before, after = self.state.copy(), w.copy()
        for places in self.places:
            self.rule.step(
                matrix(after, *places[0, :3]), matrix(g, *places[0, :3]), self.state, places,
                self.hyper, corrections, self.lr, self.t,
            )  # fmt: skip
        names = [*self.given][1:]
        self.made = [
            Made(
                matrix(w, *places[0, :3]), matrix(g, *places[0, :3]),
                self.slots(before, places), self.slots(self.state.copy(), places),
                dict(zip(names, self.hyper, strict=True)),
                dict(zip(names, corrections, strict=True)), self.lr, self.t, places[0, 3] == 1,
            )
            for places in self.places
        ]  # fmt: skip
        self.steps = [matrix(after - w, *places[0, :3]) for places in self.places]
        return after

    def slots(self, state, places):
        return {each.name: slot(state, places, k) for k, each in enumerate(self.rule.state)}


def gradients(steps, n, seed=0):
    """Gradients of very different sizes, some of them 0."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=(steps, n)) * 10.0 ** random.integers(-3, 3, size=(steps, n))
    drawn[5:15, : n // 2] = 0
    return drawn


@pytest.mark.parametrize("name", ["adafactor", "lamb", "lars", "muon", "shampoo"])
def test_agrees_with_the_package(name):
    recorded = TRACES["rules"][name]
    by_hand = ByHand(name, [tuple(s) for s in TRACES["shapes"]], **recorded["hyperparameters"])
    w, checked = np.array(TRACES["start"]), 0
    for t, g in enumerate(TRACES["gradients"], start=1):
        w = by_hand.step(w, np.array(g))
        if str(t) in recorded["weights"]:
            expected = np.array(recorded["weights"][str(t)])
            np.testing.assert_allclose(w, expected, rtol=1e-12, atol=1e-14)
            checked += 1
    assert checked == len(recorded["weights"]) == 5


def soap_in_numpy(w, gradients, lr, beta1, beta2, beta, epsilon, every, q_left, q_right):
    """Algorithm 3 by LAPACK, as its authors have it; the weights after each step.

    Args:
        q_left, q_right: the eigenvectors of the first L and R: LAPACK's are as good, but where
            eigenvalues are equal, as they are if g is not square, they are others.
    """
    m, v, weights = np.zeros_like(w), np.zeros_like(w), []
    for t, g in enumerate(gradients):
        if t == 0:
            left, right = (1 - beta) * g @ g.T, (1 - beta) * g.T @ g
            weights.append(w)
            continue
        turned = q_left.T @ g @ q_right
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * turned**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr * q_left @ (q_left.T @ m_hat @ q_right / (v_hat**0.5 + epsilon)) @ q_right.T
        weights.append(w)
        left, right = beta * left + (1 - beta) * g @ g.T, beta * right + (1 - beta) * g.T @ g
        if t % every == 0:
            order = np.argsort(-np.diag(q_left.T @ left @ q_left), kind="stable")
            v, q_left = v[order], np.linalg.qr(left @ q_left[:, order])[0]
            order = np.argsort(-np.diag(q_right.T @ right @ q_right), kind="stable")
            v, q_right = v[:, order], np.linalg.qr(right @ q_right[:, order])[0]
    return weights


# By the time that directions are looked for again, L and R are to have all of them: which of many
# orthonormal matrices comes of a QR of what has not is up to rounding.
@pytest.mark.parametrize(
    ("shape", "every"),
    [((4, 4), 1), ((6, 4), 1), ((3, 6), 1), ((1, 1), 1), ((4, 4), 2.5), ((6, 4), 2.5),
     ((3, 6), 10), ((5, 1), 10), ((1, 4), 10), ((9, 7), 10)],
)  # fmt: skip
def test_soap_follows_its_algorithm(shape, every):
    random = np.random.default_rng(1)
    slopes = random.normal(size=(40, *shape)) * np.exp(random.normal(size=(40, 1, shape[1])))
    w = random.normal(size=shape)
    by_hand = ByHand("soap", [shape], every=every, lr=0.1, beta=0.8)
    after = by_hand.step(w.ravel(), slopes[0].ravel())
    found = by_hand.made[0].after
    for q, mean in ((found["Q_L"], found["L"]), (found["Q_R"], found["R"])):
        values = np.diag(q.T @ mean @ q)
        np.testing.assert_allclose(q.T @ q, np.eye(len(q)), atol=1e-14)
        np.testing.assert_allclose(q.T @ mean @ q, np.diag(values), atol=1e-14 * values[0])
        assert np.all(np.diff(values) <= 1e-14 * values[0])
    expected = soap_in_numpy(
        w, slopes, 0.1, 0.95, 0.95, 0.8, 1e-8, int(every), found["Q_L"], found["Q_R"]
    )
    np.testing.assert_array_equal(after, w.ravel())
    for slope, wanted in zip(slopes[1:], expected[1:], strict=True):
        after = by_hand.step(after, slope.ravel())
        np.testing.assert_allclose(after, wanted.ravel(), rtol=1e-10, atol=1e-11)


def test_soap_puts_vs_rows_and_columns_in_the_order_of_its_directions():
    # The first gradient is along the first axes; those after it along the last ones, ten times.
    by_hand, w = ByHand("soap", [(2, 3)], every=3, beta=0.5), np.zeros(6)
    first, later = np.diag([3.0, 2.0]) @ np.eye(2, 3), np.array([[0.0, 0, 0], [0, 0, 9]])
    for g in (first, first, later, later):
        w = by_hand.step(w, g.ravel())
    before, after = by_hand.made[0].before, by_hand.made[0].after
    v = 0.95 * before["v"] + 0.05 * (before["Q_L"].T @ later @ before["Q_R"]) ** 2
    assert [np.argmax(abs(column)) for column in after["Q_L"].T] == [1, 0]
    assert [np.argmax(abs(column)) for column in after["Q_R"].T] == [2, 0, 1]
    np.testing.assert_allclose(after["v"], v[np.ix_([1, 0], [2, 0, 1])], rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_come_to_the_step(name):
    by_hand, w = ByHand(name, [*SHAPES, (4, 1), (1, 1), (1,)]), np.full(57, 0.5)
    w[:30] = np.random.default_rng(3).normal(size=30)
    seen = set()
    for g in gradients(30, w.size):
        w = by_hand.step(w, g)
        for made, step in zip(by_hand.made, by_hand.steps, strict=True):
            terms = by_hand.rule.terms(made)
            seen.update(terms)
            assert [*terms][-1] == "Δ"
            size = max(np.abs(step).max(), np.abs(made.w).max() * 1e-3)
            np.testing.assert_allclose(terms["Δ"], step, rtol=1e-12, atol=1e-12 * size)
            for term, value in terms.items():
                assert np.ndim(value) in (0, 2), term
    lines = [line.split()[:2] for line in by_hand.rule.formula]
    assert {name for name, sign in lines if sign == "="} == seen
    assert {name for name, sign in lines if sign == "←"} == {s.name for s in by_hand.rule.state}


@pytest.mark.parametrize("name", ["adafactor", "lamb", "lars"])
def test_rates_are_what_the_direction_is_multiplied_by(name):
    by_hand, w = ByHand(name, SHAPES), np.linspace(-1, 1, 51)
    decay = by_hand.given.get("trust_decay", 0.0)
    for g in gradients(20, 51):
        w = by_hand.step(w, g)
    for made, whole in zip(by_hand.made, by_hand.steps, strict=True):
        step = whole
        direction = made.g if name == "adafactor" else made.after["m" if name == "lamb" else "v"]
        if name == "lamb":
            direction = direction / made.corrections["beta1"]
            under = np.sqrt(made.after["v"] / made.corrections["beta2"]) + 1e-6
            direction = direction + under * decay * made.w
        if name == "lars":
            # Of what it adds to v: the rest is of gradients before.
            step = whole + made.lr * 0.9 * made.before["v"]
            direction = made.g + decay * made.w
        found = -by_hand.rule.rate(made) * direction
        np.testing.assert_allclose(found, step, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("epsilon", [0.0, None])
@pytest.mark.parametrize("name", NAMES)
def test_zeros_are_no_numbers_to_divide_by(name, epsilon):
    rule = OPTIMIZERS.find(name)
    by_hand = ByHand(name, [*SHAPES, (1, 1), (1,)])
    if epsilon is not None and rule.has("epsilon"):
        by_hand.hyper[[*by_hand.given].index("epsilon") - 1] = epsilon
    still = np.zeros(53)
    for _ in range(3):
        np.testing.assert_array_equal(by_hand.step(still, still), still)
    w, g = np.linspace(-1, 1, 53), np.zeros(53)
    for _ in range(12):
        w = by_hand.step(w, g)
        g[::3] = 1.0 - g[::3]
        assert np.all(np.isfinite(w))


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-30, 1e30, 1e140])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_any_size(name, size):
    by_hand, w = ByHand(name, [*SHAPES, (1, 1), (1,)]), np.linspace(-1, 1, 53)
    for g in gradients(12, 53):
        w = by_hand.step(w, size * g)
        assert np.all(np.isfinite(w))


@pytest.mark.filterwarnings("ignore:(overflow|invalid)")
@pytest.mark.parametrize("name", NAMES)
def test_steps_go_on_where_squares_overflow(name):
    by_hand, w = ByHand(name, [*SHAPES, (1, 1), (1,)]), np.linspace(-1, 1, 53)
    for g in gradients(12, 53):
        w = by_hand.step(w, 1e300 * g)
        assert np.all(np.isfinite(w))


@given(rows=WIDTHS, columns=WIDTHS, seed=st.integers(0, 999))
def test_muons_step_is_nearly_orthogonal(rows, columns, seed):
    random = np.random.default_rng(seed)
    g = random.normal(size=(rows, columns))
    u, _, v = np.linalg.svd(g, full_matrices=False)
    # Singular values from 1 to 20, of which NS makes nearly ones.
    g = (u * random.uniform(1, 20, size=len(v))) @ v
    by_hand = ByHand("muon", [(rows, columns)], lr=1.0)
    by_hand.step(np.zeros(g.size), g.ravel())
    scale = max(1.0, rows / columns) ** 0.5
    values = np.linalg.svd(by_hand.steps[0] / scale, compute_uv=False)
    assert values.min() >= 0.68
    assert values.max() <= 1.14
    # It turns nothing: the singular vectors stay as they were.
    turned = u.T @ (-by_hand.steps[0] / scale) @ v.T
    np.testing.assert_allclose(turned, np.diag(np.diag(turned)), atol=1e-12)
    assert np.all(np.diag(turned) > 0)


def test_muon_does_not_care_how_long_the_gradient_is():
    x = np.random.default_rng(2).normal(size=(5, 3))
    wanted, a, b = x.copy(), np.empty((3, 3)), np.empty((3, 3))
    orthogonalize(wanted, a, b)
    for size in (5e-320, 1e-200, 1e200, 1e307):
        found = size * x
        orthogonalize(found, a, b)
        np.testing.assert_allclose(found, wanted, rtol=1e-12 if size > 1e-300 else 1e-2)
    zero = np.zeros((5, 3))
    orthogonalize(zero, a, b)
    np.testing.assert_array_equal(zero, 0.0)


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@given(rows=WIDTHS, columns=WIDTHS, inner=WIDTHS, scale=SCALES, seed=st.integers(0, 99))
def test_products(rows, columns, inner, scale, seed):
    a, b = drawn(seed, rows, inner) * scale, drawn(seed + 1, inner, columns)
    c = np.full((rows, columns), np.nan)
    size = 1e-15 * inner * np.abs(a).max() * np.abs(b).max()
    multiply(a, b, c)
    np.testing.assert_allclose(c, a @ b, rtol=0, atol=size)
    c[:] = np.nan
    multiply_turned(a.T.copy(), b, c)
    np.testing.assert_allclose(c, a @ b, rtol=0, atol=size)


@given(rows=WIDTHS, columns=WIDTHS, scale=st.sampled_from([1e-300, 1e-100, 1.0, 1e100, 1e300]))
def test_length(rows, columns, scale):
    a = drawn(rows, rows, columns)
    assert length(a * scale) == pytest.approx(np.linalg.norm(a) * scale, rel=1e-14)
    assert length(a * 0.0) == 0


@given(n=WIDTHS, rank=WIDTHS, scale=SCALES, spread=st.floats(0, 8), seed=st.integers(0, 99))
def test_eigenvectors(n, rank, scale, spread, seed):
    half = drawn(seed, n, rank) * 10 ** (-spread * drawn(seed + 1, n, 1) ** 2)
    a = scale * half @ half.T
    x, v, size = a.copy(), np.full((n, n), np.nan), np.abs(a).max()
    diagonalize(x, v)
    sort_eigenvectors(x, v)
    values = x[0]
    np.testing.assert_allclose(v @ v.T, np.eye(n), atol=2e-14)
    np.testing.assert_allclose(v.T * (values / size) @ v, a / size, atol=2e-14)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(a)[::-1], rtol=0, atol=2e-14 * size * n)


def test_equal_eigenvalues_and_zeros_are_no_trouble():
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    for a in (np.zeros((4, 4)), np.eye(5), swap, np.kron(np.eye(3), swap), np.ones((6, 6))):
        x, v = a.copy(), np.empty_like(a)
        diagonalize(x, v)
        np.testing.assert_allclose(v @ v.T, np.eye(len(a)), atol=1e-14)
        np.testing.assert_allclose(v.T * x[0] @ v, a, atol=1e-14)


def test_directions_without_gradients_take_nothing_from_the_others():
    # The root of ε·1 + g·gᵀ is about 1 along g, and 1000 in all other directions.
    g = drawn(3, 7, 1)
    along = inverse_root_of(np.eye(7) * 1e-6 + g @ g.T, 1, 1e-6) @ g
    np.testing.assert_allclose(along, g / np.linalg.norm(g), atol=1e-6)
    assert np.abs(g[0] * along - along[0] * g).max() < 1e-11


@given(n=WIDTHS, scale=SCALES, seed=st.integers(0, 99), halvings=st.sampled_from([1, 2]))
def test_inverse_roots(n, scale, seed, halvings):
    half = drawn(seed, n, n) + 3 * np.eye(n)
    a = half @ half.T
    found = inverse_root_of(a * scale, halvings, 0.0)
    np.testing.assert_allclose(found, found.T, atol=1e-14 * np.abs(found).max())
    back = np.linalg.matrix_power(found, 2**halvings) * scale @ a
    np.testing.assert_allclose(back, np.eye(n), atol=1e-15 * np.linalg.cond(a) * 30)


def test_inverse_roots_of_large_matrices_are_lapacks():
    half = drawn(0, 30, 40)
    found, (x, v, root) = inverse_root_of(half @ half.T, 2, 0.0), np.empty((3, 30, 30))
    inverse_root(half @ half.T, 2, 0.0, x, v, root)
    np.testing.assert_allclose(found, root, atol=1e-13)


@given(n=WIDTHS, rank=st.integers(0, 9), scale=SCALES, seed=st.integers(0, 99))
def test_qr(n, rank, scale, seed):
    a = scale * drawn(seed, n, rank) @ drawn(seed + 1, rank, n)
    q = np.full((n, n), np.nan)
    orthonormalize(a.copy(), q)
    np.testing.assert_allclose(q.T @ q, np.eye(n), atol=1e-14)
    r = q.T @ (a / scale)
    np.testing.assert_allclose(np.tril(r, -1), 0.0, atol=1e-13)
    if rank >= n and np.linalg.cond(a) < 1e4:
        expected, _ = np.linalg.qr(a)
        signs = np.sign(np.sum(expected * q, axis=0))
        np.testing.assert_allclose(q, expected * signs, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_machine_code_comes_to_the_bits_of_plain_python(name):
    by_hand, stepper = ByHand(name, SHAPES), optplay.optimizer(name, shapes=SHAPES)
    plain = compiled = np.random.default_rng(4).normal(size=51)
    for g in gradients(25, 51):
        plain, compiled = by_hand.step(plain, g), stepper.step(compiled, g)
        np.testing.assert_array_equal(compiled, plain)
    kept = len(by_hand.rule.slots)
    np.testing.assert_array_equal(stepper.state, by_hand.state[:kept, : stepper.state.shape[1]])


@pytest.mark.parametrize("name", NAMES)
def test_in_lockstep_as_alone(name):
    # Eight starts; and rates, and what else may differ from run to run, from far too low to absurd.
    rule, problem = OPTIMIZERS.find(name), Problem(batch_size=20)
    configs = []
    for seed in range(8):
        knobs = {"lr": 10.0 ** (seed - 5)}
        for knob, value in {"every": 1.0 + seed, "epsilon": 10.0 ** (-2 * seed)}.items():
            if rule.has(knob):
                knobs[knob] = value
        configs.append(
            RunConfig(
                optimizer=name, hyperparameters=knobs, problem=problem, seed=seed, epochs=30,
                decay="cosine",
            )
        )  # fmt: skip
    *_, together = stream_together(configs)
    for config, found in zip(configs, together, strict=True):
        alone = train(config)
        np.testing.assert_array_equal(found.record, alone.record)
        np.testing.assert_array_equal(found.current, alone.current)
        np.testing.assert_array_equal(found.current_state, alone.current_state)
