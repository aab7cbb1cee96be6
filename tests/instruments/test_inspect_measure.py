"""The step inspector, against updates computed by hand."""

from dataclasses import replace
from math import exp, hypot, isfinite, sqrt

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.instruments.inspect.measure import take_apart
from optplay.instruments.inspect.rows import Row, rows
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem, SurfaceProblem
from optplay.training import Clip, RunConfig, one_update, train

ANYWHERE = [name for name, rule in OPTIMIZERS.items() if rule.anywhere]

# The lesson's first sample, and a network of one neuron that starts at zero.
X, Y = 0.557707193831535, -1.8999569791093323
NEURON = Problem(samples=1, hidden=(), init="zeros")
NETWORK = Problem(samples=10, hidden=(3,), activation="tanh", batch_size=2)


def suited(name, problem=NETWORK):
    """The problem, in one batch where a rule makes sense on all samples only."""
    if OPTIMIZERS.find(name).full_batch:
        return msgspec.structs.replace(problem, batch_size=problem.samples)
    return problem


def trained(start=None, **settings):
    return train(RunConfig(**settings), start)


def of(found):
    """Rows by part and name."""
    return {(row.part, row.name): row for row in found}


def sigmoid(z):
    return 1 / (1 + exp(-z))


def test_the_sample_is_the_lessons():
    assert NEURON.draw().inputs.tolist() == [[X, Y]]
    assert NEURON.draw().labels.tolist() == [0.0]


def test_a_step_of_adam_with_clipping_and_l2_by_hand():
    run = trained(
        problem=NEURON,
        optimizer="adam",
        hyperparameters={"lr": 0.1},
        clip=Clip(norm=0.25),
        l2=0.5,
        epochs=2,
    )
    # Step 1: z = 0, so g = ½·(x, y, 1) of norm 1.1091…, clipped; and w = 0 has no L2 term.
    first, of_y = take_apart(run, 1), 1
    norm = 0.5 * hypot(X, Y, 1)
    assert (first.epoch, first.update.t, first.update.lr) == (1, 1, 0.1)
    assert first.update.loss == pytest.approx(0.6931471805599453, rel=1e-15)
    assert first.update.norm == pytest.approx(norm, rel=1e-15)
    assert first.clip_factor == pytest.approx(0.25 / norm, rel=1e-15)
    assert first.l2_term.tolist() == [0, 0, 0]
    g1 = 0.5 * Y * 0.25 / norm
    assert first.update.rule_gradient[of_y] == pytest.approx(g1, rel=1e-15)
    # m̂/√v̂ = g/|g|: every weight goes lr along the sign.
    assert first.terms["m̂"][of_y] == pytest.approx(g1, rel=1e-12)
    assert first.terms["v̂"][of_y] == pytest.approx(g1 * g1, rel=1e-12)
    np.testing.assert_allclose(first.update.after, [-0.1, 0.1, -0.1], rtol=1e-6)

    # Step 2, from w = (-0.1, 0.1, -0.1) but for ε.
    w = first.update.after[of_y]
    p = sigmoid(np.dot(first.update.after, [X, Y, 1]))
    norm = p * hypot(X, Y, 1)
    clipped = p * Y * 0.25 / norm
    g2 = clipped + 0.5 * w
    m, v = 0.9 * 0.1 * g1 + 0.1 * g2, 0.999 * 0.001 * g1**2 + 0.001 * g2**2
    m_hat, v_hat = m / (1 - 0.81), v / (1 - 0.998001)
    delta = -0.1 * m_hat / (sqrt(v_hat) + 1e-8)
    second = take_apart(run, 2)
    found = of(rows(second, of_y))
    for key, value in {
        ("gradient", "g"): p * Y, ("clipping", "‖g‖"): norm, ("clipping", "g"): clipped,
        ("L2", "λ₂·w"): 0.5 * w, ("L2", "g"): g2, ("rule", "m"): m, ("rule", "v"): v,
        ("rule", "m̂"): m_hat, ("rule", "v̂"): v_hat, ("rule", "Δ"): delta,
        ("weight", "w"): w + delta,
    }.items():  # fmt: skip
        assert found[key].value == pytest.approx(value, rel=1e-11), key
    assert found["rule", "m"].before == pytest.approx(0.1 * g1, rel=1e-12)
    assert found["weight", "w"].before == w
    assert (found["decay", "-lr·λ·w"].value, found["decay", "-lr·λ·w"].formula) == (None, "off")
    assert second.decay.tolist() == [0, 0, 0]


def test_a_step_of_adamw_by_hand():
    # Warmup over 4 steps of 4: step 2 has lr 0.1·2/4.
    run = trained(
        problem=NEURON,
        optimizer="adamw",
        hyperparameters={"lr": 0.1},
        weight_decay=0.2,
        warmup=1.0,
        epochs=4,
    )
    w = take_apart(run, 1).update.after
    np.testing.assert_allclose(w, [-0.025, 0.025, -0.025], rtol=1e-6)
    second = take_apart(run, 2)
    assert second.update.lr == 0.05
    np.testing.assert_allclose(second.decay, -0.05 * 0.2 * w, rtol=1e-15)
    g1, g2 = 0.5 * X, sigmoid(np.dot(w, [X, Y, 1])) * X
    m_hat = (0.09 * g1 + 0.1 * g2) / 0.19
    v_hat = (0.000999 * g1**2 + 0.001 * g2**2) / 0.001999
    delta = -0.05 * m_hat / (sqrt(v_hat) + 1e-8)
    assert second.update.delta[0] == pytest.approx(delta, rel=1e-11)
    assert second.update.after[0] == pytest.approx(w[0] + delta - 0.01 * w[0], rel=1e-11)
    found = of(rows(second, 0))
    assert found["clipping", "g"] == Row("clipping", "g", "off")
    assert found["L2", "g"] == Row("L2", "g", "off")
    assert found["decay", "-lr·λ·w"].formula == "-lr·λ·w, λ = 0.2"
    assert found["weight", "w"].formula == "w ← w + Δ - lr·λ·w"


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_rows_read_like_the_pipeline(name):
    config = RunConfig(
        problem=suited(name), optimizer=name, clip=Clip(norm=9), weight_decay=0.0, epochs=3
    )
    rule, dissection = config.rule, take_apart(train(config), config.steps - 2)
    found = rows(dissection, 4)
    parts = [row.part for row in found]
    assert list(dict.fromkeys(parts)) == ["gradient", "clipping", "L2", "rule", "decay", "weight"]
    # But for lines on tensors of another kind than a matrix.
    lacking = dissection.told.lacking[0]
    told = [line for line in rule.formula if line.split(" ")[0] not in lacking]
    assert [row.formula for row in found if row.part == "rule"] == told
    by_name = of(found)
    for i, slot in enumerate(rule.state):
        row = by_name["rule", slot.name]
        if slot.size == "parameter" and slot.copies == 1:
            assert row.before == dissection.update.state_before[i][4]
            assert row.value == dissection.update.state_after[i][4]
        assert (row.value is None) == bool(row.form)
    for row in found:
        assert (row.value is None) == (row.formula == "off" or bool(row.form))
        assert (row.before is not None) == ("←" in row.formula and not row.form)
    assert by_name["clipping", "g"].formula == "g ← g, as ‖g‖ ≤ c, c = 9"
    assert by_name["clipping", "g"].value == by_name["gradient", "g"].value
    assert by_name["weight", "w"].formula == "w ← w + Δ"


@given(
    name=st.sampled_from(ANYWHERE), lr=st.floats(1e-4, 0.5),
    clip=st.none() | st.floats(1e-3, 2), l2=st.sampled_from([0.0, 0.2]),
    weight_decay=st.floats(0, 1), warmup=st.floats(0, 1), step=st.integers(1, 15),
)  # fmt: skip
def test_the_parts_add_up(name, lr, clip, l2, weight_decay, warmup, step):
    problem = suited(name)
    step = min(step, 3 * problem.steps_per_epoch)
    run = trained(
        problem=problem,
        optimizer=name,
        hyperparameters={"lr": lr},
        l2=l2,
        warmup=warmup,
        clip=clip and Clip(norm=clip),
        weight_decay=weight_decay,
        epochs=3,
        seed=1,
    )
    d = take_apart(run, step)
    u = d.update
    tight = {"rtol": 1e-13, "atol": 1e-300}
    np.testing.assert_allclose(u.clipped_gradient, u.gradient * d.clip_factor, **tight)
    assert np.linalg.norm(u.gradient) == pytest.approx(u.norm, rel=1e-13)
    if u.clipped:
        assert np.linalg.norm(u.clipped_gradient) == pytest.approx(clip, rel=1e-13)
    size = np.abs(u.before).max() + np.abs(u.delta).max()
    near = {"rtol": 0, "atol": 4e-16 * size}
    np.testing.assert_allclose(
        u.rule_gradient, u.clipped_gradient + d.l2_term, rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(u.after, u.before + u.delta + d.decay, **near)
    steps = np.abs(u.delta)
    np.testing.assert_allclose(
        d.terms["Δ"], u.delta, rtol=1e-10, atol=1e-13 * steps.max() + near["atol"]
    )
    assert steps[d.largest] == steps.max()


def test_a_fork_and_its_first_step():
    parent = trained(problem=NETWORK, epochs=4)
    fork = trained(problem=NETWORK, optimizer="momentum", epochs=4, start=(parent, 2))
    first = take_apart(fork, 11)
    assert (first.epoch, first.update.t) == (3, 1)
    assert first.states["v"][0].tolist() == [0] * 13
    np.testing.assert_array_equal(first.update.before, parent.weights[2])
    with pytest.raises(InputError, match="step: found 10, allowed: 11 to 20"):
        take_apart(fork, 10)


def test_a_step_that_diverged_is_shown_as_it_is():
    run = trained(
        problem=NETWORK, optimizer="sgd", hyperparameters={"lr": 1000}, l2=1e3, clip=Clip(norm=1.0)
    )
    found = of(rows(take_apart(run, run.diverged_at), 0))
    values = [row.value for row in found.values() if row.value is not None]
    assert not all(map(isfinite, values))


def test_a_rule_that_declares_no_formula(monkeypatch):
    rule = replace(OPTIMIZERS.find("momentum"), formula=(), terms=None)
    monkeypatch.setattr(RunConfig, "rule", property(lambda self: rule))
    run = trained(problem=NETWORK, optimizer="momentum", epochs=1)
    update = one_update(run, 3)
    found = [row for row in rows(take_apart(run, 3), 2) if row.part == "rule"]
    assert found == [
        Row("rule", "v", "", update.state_after[0, 2], update.state_before[0, 2]),
        Row("rule", "Δ", "", update.delta[2]),
    ]


def test_a_term_that_is_undefined_has_no_number():
    run = trained(problem=NETWORK, optimizer="radam", epochs=2)
    assert of(rows(take_apart(run, 5), 0))["rule", "r"].value is None
    assert 0 < of(rows(take_apart(run, 6), 0))["rule", "r"].value < 1


def test_the_weights_of_a_network_have_names():
    names = Problem(hidden=(8,)).parameter_names
    assert len(names) == 33
    assert names[:3] == ("layer 1 w[0,0]", "layer 1 w[0,1]", "layer 1 w[1,0]")
    assert names[16:18] == ("layer 1 b[0]", "layer 1 b[1]")
    assert names[24:26] == ("layer 2 w[0,0]", "layer 2 w[0,1]")
    assert names[-1] == "layer 2 b[0]"
    for sizes in ((), (3, 2), (1, 4, 1)):
        problem = Problem(hidden=sizes)
        assert len(set(problem.parameter_names)) == problem.parameter_count


def test_a_name_says_which_input_a_weight_reads():
    # A neuron's bias has the gradient of what it adds up; its weights have that times x and y.
    problem = Problem(samples=1, hidden=(4,), activation="identity")
    update = one_update(trained(problem=problem, epochs=1), 1)
    g = dict(zip(problem.parameter_names, update.gradient, strict=True))
    for neuron in range(4):
        assert g[f"layer 1 w[{neuron},0]"] == pytest.approx(g[f"layer 1 b[{neuron}]"] * X)
        assert g[f"layer 1 w[{neuron},1]"] == pytest.approx(g[f"layer 1 b[{neuron}]"] * Y)


def test_a_step_on_a_surface():
    # f = ½(x² + κy²): at (x, y) the gradient is (x, κy).
    problem = SurfaceProblem(surface="ravine", condition=100.0, start=(2.0, 0.5))
    run = trained(problem=problem, optimizer="momentum", hyperparameters={"lr": 0.001}, epochs=3)
    first, second = (of(rows(take_apart(run, step), 1)) for step in (1, 2))
    assert first["gradient", "g"] == Row("gradient", "g", "g = ∂f/∂w", 50.0)
    assert first["weight", "w"].value == pytest.approx(0.45, rel=1e-15)
    assert second["rule", "v"].value == pytest.approx(0.9 * 50 + 45, rel=1e-14)
    assert second["weight", "w"].value == pytest.approx(0.45 - 0.09, rel=1e-14)
    assert take_apart(run, 2).update.loss == pytest.approx(0.5 * (1.998**2 + 100 * 0.45**2))
    assert problem.parameter_names == ("x", "y")


def test_a_step_that_leads_out_of_the_box_is_the_rules_and_then_cut():
    run = trained(
        problem=SurfaceProblem(surface="alternating"), optimizer="sgd",
        hyperparameters={"lr": 10.0}, epochs=3,
    )  # fmt: skip
    d = take_apart(run, 1)
    assert d.update.delta.tolist() == (-10 * d.update.gradient).tolist()
    assert abs(d.update.before + d.update.delta)[0] > d.config.problem.box
    assert abs(d.update.after[0]) == d.config.problem.box
    assert rows(d, 0)[-1].formula == f"w ← w + Δ, cut to ±{d.config.problem.box:g}"
    assert rows(d, 0)[0].formula == "g = ∂f/∂w, and what is added"


def test_sam_has_two_gradients_and_goes_on_with_the_second():
    run = trained(problem=NETWORK, optimizer="sgd", wrappers={"sam": {"rho": 0.1}}, epochs=2)
    d = take_apart(run, 7)
    found, u = of(rows(d, 2)), d.update
    g1 = u.first_gradient
    at = u.before + 0.1 * g1 / np.linalg.norm(g1)
    batch = trained(problem=NETWORK, optimizer="sgd", epochs=2)
    assert found["gradient", "g₁"].value == g1[2]
    assert found["gradient", "g"].value == u.gradient[2] != g1[2]
    assert "ρ" in found["gradient", "g"].formula
    assert np.linalg.norm(at - u.before) == pytest.approx(0.1)
    np.testing.assert_allclose(u.delta, -run.config.lr * u.gradient, atol=1e-15)
    assert (run.gradient_evaluations, batch.gradient_evaluations) == (20, 10)


def test_wrappers_follow_the_rule_and_tell_what_they_made_of_its_step():
    run = trained(
        problem=NETWORK, optimizer="adam", epochs=2,
        wrappers={"cautious": {}, "lookahead": {"every": 2}},
    )  # fmt: skip
    d = take_apart(run, 6)
    found = rows(d, 2)
    parts = list(dict.fromkeys(row.part for row in found))
    assert parts[3:-2] == ["rule", "cautious", "lookahead"]
    named = of(found)
    assert named["rule", "Δ"].value == d.terms["Δ"][2]
    assert named["cautious", "Δ"].before == d.terms["Δ"][2]
    # What it made of it, Lookahead has changed since.
    assert named["cautious", "Δ"].value is None
    assert found[-3] == Row("lookahead", "Δ", found[-3].formula, d.update.delta[2])
    slow = [slot.name for slot in run.config.slots].index("slow")
    assert named["lookahead", "slow"].value == d.update.state_after[slow, 2] == d.update.after[2]
    run = trained(problem=NETWORK, optimizer="adam", wrappers={"cautious": {}}, epochs=2)
    alone = of(rows(take_apart(run, 6), 2))["cautious", "Δ"]
    assert alone.value == one_update(run, 6).delta[2] != alone.before
    run = trained(problem=NETWORK, optimizer="adam", wrappers={"ema": {}}, epochs=2)
    d = take_apart(run, 6)
    named = of(rows(d, 2))
    assert named["ema", "average"].before == d.update.state_before[-1, 2]
    # The step is the rule's.
    assert ("ema", "Δ") not in named


def test_slots_of_rows_columns_and_matrices():
    d = take_apart(trained(problem=NETWORK, optimizer="adafactor", epochs=2), 6)
    # The weights of the first layer are 3×2: parameter 3 is w[1,1].
    named = of(rows(d, 3))
    assert named["rule", "R"].value == d.states["R"][1][1]
    assert named["rule", "C"].value == d.states["C"][1][1]
    d = take_apart(trained(problem=NETWORK, optimizer="soap", epochs=2), 6)
    named = of(rows(d, 3))
    assert (named["rule", "L"].value, named["rule", "L"].form) == (None, "3×3 matrix")
    assert named["rule", "R"].form == "2×2 matrix"


def test_lines_on_vectors_are_told_of_vectors():
    d = take_apart(trained(problem=NETWORK, optimizer="muon", epochs=2), 6)
    of_matrix, of_vector = (of(rows(d, i)) for i in (0, 7))
    assert ("rule", "NS(u)") in of_matrix
    assert ("rule", "m̂") not in of_matrix
    assert ("rule", "NS(u)") not in of_vector
    assert of_vector["rule", "m̂"].value == d.terms["m̂"][7]
    assert np.isnan(d.terms["m̂"][:6]).all()


@pytest.mark.parametrize(
    ("clip", "formulas"),
    [
        ({"value": 1e-3}, ["g ← c·sign(g), c = 0.001"]),
        ({"value": 1e3}, ["g ← g, as |g| ≤ c, c = 1000"]),
        ({"norm": 1e-3, "per": "tensor"},
         ["‖g‖ = √Σg², over this tensor", "g ← g·c/‖g‖, c = 0.001"]),
        ({"norm": 1e3, "per": "tensor"},
         ["‖g‖ = √Σg², over this tensor", "g ← g, as ‖g‖ ≤ c, c = 1000"]),
    ],
)  # fmt: skip
def test_clipping_by_value_and_by_tensor(clip, formulas):
    d = take_apart(trained(problem=NETWORK, optimizer="sgd", clip=Clip(**clip), epochs=1), 2)
    found = [row for row in rows(d, 0) if row.part == "clipping"]
    assert [row.formula for row in found] == formulas
    assert found[-1].value == d.update.clipped_gradient[0]
    if d.update.clipped:
        assert np.isnan(d.clip_factor)
    if "per" in clip and d.update.clipped:
        assert np.linalg.norm(d.update.clipped_gradient[:6]) == pytest.approx(1e-3)
        assert found[0].value == pytest.approx(np.linalg.norm(d.update.gradient[:6]))


def test_decay_not_by_lr_and_not_of_biases():
    run = trained(
        problem=NETWORK, optimizer="sgd", warmup=1.0, weight_decay=0.01, decay_by_lr=False,
        decay_biases=False, epochs=2,
    )  # fmt: skip
    d = take_apart(run, 5)
    np.testing.assert_allclose(d.decay[:6], -0.5 * 0.01 * d.update.before[:6], rtol=1e-14)
    assert not d.decay[6:9].any()
    of_weight, of_bias = (of(rows(d, i)) for i in (0, 6))
    name = "-lr(k)/lr·λ·w"
    assert of_weight["decay", name].formula == f"{name}, λ = 0.01"
    assert of_weight["weight", "w"].formula == "w ← w + Δ - lr(k)/lr·λ·w"
    assert of_bias["decay", name].formula == f"{name}, λ = 0.01, but not of a bias"
    assert of_bias["weight", "w"].formula == "w ← w + Δ"
