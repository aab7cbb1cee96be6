"""Curvature in the app: what is measured, against what, and when."""

from functools import partial
from threading import Event

import msgspec
import numpy as np
import pytest

from optplay.experiments.sharpness import difference_hessian, sharpness
from optplay.instruments.curvature import view as module
from optplay.instruments.curvature.picture import sharpness_picture, stability_picture
from optplay.plots import Panel, abreast
from optplay.plots.captions import named
from optplay.training import train
from optplay.tui import computing

# Seconds after which a test that failed must not hold up the others.
LONGEST_WAIT = 60


@pytest.fixture
def measured(monkeypatch):
    """The Histories measured so far."""
    histories, real = [], module.stream_sharpness

    def counted(history):
        histories.append(history)
        return real(history)

    monkeypatch.setattr(module, "stream_sharpness", counted)
    return histories


def expected(p, found, epoch):
    view = p.app.workspace.view
    panels = [
        Panel(title, lambda w, h, s=scene: s(found, w, h, epoch=float(epoch), **view.look))
        for title, scene in (
            ("Sharpness (log)", sharpness_picture),
            ("Part of threshold (log)", stability_picture),
        )
    ]  # fmt: skip
    draw, labels = partial(abreast, panels, **view.look), p.app.stage.labels
    return named(draw, labels, range(len(labels)), *view.content_size, **view.look)


def runs(p):
    seed = p.app.session.state.seed
    configs = [run.config for run in p.app.session.preset.runs]
    return [train(msgspec.structs.replace(config, seed=seed)) for config in configs]


async def test_it_is_the_sharpness_of_every_run(playground):
    async with playground() as p:
        await p.press("7")
        histories = runs(p)
        found = [sharpness(history) for history in histories]
        view = p.app.workspace.view
        assert view.drawn == expected(p, found, 20)
        for history, shown in zip(histories, view.result, strict=True):
            problem, weights = history.config.problem, history.weights[-1]
            samples = problem.draw()
            data = samples.inputs[samples.train], samples.labels[samples.train]
            slope = partial(gradient, inputs=data[0], labels=data[1])
            h = difference_hessian(slope, weights)
            assert shown.sharpness[-1] == pytest.approx(np.linalg.eigvalsh(h)[-1], rel=1e-6)
        await p.press("r")
        assert "seed 1" in p.text
        assert view.drawn == expected(p, [sharpness(history) for history in runs(p)], 20)


def gradient(weights, inputs, labels):
    """Of the mean cross-entropy of a network 2-4-1 with relu."""
    w1, b1, w2, b2 = weights[:8].reshape(4, 2), weights[8:12], weights[12:16], weights[16]
    before = inputs @ w1.T + b1
    hidden = np.maximum(before, 0)
    error = 1 / (1 + np.exp(-(hidden @ w2 + b2))) - labels
    back = error[:, None] * w2 * (before > 0)
    parts = (back.T @ inputs).ravel(), back.sum(axis=0), error @ hidden, [error.sum()]
    return np.concatenate(parts) / len(labels)


async def test_adam_is_measured_in_its_own_scale(playground):
    async with playground() as p:
        await p.press("7")
        plain, adam = p.app.workspace.view.result
        np.testing.assert_array_equal(plain.preconditioned, plain.sharpness)
        np.testing.assert_allclose(plain.ratio, plain.sharpness * 0.01 / 2, rtol=1e-12)
        assert not np.allclose(adam.preconditioned[1:], adam.sharpness[1:])
        np.testing.assert_allclose(adam.ratio, adam.preconditioned * 0.001 / 38, rtol=1e-9)
        assert "SGD is stable up to 2/lr" in p.text
        assert not any("threshold" in line.text for line in p.inside(p.app.workspace.view)[2:])
        p.app.session.turn("lr", 5.0)
        p.app.changed()
        await p.settle()
        assert any("threshold" in line.text for line in p.inside(p.app.workspace.view)[2:])
        await p.press("j")
        assert "Adam is stable up to 38/lr" in p.text
        p.app.session.turn("optimizer", "lion")
        p.app.changed()
        await p.settle()
        assert "no threshold is known for Lion" in p.text


async def test_the_playhead_moves_a_line_and_nothing_is_measured_again(playground, measured):
    async with playground() as p:
        await p.press("7")
        found = p.app.workspace.view.result
        assert len(measured) == 2
        for key, epoch in (("home", 0), ("full_stop", 1), ("end", 20)):
            await p.press(key)
            assert p.app.workspace.view.drawn == expected(p, found, epoch)
        await p.press("j")
        assert len(measured) == 2
        await p.press("escape", "7")
        assert len(measured) == 2
        await p.press("r")
        assert len(measured) == 4


async def test_a_network_too_large_says_why(playground):
    async with playground() as p:
        p.app.session.turn("problem.hidden", (46, 46))
        p.app.changed()
        await p.press("7")
        text = " ".join(p.text.split())
        assert "found a network of 2,347 parameters" in text


async def test_results_come_run_by_run_and_go_with_an_edit(playground, monkeypatch):
    gate, real = Event(), module.stream_sharpness

    def slow(history):
        # At once: how far it comes in a chunk is a matter of the machine.
        *_, found = real(history)
        yield found
        gate.wait(LONGEST_WAIT)

    monkeypatch.setattr(module, "stream_sharpness", slow)
    async with playground() as p:
        await p.pilot.press("7")
        view = p.app.workspace.view
        await p.until(lambda: view.result is not None)
        first, second = view.result
        assert (first.epochs.size, second.epochs.size) == (21, 0)
        gate.set()
        await p.settle()
        assert [found.epochs.size for found in view.result] == [21, 21]


async def test_while_an_edit_is_trained_nothing_outdated_stays(playground, monkeypatch):
    gate, real = Event(), computing.grow

    def slow(plans, known):
        gate.wait(LONGEST_WAIT)
        return real(plans, known)

    monkeypatch.setattr(computing, "grow", slow)
    gate.set()
    async with playground() as p:
        for key in ("7", "8"):
            await p.press(key)
            view, old = p.app.workspace.view, p.app.workspace.view.result
            assert old is not None
            gate.clear()
            await p.pilot.press("r")
            await p.until(lambda view=view: "computing" in p.text and view.result is None)
            gate.set()
            await p.settle()
            assert view.result is not None
            assert view.result is not old
