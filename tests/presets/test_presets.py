"""The shipped presets: complete, and saying in their lessons what they measure.

The figures of a lesson stand in its tables; the heading of a column tells which metric it shows.
"""

import re
from functools import cache
from math import inf, isclose

import numpy as np
import pytest

from optplay.experiments import Results, load, number as printed_number, preset_files, run_preset
from optplay.experiments.experiment import OUTCOMES
from optplay.experiments.sharpness import even_epochs, sharpness
from optplay.experiments.steps import distribution
from optplay.experiments.tries import tried

HOLDS, FAILS, OPEN = "holds", "fails", "undecided"
NAMES = sorted(preset_files())
# Its Hessians take as long as all others together.
LONG = pytest.param("edge-of-stability", marks=pytest.mark.slow)
MEASURED = [LONG if name in LONG.values else name for name in NAMES]

# The verdict that each claim is known to have.
VERDICTS: dict[str, dict[str, str]] = {
    "adam-diverges": {
        "Adam ends at the worst point, +1": HOLDS,
        "AMSGrad ends at the best point, -1": HOLDS,
        "A memory of ten steps mends Adam: it ends at the best point": HOLDS,
    },
    "adam-l2-scale-free": {
        "Adam + L2 shrinks the weight to 0.56 also where λ is 0.0001": HOLDS,
        "10,000 times λ shrinks it further, to below 0.56": FAILS,
        "With SGD a larger λ shrinks the weight more": HOLDS,
        "AdamW with 0.1 shrinks it less than Adam with an L2 a thousand times smaller": HOLDS,
    },
    "heavy-ball-cycles": {
        "Heavy ball, tuned for quadratics, does not converge: "
        "it ends farther than 0.6 from the minimum": HOLDS,
        "SGD converges: it ends within a millionth of the minimum": HOLDS,
        "Nesterov converges: it ends within a millionth of the minimum": HOLDS,
    },
    "momentum-rates": {
        "SGD shortens the way by 0.980 a step, and no better": HOLDS,
        "Heavy ball shortens the way by 0.818 a step": HOLDS,
        "Nesterov shortens the way by 0.900 a step": HOLDS,
        "Heavy ball is faster than Nesterov": HOLDS,
    },
    "problem-1-oscillation": {
        "SGD needs 10,000 steps or more, also at its best rate": HOLDS,
        "Momentum at SGD's rate needs 3,000 steps or more": FAILS,
        "Momentum needs 3,000 steps or more, also at its best rate": FAILS,
        "Momentum gets there in fewer steps than SGD, each at its best rate": HOLDS,
        "Nesterov gets there in fewer steps than momentum, each at its best rate": FAILS,
    },
    "problem-2-one-rate-for-all": {
        "Adam gets near in fewer steps than SGD": HOLDS,
        "RMSProp gets near in fewer steps than SGD": HOLDS,
        "It takes adaptive rates: Adam gets near in fewer than half of momentum's 88 steps": FAILS,
        "RMSProp ends nearer than SGD": FAILS,
        "Adam ends nearer than momentum": FAILS,
    },
    "problem-3-saddle": {
        "Momentum gets away in fewer steps than SGD": HOLDS,
        "Adam gets away in fewer steps than SGD": HOLDS,
        "Adam gets away in fewer steps than momentum": HOLDS,
        "A thousandth of noise gets SGD away in fewer steps": HOLDS,
    },
    "bias-correction": {
        "At the first step the correction matters: the step without it is longer": HOLDS,
        "By step 50 the correction is irrelevant: the step without it is no longer than with it": (
            FAILS
        ),
        "By step 200 the correction is irrelevant: the step without it is no longer than with it": (
            FAILS
        ),
        "By step 1000 the correction is irrelevant: "
        "the step without it is no longer than with it": FAILS,
        "By step 3000 the correction is irrelevant: "
        "the step without it is no longer than with it": OPEN,
        "By step 50 the correction is irrelevant: "
        "from one state the step without it is at most a tenth longer": FAILS,
        "The correction brings Adam to 90 % accuracy in fewer epochs": FAILS,
        "The correction ends at a lower loss": OPEN,
    },
    "compare": {
        "Adam's defaults work well: its final accuracy is above 95 %": HOLDS,
        "Adam reaches 95 % accuracy in fewer epochs than SGD": FAILS,
        "Momentum reaches 90 % accuracy in fewer epochs than SGD": HOLDS,
        "Momentum is 3 times as fast: 90 % accuracy in a third of SGD's 5 epochs": FAILS,
        "Momentum ends at a lower loss than SGD": FAILS,
        "AdamW ends with smaller weights than Adam": HOLDS,
        "Adam ends at a lower loss than RMSProp": HOLDS,
    },
    "compare-fair": {
        "Adam ends at a lower loss than SGD": HOLDS,
        "Adam reaches 95 % accuracy in fewer epochs than SGD": OPEN,
        "Momentum gets to a loss of 0.2 in fewer epochs than SGD": HOLDS,
        "Momentum is 3 times as fast: a loss of 0.2 in a third of SGD's 7 epochs": FAILS,
        "Momentum ends at a lower loss than SGD": OPEN,
        "Adam gets to a loss of 0.2 in fewer epochs than Momentum": FAILS,
        "Weight decay lowers the training loss: AdamW ends below Adam": FAILS,
    },
    "decay-l2-or-decoupled": {
        "With SGD it matters which: "
        "L2 gets to a loss of 0.3 in fewer epochs than decoupled decay": OPEN,
        "AdamW shrinks the weights more than Adam + L2": FAILS,
        "AdamW shrinks the weights more than Adam": HOLDS,
        "AdamW ends at a lower loss than Adam + L2": HOLDS,
    },
    "edge-of-stability": {
        "At lr 0.2 the sharpness stays well below 2/lr, what descent can stand: "
        "its ratio is below 0.98": FAILS,
        "At lr 0.2 it hovers at that edge: its ratio to 2/lr is above 0.98": HOLDS,
        "At lr 0.2 it goes no further: its ratio to 2/lr is below 1.02": HOLDS,
        "At lr 0.4 it hovers at that edge: its ratio to 2/lr is above 0.98": HOLDS,
        "At lr 0.4 it goes no further: its ratio to 2/lr is below 1.02": HOLDS,
        "The smaller rate ends where the loss is sharper": HOLDS,
        "At the edge, at lr 0.4, the loss goes on falling: it ends below 0.05": HOLDS,
    },
    "exercise-1-nesterov": {
        "Nesterov reaches 95 % accuracy in fewer epochs than momentum": OPEN,
        "Nesterov gets to a loss of 0.1 in fewer epochs than momentum": OPEN,
        "Nesterov ends at a lower loss than momentum": OPEN,
        "With full batches Nesterov gets to a loss of 0.1 in fewer epochs": HOLDS,
    },
    "exercise-2-warmup": {
        "Warmup reaches 90 % accuracy in fewer epochs": FAILS,
        "Warmup and decay end at a lower loss": FAILS,
        "At lr 0.05 warmup and decay end at a lower loss": HOLDS,
        "At lr 0.05 cosine decay alone ends at a lower loss": HOLDS,
        "At lr 0.05 warmup before the cosine lowers the loss further": OPEN,
    },
    "exercise-3-effective-rate": {
        "Adam's first step has the same length for every parameter": HOLDS,
        "After 10 steps Adam's fastest parameter has more than 10 times the rate of its slowest": (
            HOLDS
        ),
        "After 50 steps Adam's fastest parameter has more than 10 times the rate of its slowest": (
            HOLDS
        ),
        "After 200 steps Adam's fastest parameter has more than 10 times the rate of its slowest": (
            HOLDS
        ),
        "At step 50 Adam moves its parameters more alike than SGD: longest over shortest step": (
            OPEN
        ),
        "At step 200 Adam moves its parameters more alike than SGD: longest over shortest step": (
            OPEN
        ),
    },
    "exercise-4-clipping": {
        "Clipping saves runs at lr 0.01: Adam trains with it where it does not without": OPEN,
        "Without clipping Adam at lr 0.01 trains all the same": HOLDS,
        "Clipping lowers Adam's final loss at lr 0.01": OPEN,
        "SGD at lr 1.5 trains with clipping where it does not without": HOLDS,
        "SGD at lr 1.5 without clipping diverges to NaN": FAILS,
        "SGD at lr 1.5 without clipping collapses instead": HOLDS,
        "With the MSE loss SGD at lr 0.2 trains with clipping where it does not without": HOLDS,
    },
    "exercise-5-adamw": {
        "AdamW shrinks the weights more than Adam": HOLDS,
        "AdamW shrinks the weights more than Adam + L2": FAILS,
        "Adam + L2 learns next to nothing: its final accuracy is below 75 %": HOLDS,
        "AdamW ends at a lower loss than Adam + L2": HOLDS,
        "AdamW ends at a lower training loss than Adam": FAILS,
    },
    "flat-minima": {
        "SGD finds flatter minima: "
        "at a loss of 0.1 its Hessian's top eigenvalue is below Adam's": HOLDS,
        "The same at a loss of 0.05": HOLDS,
        "The same where each run ends": HOLDS,
        "Where they end, Adam's loss is the lower one": OPEN,
        "It is SGD as such: at a tenth of its rate it is still flatter than Adam "
        "at a loss of 0.1": OPEN,
        "A larger rate makes Adam flatter too, at a loss of 0.1": HOLDS,
        "SGD at its good rate is still flatter than that, at a loss of 0.1": OPEN,
        "The flatter end is not just one of larger weights: "
        "SGD's norm is no larger than Adam's": FAILS,
    },
    "learning-rate": {
        "The right rate ends at a lower loss than the low one": HOLDS,
        "The right rate ends at a lower loss than the high one": HOLDS,
        "A rate too low gets to 90 % accuracy as well, within the 300 epochs": FAILS,
        "A rate too high diverges: the loss or a weight becomes infinite or NaN": FAILS,
        "A rate too high collapses: the network ends no better than a constant guess": HOLDS,
    },
}

HEADINGS = {
    "final loss": ("final_loss", 0.0),
    "final accuracy": ("final_accuracy", 0.0),
    "weight norm": ("weight_norm", 0.0),
    "weight ratio": ("weight_norm_ratio", 0.0),
    "epochs to 90 %": ("epochs_to_accuracy", 0.9),
    "epochs to 95 %": ("epochs_to_accuracy", 0.95),
    "epochs to loss 0.1": ("epochs_to_loss", 0.1),
    "epochs to loss 0.2": ("epochs_to_loss", 0.2),
    "sharpness": ("sharpness", 0.0),
    "sharpness at loss 0.1": ("sharpness_at_loss", 0.1),
    "sharpness at loss 0.05": ("sharpness_at_loss", 0.05),
    "ratio": ("stability_ratio", 0.0),
    "final value": ("final_loss", 0.0),
    "distance": ("distance", 0.0),
    "final x": ("final_x", 0.0),
    "factor": ("convergence_factor", 0.0),
}
WITH_AT = (
    r"(rate ratio|step ratio|step size|uncorrected ratio|steps to distance|steps to loss)"
    r" (-?\d[\d.e-]*)"
)
SOURCES = (
    "lesson", "optplay", "textbook", "Lessard et al. 2016", "Reddi et al. 2018",
    "Loshchilov & Hutter 2019",
)  # fmt: skip


@cache
def results(name: str) -> Results:
    return run_preset(load(name))


def tables(lesson: str) -> list[tuple[str, str, str]]:
    """Each cell of a lesson's tables: the run's label, the column's heading, the text."""
    found: list[tuple[str, str, str]] = []
    headings: list[str] = []
    for line in lesson.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            headings = []
        elif not headings:
            headings = cells
        elif set(line) - set("|-: "):
            assert len(cells) == len(headings), line
            found += [(cells[0], h, c) for h, c in zip(headings[1:], cells[1:], strict=True)]
    return found


def measured(name: str, label: str, heading: str) -> float:
    if heading in OUTCOMES:
        return float(results(name).outcomes(label)[heading])
    with_at = re.fullmatch(WITH_AT, heading)
    if with_at:
        metric, at = with_at[1].replace(" ", "_"), float(with_at[2])
    else:
        metric, at = HEADINGS[heading]
    return results(name).summary(label, metric, at).median


def number(text: str) -> float:
    if text == "never":
        return inf
    return float(text.removesuffix(" %")) / (100 if text.endswith("%") else 1)


def test_all_presets_are_listed_here() -> None:
    assert sorted(VERDICTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_preset_is_complete(name: str) -> None:
    preset = load(name)
    lesson = preset.lesson
    assert preset.question.endswith("?")
    by_chance = any(run.config.problem.by_chance for run in preset.runs)
    assert preset.seeds == tuple(range(10 if by_chance else 1))
    assert preset.claims
    assert all(claim.source in SOURCES for claim in preset.claims)
    assert preset.charts
    assert re.search(r"`[^`]*[←=·][^`]*`", lesson), "no formula"
    for part in ("**What to watch.**", "**What was measured**"):
        assert part in lesson
    lines = [line for line in lesson.splitlines() if line]
    assert 10 <= len(lines) <= 35
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_what_the_preset_proposes_to_try_can_be_done(name: str) -> None:
    preset = load(name)
    assert preset.group != "mine"
    assert "What to try" not in preset.lesson
    assert 2 <= len(preset.tries) <= 5
    for number, one in enumerate(preset.tries):
        assert one.text.endswith((".", "?"))
        if one.preset:
            assert load(one.preset)
        else:
            assert tried(preset, number).runs != preset.runs, f"changes nothing: {one.text}"


@pytest.mark.parametrize("name", MEASURED)
def test_verdicts_are_the_known_ones(name: str) -> None:
    found = {v.claim.text: v for v in results(name).verdicts}
    assert sorted(found) == sorted(VERDICTS[name])
    for text, known in VERDICTS[name].items():
        assert found[text].verdict == known, (text, found[text].held, found[text].of)


@pytest.mark.parametrize("name", MEASURED)
def test_figures_in_the_lesson_are_those_measured(name: str) -> None:
    """To the last digit: they are the same on every machine."""
    cells = tables(load(name).lesson)
    assert {label for label, _, _ in cells} == {run.label for run in load(name).runs}
    for label, heading, text in cells:
        is_, percent = measured(name, label, heading), text.endswith("%")
        digits = sum(map(str.isdigit, text.removesuffix(" %").lstrip("-0.").split("e")[0]))
        printed = printed_number(is_, percent=percent, infinite="never")
        if digits > 3:
            printed = f"{is_:.{digits}g}"
        # What is next to nothing is called so.
        close = number(printed) == number(text) or (number(text) == 0 and abs(is_) < 1e-9)
        assert close, (label, heading, text, printed)


def test_pooled_rates_that_exercise_3_quotes() -> None:
    rates = distribution(results("exercise-3-effective-rate").runs["Adam"], 50)["rates"]
    quantiles = rates["quantiles"]
    assert isclose(quantiles["0"], 0.001, rel_tol=0.1)
    assert isclose(quantiles["0.5"], 0.007, rel_tol=0.1)
    assert isclose(quantiles["1"], 0.23, rel_tol=0.1)


def test_rates_that_compare_fair_quotes() -> None:
    preset = load("compare-fair")
    for run in preset.runs:
        assert f"{run.label} {run.config.lr:g}" in " ".join(preset.lesson.split())


@pytest.mark.parametrize(
    ("name", "label", "silent"),
    [("exercise-4-clipping", "SGD", 9), ("learning-rate", "Too high", 6)],
)
def test_networks_said_to_fall_silent_do(name: str, label: str, silent: int) -> None:
    found = 0
    for history in results(name).runs[label]:
        w, inputs = history.current, history.config.problem.draw().inputs
        found += not (inputs @ w[:16].reshape(8, 2).T + w[16:24] > 0).any()
    assert found == silent


@pytest.mark.slow
@pytest.mark.parametrize(("label", "edge"), [("lr 0.2", 10.0), ("lr 0.4", 5.0)])
def test_training_goes_to_the_edge_of_stability_and_stays(label, edge):
    for history in results("edge-of-stability").runs[label]:
        found = sharpness(history, [0, *even_epochs(history)[-100:].tolist()])
        assert found.threshold == pytest.approx(np.full(101, edge))
        assert np.median(found.ratio[1:]) == pytest.approx(1, abs=0.02)
        assert (found.sharpness[0] > edge) == (label == "lr 0.4")
        assert history["loss"][-1] < 0.05
        if label == "lr 0.4":
            rises = np.diff(history["loss"][10_000:]) > 0
            assert 0.4 < rises.mean() < 0.6
