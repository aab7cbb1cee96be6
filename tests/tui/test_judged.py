"""Verdicts stay until their successors are there."""

import msgspec
import pytest

from optplay.experiments import run_preset
from optplay.experiments.experiment import stream_preset
from optplay.experiments.reading import parse
from optplay.tui.judged import Judged, unchanged
from optplay.tui.session import Session

PRESET = """
title = "Small"
seeds = 3
epochs = 3

[problem]
samples = 10
hidden = [2]

[[runs]]
label = "SGD"
optimizer = "sgd"

[[runs]]
label = "Adam"
optimizer = "adam"

[[claims]]
text = "SGD ends lower"
metric = "final_loss"
left = "SGD"
is = "below"
right = "Adam"

[[claims]]
text = "Adam ends low"
metric = "final_loss"
left = "Adam"
is = "below"
right = 0.01
"""


@pytest.fixture(scope="module")
def results():
    return run_preset(parse(PRESET, "small"))


@pytest.fixture
def session(results):
    return Session(results.preset, "small")


@pytest.fixture
def judged(results):
    judged = Judged()
    judged.take(results)
    return judged


def states(judged, preset):
    """Of each claim whether it has a verdict, and whether that is from before an edit."""
    return [(standing.verdict is not None, standing.before) for standing in judged.of(preset)]


NEW, OLD = (True, False), (True, True)


def test_nothing_is_known_at_first(session):
    assert states(Judged(), session.preset) == [(False, False)] * 2
    assert list(Judged().outcomes(session.preset)) == []


def test_an_edit_dims_the_verdicts_of_what_it_changed_only(judged, session):
    session.turn("lr", 0.5)
    assert states(judged, session.preset) == [OLD, NEW]
    assert [each.before for each in judged.outcomes(session.preset)] == [True, False]
    session.undo()
    assert states(judged, session.preset) == [NEW, NEW]


@pytest.mark.parametrize(
    "edit",
    [lambda s: s.fork(1), lambda s: s.duplicate(), lambda s: s.add("lion"),
     lambda s: s.turn("seed", 7), lambda s: s.show_charts(["loss"])],
)  # fmt: skip
def test_what_changes_no_run_of_a_claim_changes_no_verdict(judged, session, edit):
    edit(session)
    assert states(judged, session.preset) == [NEW, NEW]


def test_another_label_is_the_same_run(judged, session):
    session.rename("Plain")
    first, _ = judged.of(session.preset)
    assert (first.before, first.verdict.claim.left) == (False, "Plain")


def test_other_seeds_are_other_evidence(judged, session):
    preset = msgspec.structs.replace(session.preset, seeds=(0, 1))
    assert states(judged, preset) == [OLD, OLD]


def test_the_new_verdicts_take_the_place_of_the_old(judged, session):
    session.turn("lr", 0.5)
    new = run_preset(session.preset)
    judged.take(new)
    assert [standing.verdict for standing in judged.of(session.preset)] == new.verdicts
    assert states(judged, session.preset) == [NEW, NEW]


def test_only_what_changed_is_measured_again(results, session):
    known = results.histories()
    session.fork(1)
    same = unchanged(results.preset, known, session.preset)
    assert same == known
    *_, last = stream_preset(session.preset, known=same)
    assert last.verdicts == results.verdicts
    assert all(a is b for a, b in zip(last.runs["SGD"], results.runs["SGD"], strict=True))
    session.select(0)
    session.turn("lr", 0.5)
    assert {label for label, _ in unchanged(results.preset, known, session.preset)} == {"Adam"}


def test_results_of_known_runs_come_at_once(results, session):
    session.rename("Plain")
    same = unchanged(results.preset, results.histories(), session.preset)
    [only] = stream_preset(session.preset, known=same)
    assert [verdict.verdict for verdict in only.verdicts] == [
        verdict.verdict for verdict in results.verdicts
    ]
