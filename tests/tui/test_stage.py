"""What is shown at the playhead is what the Histories say."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from optplay.experiments import LEAST_DRAWN, QUANTITIES, number, run_preset
from optplay.experiments.reading import parse
from optplay.instruments.curves.view import series_of
from optplay.plots import line_picture
from optplay.training import RECORDED, stream
from optplay.tui.player import Player
from optplay.tui.session import Session
from optplay.tui.stage import NOT_YET, NOTHING, Stage
from optplay.tui.views import views

EPOCHS = 12
WILD = "optimizer = 'sgd', lr = 1000.0, l2 = 1000.0"
PRESET = f"""
title = "Small"
seeds = 5
epochs = {EPOCHS}
charts = ["loss", "test_loss", "accuracy"]
problem = {{ samples = 20, hidden = [4] }}
runs = [
  {{ label = "SGD", optimizer = "sgd", lr = 0.1 }},
  {{ label = "Adam", optimizer = "adam", lr = 0.1 }},
  {{ label = "on", optimizer = "sgd", lr = 0.5, fork = {{ run = "Adam", epoch = 5 }} }},
  {{ label = "wild", {WILD} }},
  {{ label = "lost", optimizer = "sgd", fork = {{ run = "wild", epoch = 9 }} }},
]
"""
LABELS = ["SGD", "Adam", "on", "wild", "lost"]
SHOWN = [quantity for quantity in RECORDED if not quantity.startswith("test")]


@pytest.fixture(scope="module")
def results():
    """All runs over all seeds."""
    return run_preset(parse(PRESET, "small"))


@pytest.fixture
def stage(results):
    """All that is computed of seed 0, the playhead at epoch 7."""
    player = Player(EPOCHS)
    player.go(7)
    stage = Stage(Session(results.preset, "small"), player)
    stage.histories = {label: histories[0] for label, histories in results.runs.items()}
    return stage


@pytest.fixture
def all_seeds(stage, results):
    """The same with all seeds."""
    stage.results, stage.all_seeds = results, True
    return stage


def medians(histories, quantity):
    """The median per epoch by numpy; NaN where half of the seeds or more have none."""
    rows = np.full((len(histories), EPOCHS), np.nan)
    for row, history in zip(rows, histories, strict=True):
        row[: history.epochs] = history[quantity]
    few = 2 * np.isfinite(rows).sum(axis=0) <= len(rows)
    return np.where(few, np.nan, np.nanmedian(np.where(few, 0, rows), axis=0))


def same(some, others):
    return np.array_equal(some, others, equal_nan=True)


def words(value, quantity):
    """A value as the rows show it."""
    return number(value, percent=QUANTITIES[quantity].percent) if np.isfinite(value) else NOTHING


def test_the_runs_in_this_test(results):
    assert [results.runs[label][0].outcome for label in LABELS[3:]] == ["diverged"] * 2
    assert results.runs["wild"][0].epochs < 7


@pytest.mark.parametrize("quantity", SHOWN)
@pytest.mark.parametrize("epoch", range(EPOCHS + 1))
def test_readings_at_the_playhead(stage, quantity, epoch):
    stage.player.go(epoch)
    assert [reading.label for reading in stage.readings(quantity)] == LABELS
    for place, reading in enumerate(stage.readings(quantity)):
        values = stage.histories[reading.label][quantity]
        known = 1 <= epoch <= len(values)
        expected = words(values[epoch - 1], quantity) if known else NOTHING
        assert (reading.value, reading.color_index) == (expected, place)
        if known:
            assert same(stage.value(reading.label, quantity), values[epoch - 1])


def test_rows_are_the_readings_and_the_outcome(stage):
    losses, accuracies = stage.readings("loss"), stage.readings("accuracy")
    for row, loss, accuracy in zip(stage.rows(), losses, accuracies, strict=True):
        assert (row.label, row.color_index) == (loss.label, loss.color_index)
        assert (row.loss, row.score) == (loss.value, accuracy.value)
        assert row.outcome == stage.histories[row.label].outcome
    assert stage.rows()[0].score.endswith(" %")


def test_how_a_run_ended_is_told_once_the_playhead_came_there(stage):
    player = stage.player
    player.play_once()
    assert {row.outcome for row in stage.rows()} == {""}
    # A run that diverged is over before the others.
    player.go(EPOCHS - 1)
    ended = {row.label: row.outcome for row in stage.rows()}
    assert (ended["wild"], ended["SGD"]) == ("diverged", "")
    player.go(EPOCHS)
    rows = stage.rows()
    assert rows[0].outcome == stage.histories["SGD"].outcome
    assert {row.end for row in rows} == {""}
    player.go(0)
    assert [row.end for row in stage.rows()] == [row.score for row in rows]
    assert stage.rows()[0].score == NOTHING


@pytest.mark.parametrize("quantity", SHOWN)
def test_series(stage, quantity):
    stage.session.select(1)
    found = series_of(stage, quantity)
    assert [one.label for one in found] == ["SGD", "on", "wild", "lost", "Adam"]
    for one in found:
        values = stage.histories[one.label][quantity]
        first = {"on": 5, "lost": 9}.get(one.label, 1)
        assert same(one.values, values[first - 1 :])
        assert same(one.points()[0], np.arange(first, len(values) + 1))
        assert one.low is one.high is None
    color_of = {one.label: one.color_index for one in found}
    assert [color_of[label] for label in LABELS] == [0, 1, 2, 3, 4]


def test_a_fork_begins_where_its_parent_is(stage):
    fork = next(one for one in series_of(stage, "loss") if one.label == "on")
    assert (fork.first, fork.values[0]) == (5, stage.histories["Adam"]["loss"][4])
    assert fork.values[1] != stage.histories["Adam"]["loss"][5]


@pytest.mark.parametrize("quantity", SHOWN)
def test_medians_over_all_seeds(all_seeds, results, quantity):
    for one in series_of(all_seeds, quantity):
        histories = results.runs[one.label]
        first = {"on": 5, "lost": 9}.get(one.label, 1)
        longest = max(h.epochs for h in histories)
        expected = medians(histories, quantity)[first - 1 : longest]
        assert same(one.values, expected)
        assert same(one.points()[0], np.arange(first, longest + 1))
        known = np.isfinite(expected)
        assert np.all(one.low[known] <= one.values[known])
        assert np.all(one.values[known] <= one.high[known])
        assert same(one.low[:1], all_seeds.curve(one.label, quantity).low[first - 1 : first])
    for epoch in range(1, EPOCHS + 1):
        all_seeds.player.go(epoch)
        for reading in all_seeds.readings(quantity):
            value = medians(results.runs[reading.label], quantity)[epoch - 1]
            assert reading.value == words(value, quantity)


def test_quartiles_occurred(all_seeds, results):
    losses = np.array([h["loss"] for h in results.runs["SGD"]])
    curve = all_seeds.curve("SGD", "loss")
    assert same(curve.low, np.quantile(losses, 0.25, axis=0, method="inverted_cdf"))
    assert same(curve.high, np.quantile(losses, 0.75, axis=0, method="inverted_cdf"))


def test_medians_of_other_results_are_other_medians(all_seeds, results):
    before = all_seeds.curve("SGD", "loss")
    assert all_seeds.curve("SGD", "loss") is before
    preset = msgspec.structs.replace(results.preset, seeds=(0,))
    all_seeds.results = run_preset(preset)
    assert same(all_seeds.curve("SGD", "loss").values, results.runs["SGD"][0]["loss"])


def test_before_anything_is_computed(results):
    stage = Stage(Session(results.preset, "small"), Player(EPOCHS))
    for stage.all_seeds in (False, True):
        assert series_of(stage, "loss") == []
        assert stage.edge() == 0
        assert {(row.loss, row.score, row.outcome) for row in stage.rows()} == {
            (NOT_YET, NOT_YET, "")
        }


def test_a_run_that_is_not_there_yet(stage, monkeypatch):
    monkeypatch.setattr("optplay.training.trainer.FIRST_CHUNK", 17 * 20 * 4)
    part = next(stream(stage.histories["SGD"].config))
    assert (part.epochs, part.done) == (4, False)
    stage.histories["SGD"] = part
    assert stage.rows()[0].loss == NOT_YET
    assert stage.rows()[0].outcome == ""
    assert stage.edge() == 4
    stage.player.go(4)
    assert stage.value("SGD", "loss") == part["loss"][3]
    del stage.histories["SGD"]
    assert stage.edge() == 0
    assert [one.label for one in series_of(stage, "loss")] == LABELS[1:]


def test_a_run_that_diverged(stage):
    last = stage.histories["wild"].epochs
    stage.player.go(last + 1)
    assert (stage.rows()[3].loss, stage.rows()[3].outcome) == (NOTHING, "diverged")
    assert stage.edge() == EPOCHS


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_no_number(stage, value):
    record = np.full_like(stage.histories["SGD"].record, value)
    stage.histories["SGD"] = replace(stage.histories["SGD"], record=record)
    assert stage.rows()[0].loss == NOTHING


def test_epoch_zero(stage):
    stage.player.go(0)
    assert {row.loss for row in stage.rows()} == {NOTHING}
    assert stage.rows()[0].outcome == "trained"


def test_the_worst_outcome_over_all_seeds(all_seeds, results):
    assert all_seeds.outcome("SGD") == results.runs["SGD"][0].outcome
    assert all_seeds.outcome("wild") == "diverged"
    mixed = results.runs["SGD"][:2] + results.runs["wild"][2:]
    all_seeds.results = replace(results, runs={**results.runs, "SGD": mixed})
    assert all_seeds.outcome("SGD") == "3 diverged"
    assert all_seeds.edge() == EPOCHS


def test_a_run_that_no_seed_has_yet(all_seeds):
    all_seeds.session.duplicate()
    assert all_seeds.rows()[-1].loss == NOT_YET
    assert len(series_of(all_seeds, "loss")) == len(LABELS)


def test_held_out_samples_only_where_there_are_some(stage):
    assert stage.quantities == SHOWN
    assert stage.charts == ["loss", "accuracy"]
    stage.session.turn("problem.test_fraction", 0.5)
    assert stage.quantities == list(RECORDED)
    assert stage.charts == ["loss", "test_loss", "accuracy"]
    stage.session.show_charts([])
    assert stage.charts == ["loss"]


def test_limits(stage):
    assert stage.limits == (1, EPOCHS)
    stage.player.resize(1)
    assert stage.limits == (1, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: setattr(s, "all_seeds", True), lambda s: s.session.select(1),
        lambda s: (s.session.select(1), s.session.rename("X"), s.session.select(0)),
        lambda s: s.player.resize(99),
        lambda s: s.histories.pop("SGD"), lambda s: s.session.duplicate(),
        lambda s: s.histories.update(SGD=s.histories["Adam"]),
    ],
)  # fmt: skip
def test_the_key_changes_with_what_is_drawn_only(stage, change):
    before = stage.key()
    stage.player.go(3)
    stage.session.turn("lr", 0.7)
    assert stage.key() == before
    change(stage)
    assert stage.key() != before


SURFACE = """
title = "Ravine"
seeds = 3
charts = ["loss", "accuracy"]
problem = { surface = "ravine", spread = 0.5, steps = 12 }
runs = [
  { label = "SGD", optimizer = "sgd", lr = 0.01 },
  { label = "wild", optimizer = "sgd", lr = 1000, problem = { surface = "rosenbrock" } },
]
"""


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("step", [0, 7, 12])
def test_a_surface_shows_the_distance_instead_of_the_accuracy(step, together):
    results = run_preset(parse(SURFACE, "ravine"))
    player = Player(12)
    player.go(step)
    stage = Stage(Session(results.preset, "ravine"), player)
    stage.results, stage.all_seeds = results, together
    if not together:
        assert [row.score for row in stage.rows()] == [NOT_YET, NOT_YET]
    stage.histories = {label: histories[0] for label, histories in results.runs.items()}
    sgd, wild = stage.rows()
    found = results.runs["SGD"] if together else results.runs["SGD"][:1]
    far = np.median([np.hypot(*h.weights[step]) for h in found])
    assert sgd.score == number(far)
    assert (wild.score == NOTHING) == (step > 0)
    assert stage.charts == ["loss"]
    assert "accuracy" not in stage.quantities
    assert stage.session.preset.unit == "step"


def test_tiny_numbers_fit_into_their_row():
    results = run_preset(parse(SURFACE.replace("12", "3000").replace("0.01", "0.0198"), "ravine"))
    stage = Stage(Session(results.preset, "ravine"), Player(3000))
    stage.histories = {label: histories[0] for label, histories in results.runs.items()}
    sgd, _ = stage.rows()
    assert 0 < float(sgd.score) < 1e-20
    assert 0 < float(sgd.loss) < 1e-40
    assert max(len(sgd.score), len(sgd.loss)) <= 6
    [curve] = [series for series in series_of(stage, "loss") if series.label == "SGD"]
    picture = line_picture([curve], width=60, height=20, log=True, least=LEAST_DRAWN)
    assert -30 < picture.y_low < picture.y_high < 5


@pytest.mark.parametrize("name", ["boundary", "curvature", "landscape"])
def test_views_of_networks_say_so_on_a_surface(name):
    surface, network = parse(SURFACE, "ravine"), parse(PRESET, "small")
    assert "surface" in views()[name].refusal(surface)
    assert views()[name].refusal(network) is None


def test_what_is_hidden_is_in_no_chart_but_in_the_table(stage):
    key = stage.key()
    stage.hide("wild")
    assert stage.key() != key
    assert "wild" not in [one.label for one in series_of(stage, "loss")]
    assert "wild" not in [one.label for one in stage.readings("loss")]
    assert [row.label for row in stage.rows() if row.hidden] == ["wild"]
    stage.hide("wild")
    assert stage.key() == key
