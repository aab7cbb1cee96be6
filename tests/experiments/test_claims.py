"""Verdicts: the sign test, ties, never, and spreads that hold infinities."""

import warnings
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.experiments.claims import (
    FEWEST_SEEDS,
    SIGNIFICANCE,
    Claim,
    judge,
    side,
    sign_test,
)
from optplay.experiments.experiment import run_preset
from optplay.experiments.reading import parse
from optplay.experiments.report import verdict_document
from optplay.experiments.wording import caution, figures

# Two-sided binomial p-values at 1/2, to four digits, as statistics tables print them.
PUBLISHED = [
    (10, 0, 0.001953), (9, 1, 0.02148), (8, 2, 0.1094), (7, 3, 0.3438), (5, 5, 1.0),
    (6, 0, 0.03125), (5, 0, 0.0625), (15, 5, 0.04139), (14, 6, 0.1153), (0, 0, 1.0), (1, 0, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("held", "failed", "p"), PUBLISHED)
def test_published_p_values(held, failed, p):
    assert sign_test(held, failed) == pytest.approx(p, rel=5e-4)
    assert sign_test(failed, held) == sign_test(held, failed)


def test_the_fewest_seeds_that_decide():
    assert sign_test(FEWEST_SEEDS, 0) <= SIGNIFICANCE < sign_test(FEWEST_SEEDS - 1, 0)


def test_ten_thousand_seeds():
    assert sign_test(10_000, 0) == 0
    assert sign_test(5000, 5000) == 1


def claim(**changes):
    table = {"text": "t", "metric": "final_loss", "left": "a", "is": "below", "right": "b"}
    return Claim.of(table | changes)


@pytest.fixture
def verdict(history):
    """Judges a claim on the final losses (None: diverged) of two runs."""

    def judged(left, others, **changes):
        def run(values):
            return [
                history(loss=[0.5], diverged=True) if v is None else history(loss=[v])
                for v in values
            ]

        return judge(claim(**changes), {"a": run(left), "b": run(others)})

    return judged


@pytest.mark.parametrize(
    ("held", "failed", "ties", "word"),
    [
        (10, 0, 0, "holds"), (0, 10, 0, "fails"), (9, 1, 0, "holds"), (1, 9, 0, "fails"),
        (8, 2, 0, "undecided"), (6, 0, 4, "holds"), (5, 0, 5, "undecided"), (0, 6, 1, "fails"),
        (0, 0, 10, "undecided"), (0, 0, 1, "undecided"), (1, 0, 0, "undecided"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("direction", ["below", "above"])
def test_verdicts(verdict, held, failed, ties, word, direction):
    low, high = [0.1] * held + [0.4] * failed + [0.2] * ties, [0.3] * (held + failed) + [0.2] * ties
    if direction == "above":
        low, high = [-v for v in low], [-v for v in high]
    found = verdict(low, high, **{"is": direction})
    assert (found.verdict, found.held, found.ties, found.of) == (word, held, ties, len(low))
    assert found.p == sign_test(held, failed)


def test_never_is_worse_not_missing(verdict):
    found = verdict([0.5] * 6, [None] * 6)
    assert (found.verdict, found.held, found.ties, found.of) == ("holds", 6, 0, 6)
    assert found.right.median == found.right.low == found.right.high == inf
    found = verdict([None] * 6, [1e9] * 6)
    assert (found.verdict, found.held) == ("fails", 0)


def test_never_reaching_an_accuracy(history):
    never, late = history(accuracy=[0.1] * 9), history(accuracy=[0.1] * 8 + [0.9])
    how = {"metric": "epochs_to_accuracy", "at": 0.9}
    found = judge(claim(**how), {"a": [late] * 6, "b": [never] * 6})
    assert (found.verdict, found.held, found.left.median, found.right.median) == (
        "holds", 6, 9, inf,
    )  # fmt: skip
    found = judge(claim(**how), {"a": [never] * 6, "b": [never] * 6})
    assert (found.verdict, found.held, found.ties, found.p) == ("undecided", 0, 6, 1)


@pytest.mark.parametrize("direction", ["below", "above"])
def test_what_is_undefined_is_no_tie(verdict, direction):
    found = verdict([0.1] * 6 + [nan, 0.3, nan], [0.2] * 7 + [0.3, nan], **{"is": direction})
    assert (found.ties, found.undefined, found.of) == (1, 2, 9)
    assert (found.held, found.verdict) == ((6, "holds") if direction == "below" else (0, "fails"))
    # Both sides are of the seeds that are defined.
    assert (found.left.median, found.left.high) == (0.1, 0.1)
    assert found.right.median == 0.2


def test_nothing_defined(verdict):
    found = verdict([nan] * 6, [0.5] * 6)
    assert (found.verdict, found.ties, found.undefined) == ("undecided", 0, 6)
    assert isnan(found.left.median)
    assert isnan(found.left.low)


def test_infinities_alike_are_ties(verdict):
    found = verdict([None] * 6, [None] * 6)
    assert (found.verdict, found.ties, found.undefined) == ("undecided", 6, 0)


def test_against_a_number(verdict):
    found = verdict([0.1] * 9 + [0.7], [], right=0.5)
    assert (found.verdict, found.held, found.of) == ("holds", 9, 10)
    assert (found.right.low, found.right.median, found.right.high) == (0.5, 0.5, 0.5)
    assert verdict([0.1] * 6, [], right=0).verdict == "fails"


@given(st.lists(st.floats(allow_nan=False) | st.sampled_from([inf, -inf, 1.0]), min_size=1))
def test_spreads_lie_within_the_values(values):
    if inf in values and -inf in values:
        values = [v for v in values if v != -inf]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = side(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


def test_quartiles_of_ten_seeds():
    found = side([*range(1, 9), inf, inf])
    assert (found.low, found.median, found.high) == (3, 5.5, 8)
    found = side([1, 2, inf, inf])
    assert (found.low, found.median, found.high) == (1.5, inf, inf)
    assert side([-inf, -inf]).median == -inf
    assert side(np.array([4.0])).low == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metric": "final_los"}, ("metric", "'final_los'", "did you mean 'final_loss'")),
        ({"metric": "epochs_to_loss"}, ("at is missing", "epochs_to_loss needs a loss")),
        ({"metric": "step_ratio"}, ("at is missing", "a step")),
        ({"at": 0.5}, ("at: found 0.5", "final_loss takes none")),
        ({"metric": "step_ratio", "at": 0}, ("at: found 0", "from 1 on")),
        ({"metric": "step_ratio", "at": 1.5}, ("at: found 1.5", "from 1 on")),
        ({"is": "under"}, ("is", "'under'", "below, above")),
        ({"right": True}, ("right: found True", "a text or a number")),
        ({"right": inf}, ("right: found inf",)),
        ({"metric": "epochs_to_loss", "at": float("nan")}, ("at: found nan", "a number")),
        ({"metric": "epochs_to_accuracy", "at": 90}, ("at: found 90", "a fraction in (0, 1]")),
        ({"metric": "epochs_to_accuracy", "at": 0}, ("at: found 0", "a fraction in (0, 1]")),
        ({"right": "a"}, ("right: found 'a'", "another run than left")),
        ({"text": ""}, ("text: found ''",)),
        ({"colour": 1}, ("unknown key 'colour'", "metric")),
    ],
)
def test_wrong_claims(changes, words):
    with pytest.raises(InputError) as caught:
        claim(**changes)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("metric", ["step_size", "step_ratio", "rate_ratio"])
def test_a_step_beyond_the_run(small, metric):
    small = small.replace('"epochs_to_accuracy"', f'"{metric}"').replace("at = 0.9", "at = 60")
    assert parse(small, "small").claims[0].at == 60
    with pytest.raises(InputError, match=r"^claims\[1\]: at: found 61, but SGD ends with step 60$"):
        parse(small.replace("at = 60", "at = 61"), "small")


SURFACES = """
title = "T"
seeds = 10
[problem]
surface = "{surface}"
steps = 20
{more}
[[runs]]
label = "a"
optimizer = "sgd"
lr = 0.01
[[runs]]
label = "b"
optimizer = "sgd"
lr = {lr}
{noise}
[[claims]]
text = "t"
metric = "distance"
left = "a"
is = "{is_}"
right = "b"
"""


def on_surface(more="", noise="", lr=0.001, is_="below", surface="ravine"):
    text = SURFACES.format(more=more, noise=noise, lr=lr, is_=is_, surface=surface)
    [verdict] = run_preset(parse(text, "t")).verdicts
    return verdict


@pytest.mark.parametrize(
    ("changes", "verdict", "told"),
    [
        ({}, "holds", ""),
        ({"is_": "above"}, "fails", ""),
        ({"lr": 0.01}, "undecided", "no difference; "),
        ({"surface": "flat"}, "undecided", "undefined; "),
    ],
)
def test_where_chance_plays_no_part_one_run_decides(changes, verdict, told):
    found = on_surface(**changes)
    assert (found.verdict, found.of) == (verdict, 1)
    assert isnan(found.p)
    assert not found.by_chance
    assert figures(found).endswith(f"; {told}chance plays no part: one run decides")
    assert caution(1, [found]) == ""
    assert verdict_document(found)["p"] is found.p


def test_one_run_that_depends_on_its_seed_is_enough_for_chance():
    for changes in (
        {"more": "spread = 0.1"}, {"more": "noise = 0.1"}, {"noise": "problem = { noise = 0.1 }"},
    ):  # fmt: skip
        found = on_surface(**changes)
        assert (found.of, found.by_chance, found.verdict) == (10, True, "holds")
        assert found.p == pytest.approx(2 / 1024)
        assert caution(1, [found])


def test_a_network_that_starts_from_zeros_is_one_run_as_well():
    text = """
title = "T"
seeds = 10
epochs = 2
[problem]
init = "zeros"
hidden = []
{}
[[runs]]
label = "a"
[[claims]]
text = "t"
metric = "final_loss"
left = "a"
is = "below"
right = 9.0
"""
    for more, of in (("", 1), ("shuffle = true", 10)):
        [found] = run_preset(parse(text.format(more), "t")).verdicts
        assert (found.verdict, found.of) == ("holds", of)
