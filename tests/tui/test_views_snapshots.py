"""What the views look like. Look at a picture before you accept it with --snapshot-update.

As for the charts: rates so small that no machine's libm changes a digit, and nothing moves.
"""

import pytest

from optplay.experiments import load
from optplay.instruments.sweep import view as sweep
from optplay.tui.run import _settle
from optplay.tui.views import views
from tui.test_app_snapshots import Recorded

NETWORKS = """
title = "Four views"
question = "Why is Adam ahead?"
lesson = "Look at it from **all sides**."
seeds = 3
epochs = 30
[problem]
samples = 60
hidden = [6]
[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.005
[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.001
[[runs]]
label = "Adam"
optimizer = "adam"
lr = 0.002
"""
SURFACE = """
title = "One surface"
question = "Who comes to which minimum?"
lesson = "There are **four**."
seeds = 3
[problem]
surface = "himmelblau"
start = [-0.5, -0.5]
steps = 200
[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.01
[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.002
[[runs]]
label = "Adam"
optimizer = "adam"
lr = 0.05
"""
CYCLES = """
title = "One coordinate"
question = "Does it come to rest?"
lesson = "Not all do."
[problem]
surface = "cycles"
steps = 60
[[runs]]
label = "Heavy ball"
optimizer = "momentum"
lr = 0.1
beta = 0.4
[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.02
"""


@pytest.fixture
def shot(snap_compare, tmp_path, monkeypatch):
    """Compares a view after some keys with the picture kept of it."""
    monkeypatch.setitem(sweep.AXES, sweep.RATES, "lr=1e-4:1e-2:9")
    monkeypatch.setitem(sweep.AXES, sweep.KNOBS, "lr=1e-4:1e-2:7 l2=1e-3:1:5")

    def compare(name, size, theme, keys=(), preset=NETWORKS):
        path = tmp_path / "views.toml"
        path.write_text(preset, encoding="utf-8")
        shown = Recorded(load(str(path)), "views", theme=f"textual-{theme}")
        shown.animation_level = "none"

        async def before(pilot):
            await _settle(shown, pilot)
            await pilot.press(str(list(views()).index(name) + 1), *keys)
            await _settle(shown, pilot)
            shown.clear_notifications()
            await _settle(shown, pilot)

        return snap_compare(shown, terminal_size=size, run_before=before)

    return compare


def test_boundary(shot):
    assert shot("boundary", (80, 24), "dark", ["j", "j"])


def test_boundary_of_all_runs(shot):
    assert shot("boundary", (120, 40), "light", ["n", *["left"] * 10])


def test_rates(shot):
    assert shot("rates", (120, 40), "dark", ["j", "j"])


def test_inspector(shot):
    assert shot("inspect", (120, 40), "light", ["j", "j"])


def test_sweep_of_rates(shot):
    assert shot("sweep", (80, 24), "dark")


def test_sweep_of_two_knobs(shot):
    assert shot("sweep", (120, 40), "light", ["n"])


def test_surface(shot):
    assert shot("surface", (120, 40), "dark", ["home", *["right"] * 20], preset=SURFACE)


def test_surface_of_one_coordinate(shot):
    assert shot("surface", (80, 24), "light", ["home", *["right"] * 3], preset=CYCLES)


def test_surface_without_colours(shot, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert shot("surface", (80, 24), "dark", preset=SURFACE)


def test_curvature(shot):
    assert shot("curvature", (80, 24), "dark", [*["left"] * 10])


def test_curvature_wide(shot):
    assert shot("curvature", (120, 40), "light")


def test_landscape(shot):
    assert shot("landscape", (120, 40), "dark", ["j", "j", "n"])


def test_landscape_narrow(shot):
    assert shot("landscape", (80, 24), "light", ["j", *["left"] * 10, "i"])
