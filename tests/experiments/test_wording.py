"""Results in words."""

from math import inf, nan

import pytest

from optplay.experiments import (
    SIGNS,
    Claim,
    Side,
    caution,
    cautions,
    claimed,
    figures,
    load,
    number,
    spread,
)
from optplay.experiments.claims import Verdict, judge
from optplay.experiments.tables import noted
from optplay.experiments.wording import unwarmed


@pytest.mark.parametrize(
    ("value", "percent", "text"),
    [
        (0.123456, False, "0.123"), (12.0, False, "12"), (1234.0, False, "1234"),
        (0.9825, True, "98.2 %"), (1.0, True, "100 %"), (1e9, False, "1e9"), (0.0, False, "0"),
        (1037.5, False, "1038"), (999.96, False, "1000"), (1e-5, False, "1e-5"),
        (1.5, True, "150 %"),
        (inf, False, "diverged"), (-inf, True, "diverged"), (nan, False, "—"), (nan, True, "—"),
    ],
)  # fmt: skip
def test_numbers(value, percent, text):
    assert number(value, percent=percent) == text


def test_infinity_has_the_word_of_its_metric(history):
    assert number(inf, infinite="never") == "never"
    runs = {"a": [history(loss=[0.1], accuracy=[0.5])], "b": [history(loss=[0.2], diverged=True)]}
    common = {"text": "t", "left": "a", "is": "below", "right": "b"}
    lower = judge(Claim.of(common | {"metric": "final_loss"}), runs)
    assert figures(lower).startswith("final_loss: a 0.1 against b diverged; held on 1 of 1 seed, ")
    sooner = judge(Claim.of(common | {"metric": "epochs_to_accuracy", "at": 0.9}), runs)
    assert "a never against b never" in figures(sooner)


def test_spreads():
    assert spread(Side(0.5, 0.25, 0.75)) == "0.5 (0.25–0.75)"
    assert spread(Side(0.5, 0.25, 0.75), percent=True, between="\n") == "50 %\n(25–75)"
    assert spread(Side(0.5, 0.5, 0.5)) == "0.5"
    assert spread(Side(1037.5, 937, 1087)) == "1038 (937–1087)"
    assert spread(Side(0.00012, 5.1e-5, 3e-4)) == "1.2e-4 (5.1e-5–3e-4)"
    assert spread(Side(1.04e6, 9.4e5, 2e6)) == "1.04e6 (9.4e5–2e6)"
    assert spread(Side(0.5, 1e-7, 0.75)) == "0.5 (1e-7–0.75)"
    assert spread(Side(0.0, 0.0, 2e-5)) == "0 (0–2e-5)"
    assert spread(Side(inf, 40, inf), infinite="never") == "never (40–never)"


def test_all_ties_are_no_difference(history):
    runs = {"a": [history(loss=[0.5])] * 3}
    claim = Claim.of(
        {"text": "t", "metric": "final_loss", "left": "a", "is": "below", "right": 0.5}
    )
    found = figures(judge(claim, runs))
    assert found == "final_loss: a 0.5 against 0.5; no difference on any seed"


def test_ties_and_undefined_seeds_are_told(history):
    runs = {"a": [history(loss=[v]) for v in (0.25, 0.5, 0.5, nan)]}
    claim = Claim.of(
        {"text": "t", "metric": "final_loss", "left": "a", "is": "below", "right": 0.5}
    )
    assert "held on 1 of 4 seeds, equal on 2, undefined on 1, " in figures(judge(claim, runs))


def test_who_claims_it():
    table = {"text": "t", "metric": "final_loss", "left": "a", "is": "below", "right": "b"}
    assert claimed(Claim.of(table)) == "t"
    assert claimed(Claim.of(table | {"source": "lesson"})) == "t [lesson]"


@pytest.mark.parametrize(("seeds", "start"), [(1, "1 seed:"), (2, "2 seeds:"), (5, "5 seeds:")])
def test_few_seeds(seeds, start):
    assert caution(seeds) == f"{start} fewer than 6 seeds decide nothing"
    assert caution(6) == caution(10_000) == ""


def test_every_verdict_has_a_sign():
    assert set(SIGNS) == {"holds", "fails", "undecided", "void"}


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [(0.900005, 0.9005, "0.9 against 0.9005"), (0.5605, 0.56, "0.5605 against 0.56")],
)
def test_a_verdict_shows_as_many_digits_as_tell_its_sides_apart(left, right, shown):
    claim = Claim(text="T", metric="final_loss", left="A", is_="below", right=right)
    sides = (Side(value, value, value) for value in (left, right))
    verdict = Verdict(claim, "holds", 1, 0, 0, 1, 0.5, *sides)
    assert shown in figures(verdict)


def test_a_warmup_that_rounds_to_no_step_is_told(write, small):
    text = small + '\n[[runs]]\nlabel = "late"\nwarmup = 0.1\nfork = { run = "SGD", epoch = 3 }\n'
    preset = load(write(text), edits=["SGD.warmup=0.001"])
    assert cautions(preset) == ["SGD: a warmup over 0.001 of 60 steps rounds to none"]
    assert noted("note", preset) == f"note; {cautions(preset)[0]}"
    assert cautions(load(write(text), edits=["SGD.warmup=0.01"])) == []
    assert cautions(load(write(text), edits=["SGD.warmup.steps=1"])) == []
    assert unwarmed(preset.runs[0].config, 1000) == ""


def test_a_warmup_that_outlasts_its_run_is_told(write, small):
    preset = load(write(small), edits=["SGD.warmup.steps=61"])
    assert cautions(preset) == ["SGD: a warmup over 61 steps comes to no end in 60"]
    assert cautions(load(write(small), edits=["SGD.warmup.steps=60"])) == []
