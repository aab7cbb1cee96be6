"""Every number that the presets on surfaces quote, and those that they are said to reproduce."""

from functools import cache

import msgspec
import numpy as np
import pytest

from optplay.experiments import METRICS, Results, load, run_preset
from optplay.training import RunConfig, train


@cache
def results(name: str, *edits: str) -> Results:
    return run_preset(load(name, edits=edits))


def measured(name: str, label: str, metric: str, at: float = 0.0, edits: tuple[str, ...] = ()):
    return results(name, *edits).summary(label, metric, at).median


def test_heavy_ball_goes_round_in_three_points() -> None:
    [heavy] = results("heavy-ball-cycles").runs["Heavy ball"]
    found = sorted(heavy.weights[-3:, 0])
    np.testing.assert_allclose(found, [-1.8024, 0.6465, 2.1159], atol=5e-5)
    np.testing.assert_allclose(heavy.weights[-3:], heavy.weights[-6:-3], rtol=1e-9)
    name = "heavy-ball-cycles"
    # A small push is forgotten, a large one, another start and a smaller beta end it.
    small = results(name, "*.problem.noise=0.01").runs["Heavy ball"][0].weights[-3:, 0]
    np.testing.assert_allclose(sorted(small), found, atol=0.05)
    for edit in ("*.problem.noise=0.5", "*.problem.start=[0.5]", "Heavy ball.beta=0.4"):
        [freed] = results(name, edit).runs["Heavy ball"]
        assert np.abs(freed.weights[-30:]).max() < 0.5, edit


def test_adam_ends_at_the_worst_point_and_amsgrad_at_the_best() -> None:
    assert measured("adam-diverges", "Adam", "final_x") == pytest.approx(1, abs=0.005)
    assert measured("adam-diverges", "AMSGrad", "final_x") == pytest.approx(-1, abs=0.005)
    for beta2, x in (("0.9", -1), ("0.999", -1)):
        edit = f"Adam.beta2={beta2}"
        found = measured("adam-diverges", "Adam", "final_x", edits=(edit,))
        assert found == pytest.approx(x, abs=0.005)


def test_factors_are_those_of_the_theory() -> None:
    for label, factor in (("SGD", 0.980), ("Heavy ball", 0.818), ("Nesterov", 0.900)):
        found = measured("momentum-rates", label, "convergence_factor")
        assert round(found, 3) == factor


@pytest.mark.parametrize("steps", [200, 1000, 10_000])
def test_factors_do_not_depend_on_the_number_of_steps(steps: int) -> None:
    for run in load("momentum-rates", epochs=steps).runs:
        factor = METRICS["convergence_factor"].measure(train(run.config), 0.0)
        theory = {"SGD": 99 / 101, "Heavy ball": 9 / 11, "Nesterov": 0.9}[run.label]
        assert factor == pytest.approx(theory, abs=0.0005)


def test_adam_with_l2_does_not_see_lambda() -> None:
    # The same for every λ, but that beside a λ of 1e-4 ε shows in the fourth digit.
    for label in ("Adam + L2 1e-4", "Adam + L2 0.01", "Adam + L2 1"):
        assert measured("adam-l2-scale-free", label, "final_x") == pytest.approx(0.5605, abs=6e-5)
    adamw = measured("adam-l2-scale-free", "AdamW 0.1", "final_x")
    assert adamw == pytest.approx(0.9512, abs=5e-5)
    assert adamw == pytest.approx((1 - 1e-4) ** 500, rel=1e-12)


@pytest.mark.parametrize(("step", "ratio"), [(1, 3.16), (12, 6.57), (50, 4.50), (1000, 1.26)])
def test_the_uncorrected_step_over_the_corrected_one(step: int, ratio: float) -> None:
    for label in ("With", "Without"):
        for history in results("bias-correction").runs[label][:2]:
            found = METRICS["uncorrected_ratio"].measure(history, step)
            assert found == pytest.approx(ratio, abs=0.005)
            theory = (1 - 0.9**step) / (1 - 0.999**step) ** 0.5
            assert found == pytest.approx(theory, rel=1e-5)


def test_the_rates_of_problem_1_are_the_best_of_a_scan() -> None:
    scans = {
        "SGD": np.linspace(0.0004, 0.00067, 28),
        "Momentum": np.linspace(0.0001, 0.0013, 25),
        "Nesterov": np.linspace(0.0001, 0.0006, 26),
    }
    for run in load("problem-1-oscillation").runs:
        if run.label in scans:
            steps = {
                float(f"{lr:.5g}"): METRICS["steps_to_distance"].measure(
                    train(with_rate(run.config, lr)), 0.001
                )
                for lr in scans[run.label]
            }
            assert min(steps, key=lambda lr: steps[lr]) == run.config.lr


def with_rate(config: RunConfig, lr: float) -> RunConfig:
    knobs = {**config.hyperparameters, "lr": float(lr)}
    return msgspec.structs.replace(config, hyperparameters=knobs)


def test_what_problem_2_says_of_a_hundred_times_the_condition() -> None:
    name, edits = "problem-2-one-rate-for-all", ("*.problem.condition=100000",)
    for label in ("SGD", "Momentum"):
        assert results(name, *edits).outcomes(label)["diverged"] == 10
    for label in ("RMSProp", "Adam"):
        steps = measured(name, label, "steps_to_distance", 0.01)
        found = measured(name, label, "steps_to_distance", 0.01, edits)
        assert found == pytest.approx(steps, rel=0.03)


def test_what_problem_3_says_of_other_starts_and_more_noise() -> None:
    name, nearer = "problem-3-saddle", ("*.problem.start=[2, 1e-9]", "*.clip=none")
    for label, steps in (("SGD", 2118), ("Momentum", 341), ("RMSProp", 128), ("Adam", 121)):
        run = next(r for r in load(name, edits=nearer, epochs=3000).runs if r.label == label)
        assert METRICS["steps_to_loss"].measure(train(run.config), -1.0) == steps
    noisy = ("SGD, noise.problem.noise=0.1",)
    sgd = measured(name, "SGD", "steps_to_loss", -1.0)
    assert measured(name, "SGD, noise", "steps_to_loss", -1.0) == pytest.approx(
        0.73 * sgd, rel=0.03
    )
    assert measured(name, "SGD, noise", "steps_to_loss", -1.0, noisy) < sgd / 2
