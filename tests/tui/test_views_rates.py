"""Rates and steps in the app: its histograms and curves are those of the runs on the screen."""

from functools import partial

import numpy as np
import pytest

from optplay.experiments.forks import train_one
from optplay.experiments.steps import last_steps, over_time, overlaid
from optplay.instruments.rates.picture import over_time_picture, rates_histogram
from optplay.tui.screens.prompt import Prompt
from optplay.tui.views import views

KEY = str(list(views()).index("rates") + 1)
SIZE = 80, 24
KINDS = "steps", "rates"
TITLES = "Effective rates |Δw|", "Multipliers", "|Δw|: median, 10–90 %", "Multiplier, 10–90 %"
WILD = """
title = "Wild"
epochs = 4
seeds = 2
at_steps = [3]
[problem]
samples = 20
hidden = [4]
[[runs]]
label = "[/x]"
optimizer = "sgd"
lr = 1000
problem = { loss = "mse" }
[[runs]]
label = "Adam"
optimizer = "adam"
lr = 0.001
[[runs]]
label = "Fork"
optimizer = "momentum"
lr = 0.001
fork = { run = "Adam", epoch = 2 }
"""


def inside(p):
    """The lines inside the view."""
    return [strip.text for strip in p.inside(p.app.workspace.view)]


def assert_shows(p, step, epoch, seeds=(0,), preset=None):
    """All four pictures are those of runs that are trained here for them, at this step."""
    preset = preset or p.app.session.preset
    runs = {r.label: [train_one(preset, r.label, seed) for seed in seeds] for r in preset.runs}
    view, lines = p.app.workspace.view, inside(p)
    found = list(overlaid(runs, step).values())
    ways = [list(over_time(h, last_steps(h[0].config))) for h in runs.values()]
    width, height = view.content_size
    look = view.look
    drawn = [partial(rates_histogram, found, kind, **look) for kind in KINDS]
    drawn += [
        partial(over_time_picture, ways, kind, epoch=epoch, unit=preset.unit, **look)
        for kind in KINDS
    ]
    # On a grid, each below its title; the last line is for what moved.
    columns = sum(title in lines[0] for title in TITLES)
    across, (tall, spare) = (width + 2) // columns - 2, divmod(height - 1, 4 // columns)
    for place, draw in enumerate(drawn):
        row, column = divmod(place, columns)
        last = row == 4 // columns - 1
        picture = draw(across, tall - 1 + spare * last)
        left, top = column * (across + 2), row * tall
        assert lines[top][left:].startswith(TITLES[place])
        shown = [line[left : left + across] for line in lines[top + 1 : top + tall + spare * last]]
        assert shown == ["".join(text for text, _ in cells) for cells in picture.rows]
    counts = [one["moved"] + one["idle"] for one in found]
    numbers = [f" {one['moved']:,} " for one, count in zip(found, counts, strict=True) if count]
    assert f"moved, of {max(counts):,}:" in lines[-1]
    assert [n for n in numbers if n in lines[-1]] == numbers
    if width > 60:
        assert all(f" {run.label} " in lines[-1] for run in preset.runs)
    which = f"seed {seeds[0]}" if len(seeds) == 1 else "all seeds"
    assert view.border_title == f"How parameters move at step {step:,}, {which}"


async def test_its_pictures_are_those_of_the_runs_on_the_screen(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY)
        assert_shows(p, 400, 20)
        await p.press("comma", "comma")
        assert_shows(p, 360, 18)
        await p.press("home")
        assert_shows(p, 1, 1)
        await p.press("right", "right", "r")
        assert_shows(p, 40, 2, seeds=[1])
        before = p.app.session.preset
        p.app.session.turn("lr", 0.3)
        p.app.changed()
        await p.settle()
        assert_shows(p, 40, 2, seeds=[1])
        await p.press("u", "u")
        assert p.app.session.preset == before
        assert_shows(p, 40, 2)
        await p.press("m")
        assert_shows(p, 40, 2, seeds=[0, 1, 2])
        await p.press("d", "j")
        assert_shows(p, 40, 2, seeds=[0, 1, 2])


async def test_steps_one_after_the_other_and_by_number(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY)
        hint = "n [playhead] 10 50 200   i type a step"
        assert hint in p.text
        for step, epoch in ((10, 1), (50, 3), (200, 10), (400, 20)):
            await p.press("n")
            assert_shows(p, step, epoch)
            assert ("[playhead]" if step == 400 else f"[{step}]") in p.text
        await p.press("i")
        assert p.app.screen.typed == "400"
        for wrong in ("0", "401", "ten", "1" * 5000):
            p.app.screen.query_one("Input").value = wrong
            await p.pilot.press("enter")
            assert isinstance(p.app.screen, Prompt)
            assert "allowed: 1 to 400" in p.text
        p.app.screen.query_one("Input").value = "77"
        await p.press("enter", "home")
        assert_shows(p, 77, 4)
        await p.press("n")
        assert_shows(p, 10, 1)
        # Fewer steps than that: the last one.
        await p.press("n", "n")
        p.app.session.turn("epochs", 4)
        p.app.changed()
        await p.settle()
        assert_shows(p, 80, 4)
        assert "200" not in p.app.workspace.view.border_subtitle


async def test_what_is_not_there_is_told_of(playground, tmp_path, small):
    (tmp_path / "wild.toml").write_text(WILD, encoding="utf-8")
    async with playground(small, size=SIZE) as p:
        await p.press(KEY, "n")
        p.app.open("wild.toml")
        await p.settle()
        # This one opens here, and at the first step that it asks about.
        assert_shows(p, 3, 1)
        await p.press("n")
        assert_shows(p, 80, 4)
        assert inside(p)[-1].rstrip() == "moved, of 17:  ● diverged  ● 17  ● 17"
        await p.press("n")
        assert_shows(p, 3, 1)
        assert inside(p)[-1].rstrip() == "moved, of 17:  ● 9  ● 17  ● before its fork"
        p.app.session.rename("of another name")
        p.app.changed()
        await p.settle()
        assert_shows(p, 3, 1)
        p.app.session.delete()
        p.app.changed()
        await p.settle()
        assert_shows(p, 3, 1)


async def test_a_surface(playground):
    async with playground("problem-3-saddle", size=(120, 40)) as p:
        await p.press(KEY, "n")
        assert_shows(p, 10, 10)
        assert "step" in inside(p)[-2].split()


@pytest.mark.parametrize("size", [(60, 20), (200, 60)])
async def test_sizes_without_colours(playground, monkeypatch, size):
    monkeypatch.setenv("NO_COLOR", "1")
    async with playground(size=size) as p:
        await p.press(KEY, "n")
        if size[0] > 60:
            assert_shows(p, 10, 1)
        moved = [found["moved"] for found in p.app.workspace.view.result.at_step.values()]
        first, second = ("SGD ", "Adam ") if size[0] > 60 else ("", "")
        line = f"moved, of 17:  ● {first}{moved[0]}  x {second}{moved[1]}"
        assert inside(p)[-1].rstrip() == line
        await p.pilot.resize_terminal(80, 24)
        await p.settle()
        assert_shows(p, 10, 1)
        assert "Multipliers" in p.text


async def test_one_epoch_of_a_big_network(playground, small):
    async with playground(small, size=SIZE) as p:
        p.app.session.turn("problem.hidden", (64, 64))
        p.app.session.turn("epochs", 1)
        p.app.changed()
        await p.press(KEY)
        assert_shows(p, 20, 1)
        idle = [found["idle"] for found in p.app.workspace.view.result.at_step.values()]
        assert np.all(np.array(idle) > 0)
