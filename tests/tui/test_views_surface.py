"""The surface in the app: its start moved, its runs played, and what that costs."""

from functools import partial

import msgspec
import pytest

from optplay.experiments import load
from optplay.instruments.surface.picture import surface_picture
from optplay.plots.captions import named
from optplay.problems import SURFACES, SurfaceProblem
from optplay.training import train
from optplay.training.engine import Engine

BOWL = """
title = "Bowl"
question = "Which way?"
lesson = "Two ways."
seeds = 3
[problem]
surface = "ravine"
condition = 10.0
steps = 50
spread = 0.2
noise = 0.1
[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.05
[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.02
"""
# Of the ravine's window, 5 x 3.
ACROSS, UP = 0.25, 0.15


@pytest.fixture
def bowl(tmp_path):
    path = tmp_path / "bowl.toml"
    path.write_text(BOWL, encoding="utf-8")
    return str(path)


def ways(p, seeds=(0,)):
    """The way of each run, the selected one's on top."""
    found = [
        (place, [train(msgspec.structs.replace(run.config, seed=seed)) for seed in seeds])
        for place, run in enumerate(p.app.session.preset.runs)
    ]
    return sorted(found, key=lambda way: way[0] == p.app.session.state.selected)


def shows(p, ways, step):
    view, problem = p.app.workspace.view, p.app.session.run.config.problem
    draw = partial(surface_picture, problem, ways, step=step, **view.look)
    labels = [run.label for run in p.app.session.preset.runs]
    return view.drawn == named(draw, labels, range(len(labels)), *view.content_size, **view.look)


def starts(p):
    return [run.config.problem.start for run in p.app.session.preset.runs]


def text(picture):
    return "\n".join("".join(part for part, _ in row) for row in picture.rows)


async def test_it_opens_on_the_ways_and_plays_them(playground, bowl):
    async with playground(bowl) as p:
        assert p.app.workspace.view_name == "surface"
        assert "Ravine of condition 10, from (2, 1)" in p.text
        found = ways(p)
        assert shows(p, found, 50)
        await p.press("home")
        assert shows(p, found, 0)
        await p.press("full_stop", "j")
        assert shows(p, ways(p), 1)
        p.app.player.seconds = 0.0
        await p.pilot.press("space")
        await p.until(lambda: p.app.player.epoch == 50)
        await p.settle()
        assert shows(p, ways(p), 50)
        await p.press("m")
        assert shows(p, ways(p, (0, 1, 2)), 50)


async def test_keys_move_the_start_of_all_runs(playground, bowl):
    async with playground(bowl, clock=lambda: 0.0) as p:
        for keys, moved in (
            (("shift+left", "shift+left"), (2 - 2 * ACROSS, 1)),
            (("shift+right",), (2 - ACROSS, 1)),
            (("shift+down",), (2 - ACROSS, 1 - UP)),
            (("shift+up", "shift+up"), (2 - ACROSS, 1 + UP)),
            (("H",), (2 - 2 * ACROSS, 1 + UP)),  # where a terminal keeps shift and arrows
            (("J",), (2 - 2 * ACROSS, 1)),
            (("L",), (2 - ACROSS, 1)),
            (("K",), (2 - ACROSS, 1 + UP)),
            (("L",) * 4 + ("K",) * 3, (2.5, 1.5)),  # no further than the window
            (("shift+left", "shift+down"), (2.5 - ACROSS, 1.5 - UP)),
        ):
            await p.press(*keys)
            assert starts(p) == [pytest.approx(moved)] * 2
        assert shows(p, ways(p), 50)
        await p.press("u")
        assert starts(p) == [(2, 1)] * 2
        assert not p.app.session.edited


async def test_a_coordinate_that_is_not_moved_is_kept(playground):
    async with playground("problem-3-saddle") as p:
        await p.press("H")
        x, y = starts(p)[0]
        assert (x, y) == (pytest.approx(1.7), 1e-6)


async def test_a_drag_moves_the_start_and_is_undone_as_one(playground, bowl):
    async with playground(bowl, clock=lambda: 0.0) as p:
        view = p.app.workspace.view
        left, top = view.gutter.top_left

        def cell(x, y):
            return view.drawn.column(x) + left, view.drawn.row(y) + top

        await p.pilot.mouse_down(view, offset=cell(-1, 0.5))
        await p.settle()
        assert starts(p)[0] == pytest.approx((-1, 0.5), abs=0.1)
        for place in ((-0.5, 0.5), (1, -1)):
            await p.pilot.hover(view, offset=cell(*place))
            await p.settle()
            assert starts(p) == [pytest.approx(place, abs=0.1)] * 2
        await p.pilot.hover(view, offset=(left, top))  # beside the plot
        await p.pilot.mouse_up(view, offset=(left, top))
        await p.settle()
        assert starts(p) == [pytest.approx((1, -1), abs=0.1)] * 2
        assert p.app.mouse_captured is None
        assert shows(p, ways(p), 50)
        await p.pilot.hover(view, offset=cell(0, 0))
        assert starts(p)[0] == pytest.approx((1, -1), abs=0.1)
        await p.press("u")
        assert starts(p) == [(2, 1)] * 2


async def test_condition_and_runs_on_other_surfaces(playground, bowl):
    async with playground(bowl) as p:
        before = p.app.workspace.view.drawn
        p.app.session.turn("problem.condition", 1000.0)
        p.app.changed()
        await p.settle()
        assert "of condition 1000" in p.text
        assert p.app.workspace.view.drawn != before
        assert shows(p, ways(p), 50)
        p.app.session.whole_problem = False
        await p.press("j", "H")
        assert starts(p) == [(2, 1), (2 - ACROSS, 1)]
        assert shows(p, ways(p), 50)
        await p.press("k")
        p.app.session.turn("problem.surface", "himmelblau")
        p.app.changed()
        await p.settle()
        assert "Himmelblau" in p.text
        (_, other), own = ways(p)
        assert other[0].config.problem.surface == "ravine"
        assert shows(p, [own], 50)
        await p.press("j")
        p.app.session.turn("problem.surface", "beale")
        p.app.changed()
        await p.settle()
        assert shows(p, ways(p)[1:], 50)


async def test_of_one_coordinate(playground):
    async with playground("heavy-ball-cycles") as p:
        await p.press("home", *["full_stop"] * 2)
        assert shows(p, ways(p), 2)
        await p.press("J")
        assert starts(p)[0] == (3.3,)
        await p.press("H")
        assert starts(p) == [(pytest.approx(3.3 - 6.5 / 20, abs=1e-4),)] * 3
        assert shows(p, ways(p), 2)
        view, (left, top) = p.app.workspace.view, p.app.workspace.view.gutter.top_left
        await p.pilot.click(view, offset=(view.drawn.column(-1) + left, 5 + top))
        await p.settle()
        assert starts(p)[0] == (pytest.approx(-1, abs=0.1),)


def test_adam_goes_up_and_amsgrad_down():
    preset = load("adam-diverges")
    problem = preset.runs[0].config.problem
    found = [(i, [train(run.config)]) for i, run in enumerate(preset.runs[:2])]
    lines = text(surface_picture(problem, found, 60, 20, color=True, dark=True)).splitlines()
    rows = [number for number, line in enumerate(lines) if "●" in line]
    assert len(rows) == 2
    assert lines[rows[0]].index("●") > 50
    assert lines[rows[1]].index("●") < 12


def test_a_run_that_leaves_the_window_is_told_at_its_edge():
    preset = load("problem-1-oscillation")
    config = msgspec.structs.replace(
        preset.runs[0].config, hyperparameters={"lr": 0.0007}, epochs=300
    )
    history = train(config)
    assert abs(history.weights[-1, 1]) > 1.5
    drawn = text(surface_picture(config.problem, [(0, [history])], 60, 20, color=False, dark=True))
    assert "▲" in drawn.splitlines()[1] or "▼" in drawn


@pytest.mark.parametrize("name", list(SURFACES))
def test_every_surface_has_a_picture(name):
    problem = SurfaceProblem(surface=name)
    for size in ((46, 18), (90, 30)):
        drawn = surface_picture(problem, [], *size, color=True, dark=True)
        assert [sum(len(part) for part, _ in row) for row in drawn.rows] == [size[0]] * size[1]
        inside = [point for point in problem.declared.minima if drawn.column(point[0]) is not None]
        assert text(drawn).count("✕") == min(len(inside), 20)
        inks = {ink for row in drawn.rows for _, ink in row}
        assert len(inks) > (1 if problem.declared.dimension == 1 else 6)


@pytest.mark.parametrize("preset", ["problem-1-oscillation", "heavy-ball-cycles"])
@pytest.mark.parametrize("size", [(60, 20), (200, 60)])
def test_while_it_plays_the_surface_is_valued_once(preset, size, monkeypatch):
    values, real = [0], SurfaceProblem.value

    def counted(self, at):
        values[0] += 1
        return real(self, at)

    runs = load(preset).runs
    found = [(i, [train(run.config)]) for i, run in enumerate(runs)]
    problem = runs[0].config.problem
    monkeypatch.setattr(SurfaceProblem, "value", counted)
    frames, last = [], runs[0].config.epochs
    for step in (last - 200, last - 100, last):
        values[0] = 0
        surface_picture(problem, found, *size, step=step, color=True, dark=True)
        frames.append(values[0])
    if problem.declared.dimension == 2:
        assert frames[1:] == [0, 0]
    else:
        # Not the graph again, of some 400 points, but what the ways come by, each place once.
        assert max(frames[1:]) < 500


async def test_a_network_has_none(playground):
    async with playground() as p:
        await p.press("6")
        assert "This preset trains a network" in p.text
        await p.press("H", "shift+up")
        await p.click(p.app.workspace.view, 20, 5)
        assert not p.app.session.edited


@pytest.mark.parametrize("name", ["problem-1-oscillation", "heavy-ball-cycles"])
def test_to_draw_a_long_run_makes_little_of_it_again(name, monkeypatch):
    """Of what is not kept a stretch; and the run is drawn where it is."""
    config = msgspec.structs.replace(load(name).runs[0].config, epochs=30_000)
    thin, whole = train(config, most=300 * config.bytes_of_an_epoch), train(config)
    made, real = [], Engine.run
    monkeypatch.setattr(
        Engine, "run", lambda self, *args: made.append(args[1] - args[0]) or real(self, *args)
    )
    for step in (0, 12_345, 29_999, 30_000):
        made.clear()
        drawn, expected = (
            surface_picture(
                config.problem, [(0, [h])], 60, 20, step=step, until=30_000, color=False, dark=True
            )
            for h in (thin, whole)
        )
        assert sum(made) < 3_000
        if config.problem.declared.dimension == 1:
            assert drawn == expected
        else:
            assert text(drawn).index("●") == text(expected).index("●")
