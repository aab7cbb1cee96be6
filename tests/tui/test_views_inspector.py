"""The step inspector in the app: its numbers are those of the update, wherever it comes from."""

import re

import pytest
from textual.content import Content

from optplay.experiments import load
from optplay.experiments.forks import train_one
from optplay.experiments.wording import precise
from optplay.instruments.inspect.measure import take_apart
from optplay.instruments.inspect.rows import rows
from optplay.tui.screens.prompt import Prompt
from optplay.tui.views import views

# High enough that of Adam what is off is shown, too.
SIZE = 80, 26
KEY = str(views()["inspect"].instrument.order)
WILD = """
title = "Wild"
epochs = 4
seeds = 2
[problem]
samples = 20
hidden = [4]
[[runs]]
label = "[red]SGD[/] [/x]"
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
[[runs]]
label = "Batches"
optimizer = "adam"
lr = 0.001
weight_decay = 0.1
problem = { batch_size = 8, shuffle = true, hidden = [64, 64] }
"""


@pytest.fixture
def wild(tmp_path):
    """A preset with what is not usual."""
    path = tmp_path / "wild.toml"
    path.write_text(WILD, encoding="utf-8")
    return str(path)


def inside(p):
    """The lines inside the view."""
    return [strip.text for strip in p.inside(p.app.workspace.view)]


def assert_shows(p, step, parameter=None, label=None, seed=0, preset=None):
    """On the screen are all numbers of an update of a run that is trained here for it."""
    preset = preset or p.app.session.preset
    label = label or p.app.session.run.label
    found = take_apart(train_one(preset, label, seed), step)
    i = found.largest if parameter is None else parameter
    lines, names = inside(p), found.config.problem.parameter_names
    assert lines[0].startswith(f"{names[i]} ({i + 1:,} of {len(names):,})")
    assert ("moves most" in lines[0]) == (i == found.largest)
    assert lines[1].startswith(f"update {step:,} of {found.config.steps:,}")
    table = iter(lines[lines.index(next(x for x in lines if "formula" in x)) + 1 :])
    for row in rows(found, i):
        numbers = [precise(v) for v in (row.before, row.value) if v is not None]
        end, word = numbers or ["off"], row.formula.split(" ")[0] or row.name
        # In order; between them may be the rest of a formula.
        assert any(x.split()[-len(end) :] == end and word in x for x in table), row
    title = Content.from_markup(p.app.workspace.view.border_title).plain
    assert title == f"One update of {label}, seed {seed}"
    return lines


async def test_its_numbers_are_those_of_the_run_on_the_screen(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY)
        lines = assert_shows(p, 400)
        assert any(line.startswith("clipping: off") for line in lines)
        await p.press("home")
        assert_shows(p, 1)
        await p.press("j")
        assert_shows(p, 1, label="Adam")
        await p.press("right", "right")
        assert_shows(p, 40)
        await p.press("r")
        assert_shows(p, 40, seed=1)
        p.app.session.turn("lr", 0.02)
        p.app.session.turn("clip.norm", 0.1)
        p.app.session.turn("l2", 0.01)
        p.app.session.turn("weight_decay", 0.5)
        p.app.changed()
        await p.settle()
        lines = assert_shows(p, 40, seed=1)
        assert any("c = 0.1" in line for line in lines)
        await p.press("u", "u", "u", "u", "u")
        assert p.value("lr") == 0.001
        assert_shows(p, 40, seed=0)
        await p.press("m")
        assert_shows(p, 40)


async def test_single_updates_take_the_playhead_along(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY, "comma")
        assert p.app.player.epoch == 20
        assert_shows(p, 399)
        await p.press("i", *"40", "enter")
        assert p.app.player.epoch == 2
        assert_shows(p, 40)
        await p.press("full_stop")
        assert p.app.player.epoch == 3
        assert_shows(p, 41)
        await p.press("comma", "comma")
        assert p.app.player.epoch == 2
        assert_shows(p, 39)
        await p.press("left")
        assert p.app.player.epoch == 1
        assert_shows(p, 20)
        await p.press("right")
        assert_shows(p, 40)
        # Back to the charts and here again: it is where it was.
        await p.press("comma", "escape", KEY)
        assert_shows(p, 39)
        await p.press("end", "full_stop")
        assert p.app.player.epoch == 20
        assert_shows(p, 400)
        await p.press("i", *"1", "enter", "comma")
        assert_shows(p, 1)
        assert p.app.player.epoch == 1


async def test_keys_faster_than_the_playhead(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY, "i", *"38", "enter")
        view = p.app.workspace.view
        for _ in range(5):
            view.action_step(1)
        await p.settle()
        assert_shows(p, 43)
        assert p.app.player.epoch == 3


async def test_the_playhead_at_the_start(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY, "home")
        assert p.app.player.epoch == 0
        assert_shows(p, 1)
        await p.press("full_stop")
        assert p.app.player.epoch == 1
        assert_shows(p, 2)


async def test_parameters_one_by_one_and_by_name(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY)
        largest = take_apart(train_one(p.app.session.preset, "SGD", 0), 400).largest
        await p.press("n")
        assert_shows(p, 400, (largest + 1) % 17)
        await p.press("N", "N")
        assert_shows(p, 400, (largest - 1) % 17)
        await p.press("I")
        assert p.app.screen.typed == p.app.session.run.config.problem.parameter_names[largest - 1]
        p.app.screen.query_one("Input").value = "layer 1 b[9]"
        await p.pilot.press("enter")
        assert isinstance(p.app.screen, Prompt)
        assert "unknown parameter 'layer 1 b[9]': did you mean" in p.text
        p.app.screen.query_one("Input").value = "Layer 1 b[2]"
        await p.press("enter")
        assert_shows(p, 400, 10)
        await p.press("I", *"16", "enter", "n")
        assert_shows(p, 400, 0)
        await p.press("I", *"5", "escape")
        assert_shows(p, 400, 0)
        # A smaller network has no such parameter any more.
        await p.press("I", *"16", "enter")
        p.app.session.turn("problem.hidden", (2,))
        p.app.changed()
        await p.settle()
        assert_shows(p, 400, 16 % 9)
        await p.press("I")
        assert p.app.screen.typed == "layer 2 w[0,1]"
        await p.press("escape", "i")
        told = p.app.screen.query_one("#told")
        for wrong in ("0", "401", "", "9" * 5000):
            p.app.screen.query_one("Input").value = wrong
            await p.pilot.press("enter")
            assert isinstance(p.app.screen, Prompt)
            assert "allowed: 1 to 400" in str(told.content)
        await p.press("escape")


async def test_a_run_that_diverges_ends_with_the_update_at_which_it_did(playground, wild):
    async with playground(wild, size=SIZE) as p:
        history = train_one(load(wild), p.app.session.run.label, 0)
        last = history.diverged_at
        assert last < 20
        await p.press(KEY)
        assert_shows(p, last)
        await p.press("comma")
        assert_shows(p, last - 1)
        await p.press("full_stop", "full_stop")
        assert_shows(p, last)
        await p.press("comma")
        assert p.app.player.epoch == 1
        await p.press("i")
        assert p.app.screen.typed == str(last - 1)
        p.app.screen.query_one("Input").value = str(last + 1)
        await p.press("enter")
        assert f"allowed: 1 to {last}" in p.text
        await p.press("escape", "r")
        assert_shows(p, min(20, train_one(load(wild), p.app.session.run.label, 1).steps), seed=1)


async def test_a_fork_s_first_updates_are_another_run_s(playground, wild):
    async with playground(wild, size=SIZE) as p:
        await p.press(KEY, "j", "j", "i", *"40", "enter")
        told = " ".join(" ".join(inside(p)).split())
        assert told == (
            "Fork goes on from Adam after epoch 2: update 40 is one of Adam, and is shown there. "
            "Its own begin with update 41."
        )
        await p.press("full_stop")
        assert_shows(p, 41)
        await p.press("comma", "k")
        assert_shows(p, 40)


async def test_another_preset_begins_anew(playground, wild, small):
    async with playground(small, size=SIZE) as p:
        await p.press(KEY, "i", *"7", "enter", "n")
        p.app.open(wild)
        await p.settle()
        assert p.app.workspace.view_name == "curves"
        await p.press(KEY)
        assert "One update of [red]SGD[/] [/x]" in p.text
        await p.press("k")
        # 3 of 8 in each epoch, and four more: in an order of its own.
        assert_shows(p, 12)
        assert "4 samples" in inside(p)[1]
        await p.press("comma", "comma")
        assert_shows(p, 10)
        assert "8 samples" in inside(p)[1]


async def test_other_samples_move_the_update_with_the_playhead(playground):
    async with playground(size=SIZE) as p:
        await p.press(KEY)
        p.app.session.turn("problem.samples", 30)
        p.app.changed()
        await p.settle()
        assert_shows(p, 600)


async def test_a_surface(playground):
    async with playground("problem-3-saddle", size=SIZE) as p:
        await p.press(KEY)
        lines = assert_shows(p, p.app.player.epoch)
        assert lines[3].startswith("f before it")
        assert "sample" not in "".join(lines)
        await p.press("comma")
        assert_shows(p, p.app.player.epochs - 1)


async def test_sizes_without_colours(playground, wild, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with playground(wild, size=(60, 20)) as p:
        await p.press(KEY, "k")
        for size in ((60, 20), (80, 24), (200, 60), (120, 40)):
            await p.pilot.resize_terminal(*size)
            await p.settle()
            lines, found = [line.rstrip() for line in inside(p)], p.app.workspace.view.result
            for row in rows(found, found.largest):
                if row.value is not None:
                    assert any(line.endswith(f" {precise(row.value)}") for line in lines), (
                        size,
                        row,
                    )
            name = found.config.problem.parameter_names[found.largest]
            # The smallest window has no rows left for the bars below the formulas.
            shown = any("▲" in line and name in line for line in lines)
            assert shown == (size[0] > 60)
            whole = re.compile(r"m ← β₁·m \+ \(1-β₁\)·g +\S+ +\S+$")
            assert any(map(whole.search, lines)) == (size[0] > 60)
        inks = [s.style.color for strip in p.inside(p.app.workspace.view) for s in strip if s.style]
        assert all(len(set(ink.get_truecolor())) == 1 for ink in inks if ink)
