"""The background: what it computes, what it forgets, and what happens when it breaks."""

from threading import Event

import msgspec
import pytest

from optplay.experiments import load, run_preset
from optplay.training import train
from optplay.tui import computing
from optplay.tui.computing import Compiling
from optplay.tui.job import TOLD_SECONDS, Told, every

LONG = "400000"


def epochs(p, label):
    """How many epochs there are of a run; for a blink after an edit there is none."""
    history = p.app.stage.histories.get(label)
    return history.epochs if history else 0


async def test_an_edit_cancels_a_long_training(playground):
    async with playground() as p:
        await p.type("epochs", LONG)
        await p.pilot.press("enter")
        await p.until(lambda: epochs(p, "SGD") > 20)
        assert p.app.computing.training.running
        # The app answers all the time.
        await p.pilot.press("r")
        assert p.app.session.state.seed == 1
        old = p.app.computing.training.thread
        await p.press("u", "u")
        assert (p.value("epochs"), p.app.stage.histories["SGD"].epochs) == (20, 20)
        await p.until(lambda: not old.is_alive())


async def test_a_long_training_is_streamed_and_followed(playground):
    async with playground(seconds=0.0) as p:
        await p.press("home")
        await p.type("epochs", LONG)
        await p.pilot.press("enter")
        p.app.set_focus(None)
        await p.pilot.press("space")
        await p.until(lambda: p.app.player.epoch > 20)
        await p.pilot.press("u")
        await p.settle()
        assert "training" not in p.lines[0]
        assert p.app.player.epochs == 20


async def test_results_of_a_cancelled_run_never_reach_the_stage(playground):
    async with playground() as p:
        stage = p.app.stage
        before, measured = dict(stage.histories), stage.results
        stale = train(msgspec.structs.replace(before["SGD"].config, seed=99))
        stopped = Event()
        stopped.set()
        jobs, results = p.app.computing, run_preset(load("exercise-4-clipping", seeds=1, epochs=1))
        p.app.post_message(Told(jobs.training, stopped, {"SGD": stale}, True))
        p.app.post_message(Told(jobs.measuring, stopped, results, True))
        await p.settle()
        assert stage.histories == before
        assert stage.results is measured


async def test_what_is_known_is_not_trained_again(playground, monkeypatch):
    async with playground() as p:
        await p.press("w")
        trained = []
        grow = computing.grow

        def noted(wanted, known):
            trained.append(set(wanted) - set(known))
            return grow(wanted, known)

        monkeypatch.setattr(computing, "grow", noted)
        await p.press("u")
        await p.press("U")
        assert trained == []
        await p.press("d")
        assert trained == [{"SGD"}]


@pytest.mark.parametrize("broken", ["grow", "stream_preset"])
async def test_a_crash_in_the_computing_is_told(playground, monkeypatch, broken):
    async with playground() as p:

        def crash(*args, **kwargs):
            raise RuntimeError("no [more] memory")

        monkeypatch.setattr(computing, broken, crash)
        await p.press("w")
        group = {"grow": "training", "stream_preset": "measuring"}[broken]
        assert p.told[-1] == f"{group} stopped: RuntimeError: no [more] memory"
        assert isinstance(p.app.computing.failure, RuntimeError)
        monkeypatch.undo()
        await p.press("d")
        assert p.app.stage.histories["SGD"].config.decay == "cosine"
        assert len(p.app.stage.results.preset.seeds) == 3


async def test_compiling_is_announced(playground):
    async with playground() as p:
        p.app.post_message(Compiling())
        await p.pilot.pause()
        assert "compiling, once" in p.lines[0]
        await p.press("w")
        assert "compiling" not in p.lines[0]


async def test_on_compile_tells_the_app(playground, monkeypatch):
    told = []
    monkeypatch.setattr("optplay.tui.computing.on_compile", told.append)
    async with playground(own=True) as p:
        posted = []
        monkeypatch.setattr(p.app, "post_message", posted.append)
        told[0]()
        monkeypatch.undo()
        assert [type(message) for message in posted] == [Compiling]


async def test_claims_are_measured_over_all_seeds(playground, small):
    async with playground() as p:
        expected = run_preset(load(small))
        assert p.app.stage.results.verdicts == expected.verdicts
        assert f"{expected.verdicts[0].verdict}" in p.text
        await p.press("w")
        edited = run_preset(load(small, edits=["SGD.warmup=0.1"]))
        assert p.app.stage.results.verdicts == edited.verdicts != expected.verdicts


def test_draws_asked_for_by_a_thread_are_20_a_second():
    now = [0.0]
    due = every(TOLD_SECONDS, lambda: now[0])
    asked = 0
    for now[0] in (tick / 1000 for tick in range(2000)):
        asked += due()
    assert asked == 40


async def test_an_outdated_curve_does_not_stay(playground, monkeypatch):
    async with playground() as p:
        go_on, grow = Event(), computing.grow

        def late(plans, known):
            go_on.wait(60)
            yield from grow(plans, known)

        monkeypatch.setattr(computing, "grow", late)
        await p.pilot.press("w")
        await p.until(lambda: "SGD" not in p.app.stage.histories)
        assert p.app.stage.text("SGD", "loss") == "·"
        assert "Adam" in p.app.stage.histories
        go_on.set()
        await p.settle()
        assert p.app.stage.histories["SGD"].config.warmup == 0.1
