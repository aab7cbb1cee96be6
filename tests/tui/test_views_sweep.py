"""The sweep in the app: what it computes, how its keys change it, and that it never holds up."""

from threading import Event

import msgspec
import numpy as np
import pytest

from optplay.instruments.range_test.measure import ramped, range_test
from optplay.instruments.range_test.picture import with_table as range_with_table
from optplay.instruments.sweep import view as module
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.charts import COLLAPSED, DIVERGED
from optplay.instruments.sweep.measure import SWEPT, Sweep, stream_sweep
from optplay.instruments.sweep.picture import with_table
from optplay.training import train
from optplay.tui.screens.prompt import Prompt

RATES, KNOBS = "lr=1e-4:1:5", "lr=1e-3:1:3 lambda=1e-3:1:2"


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Few values on each axis."""
    monkeypatch.setitem(module.AXES, module.RATES, RATES)
    monkeypatch.setitem(module.AXES, module.KNOBS, KNOBS)


@pytest.fixture
def made(monkeypatch):
    """The sweeps made so far."""
    sweeps, real = [], module.stream_sweep

    def counted(sweep, **options):
        sweeps.append(sweep)
        return real(sweep, **options)

    monkeypatch.setattr(module, "stream_sweep", counted)
    return sweeps


class Slow:
    """A sweep that goes on only as far as it is let."""

    def __init__(self):
        self.go, self.begun, self.cancelled = Event(), 0, 0

    def __call__(self, sweep, *, width, cancelled, known):
        self.begun += 1
        results = [*stream_sweep(sweep)][-1]
        part = np.full_like(results.outcomes, -1)
        part[..., 0] = results.outcomes[..., 0]
        yield only_made(results, part)
        while not self.go.wait(0.01):
            if cancelled.is_set():
                self.cancelled += 1
                return
        yield results


def only_made(results, outcomes):
    """The same results, of which only those with an outcome are made."""
    metrics = {
        name: np.where(outcomes >= 0, values, np.nan) for name, values in results.metrics.items()
    }
    return type(results)(results.sweep, metrics, outcomes, 0)


@pytest.fixture
def slow(monkeypatch):
    sweep = Slow()
    monkeypatch.setattr(module, "stream_sweep", sweep)
    return sweep


def swept(preset, axes):
    """What a sweep of a preset's runs as they are comes to."""
    config = preset.runs[0].config
    runs = tuple(msgspec.structs.replace(run, fork=None) for run in preset.runs)
    return [
        *stream_sweep(Sweep(runs, preset.seeds, tuple(parse_axis(a, config) for a in axes.split())))
    ][-1]


def shows(p, results, metric):
    """Whether the view shows these results."""
    view = p.app.workspace.view
    return view.drawn == with_table(results, metric, *view.content_size, **view.look)


async def test_it_is_the_same_sweep_bit_for_bit_by_any_metric(playground):
    async with playground() as p:
        await p.press("5")
        view, expected = p.app.workspace.view, swept(p.app.session.preset, RATES)
        for name in SWEPT:
            np.testing.assert_array_equal(view.result.metrics[name], expected.metrics[name])
        np.testing.assert_array_equal(view.result.outcomes, expected.outcomes)
        for metric, title in (
            ("final_loss", "Final loss by lr, 3 seeds"),
            ("final_accuracy", "Accuracy by lr"),
            ("epochs_to_accuracy", "Epochs to 90 % by lr"),
            ("final_loss", "Final loss"),  # no held-out samples
        ):
            assert title in p.text
            assert shows(p, expected, metric)
            await p.press("N")
        p.app.session.turn("problem.test_fraction", 0.2)
        p.app.changed()
        await p.press("N", "N")
        assert "Test loss by lr" in p.text
        assert shows(p, swept(p.app.session.preset, RATES), "final_test_loss")
        await p.press("u", "u")
        assert "Final loss by lr" in p.text


async def test_rates_then_two_knobs_and_a_range_test(playground):
    async with playground() as p:
        await p.press("5", "n")
        assert "Final loss by lr and lambda" in p.text
        results, view = p.app.workspace.view.result, p.app.workspace.view
        assert shows(p, swept(p.app.session.preset, KNOBS), "final_loss")
        medians = np.median(results.metrics["final_loss"][0], axis=-1)
        at = np.unravel_index(np.nanargmin(medians), medians.shape)
        await p.press("B")
        values = [axis.values[i] for axis, i in zip(results.sweep.axes, at, strict=True)]
        assert [p.value("lr"), p.value("weight_decay")] == values
        await p.press("u", "n")
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")
        await p.press("9")
        view = p.app.workspace.view
        tests = {
            run.label: [range_test(train(ramped(msgspec.structs.replace(run.config, seed=0))))]
            for run in p.app.session.preset.runs
        }
        assert view.drawn == range_with_table(tests, *view.content_size, **view.look)
        assert "Range test" in p.text
        await p.press("B")
        assert p.value("lr") == pytest.approx(tests["SGD"][0].suggestion, rel=0.005)
        await p.press("r")
        assert view.drawn != range_with_table(tests, *view.content_size, **view.look)


async def test_axes_are_typed(playground):
    async with playground(size=(80, 24)) as p:
        await p.press("5", "i")
        prompt = p.app.screen
        for typed, told in (
            ("lrr=1e-3:1:3", "did you mean 'lr'?"),
            ("beta1=0.1:0.9:3", "beta1"),
            ("lr=1e-3:1", "KEY=LOW:HIGH:N"),
            ("lr=1:2:2 l2=1:2:2 warmup=0:1:2", "allowed: one or two"),
            ("lr=1:2:2 lr=1:2:2", "two knobs"),
        ):
            prompt.query_one("Input").value = typed
            await p.pilot.pause()
            wrong = str(prompt.query_one("#told").content)
            assert told in wrong
            assert "\n" not in wrong
            await p.pilot.press("enter")
            assert p.app.screen is prompt
        prompt.query_one("Input").value = "warmup=0:1:3"
        await p.press("enter")
        assert "Final loss by warmup" in p.text
        assert shows(p, swept(p.app.session.preset, "warmup=0:1:3"), "final_loss")
        await p.press("i")
        assert p.app.screen.typed == "warmup=0:1:3"
        p.app.screen.query_one("Input").value = "l2=1e-3:1:2   lr=1e-3:1:3"
        await p.press("enter")
        assert shows(p, swept(p.app.session.preset, "l2=1e-3:1:2 lr=1e-3:1:3"), "final_loss")
        await p.press("i", "escape")
        assert not isinstance(p.app.screen, Prompt)
        p.app.workspace.view.axes[module.KNOBS] = "beta1=0.1:0.9:3"  # as of another preset
        p.app.workspace.view.changed()
        await p.settle()
        assert "knob of a run with sgd" in p.text
        await p.press("B")
        assert p.told[-1] == "Nothing good is found yet"


async def test_the_best_value_is_taken_and_the_sweep_stays(playground, made):
    async with playground() as p:
        await p.press("5", "j")
        results, before = p.app.workspace.view.result, p.app.workspace.view.drawn
        medians = np.median(results.metrics["final_loss"][1], axis=-1)
        expected = results.sweep.axes[0].values[int(np.nanargmin(medians))]
        assert expected != 0.001
        await p.press("B")
        assert p.value("lr") == expected
        assert p.app.session.preset.runs[0].config.hyperparameters["lr"] == 0.01
        assert p.app.workspace.view.result is results
        assert p.app.workspace.view.drawn == before
        assert len(made) == 1
        await p.press("u")
        assert p.value("lr") == 0.001
        assert len(made) == 1
        # Another knob makes another sweep.
        await p.press("w")
        assert len(made) == 2
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")


async def test_forks_are_swept_as_if_they_had_no_past(playground):
    async with playground() as p:
        await p.press(*["left"] * 5, "f", "5")
        assert len(p.app.session.preset.runs) == 3
        view = p.app.workspace.view
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")
        assert any("as SGD" in line.text for line in p.inside(view))
        metrics = view.result.metrics["final_loss"]
        np.testing.assert_array_equal(metrics[0], metrics[2])


async def test_what_collapsed_or_diverged_is_marked(playground):
    async with playground() as p:
        p.app.session.turn("problem.loss", "mse")
        p.app.changed()
        await p.press("5")
        p.app.workspace.view.axes[module.RATES] = "lr=1e-8:1e3:5"
        p.app.workspace.view.changed()
        await p.settle()
        assert "diverged" in p.text
        drawn = "".join(text for row in p.app.workspace.view.drawn.rows[:-4] for text, _ in row)
        assert p.app.workspace.view.result.counts("diverged").max() == 3
        assert p.app.workspace.view.result.counts("collapsed").max() == 3
        assert DIVERGED in drawn
        assert COLLAPSED in drawn


async def test_on_a_surface_there_is_the_loss_only(playground, tmp_path):
    path = tmp_path / "bowl.toml"
    path.write_text(
        'title = "Bowl"\nquestion = "?"\nlesson = "x"\nseeds = 2\n'
        '[problem]\nsurface = "ravine"\nsteps = 20\n[[runs]]\nlabel = "SGD"\noptimizer = "sgd"\n',
        encoding="utf-8",
    )
    async with playground() as p:
        await p.press("5", "N")
        assert "Accuracy" in p.app.workspace.view.border_title
        p.app.open(str(path))
        await p.settle()
        await p.press("5")
        assert p.app.workspace.view.border_title == "Final value by lr, 2 seeds"
        assert "metric" not in p.app.workspace.view.border_subtitle
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")
        await p.press("N")
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")


async def test_keys_are_handled_while_it_computes(playground, slow):
    async with playground() as p:
        await p.pilot.press("home", "5")
        view = p.app.workspace.view
        await p.until(lambda: view.result is not None)
        assert "33 %" in p.text
        partly = view.drawn
        await p.pilot.press(*["full_stop"] * 7, "N")
        assert p.app.player.epoch == 7
        assert view.metric == "final_accuracy"
        await p.pilot.press("n")
        await p.until(lambda: slow.cancelled == 1)  # two knobs have taken its place
        await p.pilot.press("n", "N", "N")
        assert not view.complete
        slow.go.set()
        await p.settle()
        assert view.complete
        assert "33 %" not in p.text
        assert view.drawn != partly
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")


async def test_it_stops_where_it_is_left_and_begins_again(playground, slow):
    async with playground() as p:
        await p.pilot.press("5")
        view = p.app.workspace.view
        await p.until(lambda: view.result is not None)
        await p.pilot.press("escape")
        await p.until(lambda: slow.cancelled == 1)
        await p.settle()
        slow.go.set()
        await p.press("5")
        assert (slow.begun, view.complete) == (2, True)


async def test_an_edit_makes_it_stale(playground, slow):
    async with playground() as p:
        slow.go.set()
        await p.press("5")
        old, view = p.app.workspace.view.result, p.app.workspace.view
        slow.go.clear()
        await p.pilot.press("w")
        await p.until(lambda: slow.begun == 2)
        await p.until(lambda: view.result is not old)
        assert slow.cancelled == 0
        await p.pilot.press("w")  # back to where it was: that is another sweep again
        await p.until(lambda: slow.cancelled == 1)
        slow.go.set()
        await p.settle()
        assert shows(p, swept(p.app.session.preset, RATES), "final_loss")


async def test_a_sweep_says_that_its_last_digits_are_the_machines(playground):
    """Also where the runs on the screen are exact."""
    async with playground() as p:
        session = p.app.session
        session.turn("problem.hidden", (64, 64))
        session.turn("problem.samples", 200)
        p.app.changed()
        await p.press("5")
        assert "last digits by machine" not in p.text
        axes = p.app.workspace.view.axes
        axes[module.RATES] = "problem.batch_size=1:200:2"
        p.app.changed()
        await p.settle()
        assert p.app.workspace.view.border_title.endswith(" · last digits by machine")
        session.turn("problem.batch_size", 200)
        p.app.changed()
        for key in ("8", "9"):
            await p.press(key)
            assert p.app.workspace.view.border_title.endswith(" · last digits by machine")
