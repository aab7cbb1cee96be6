"""What `y` copies in a view is a command that computes what it shows."""

import shlex

import pytest
from click.testing import CliRunner

from optplay.cli import app
from optplay.tui.views import views

# The view, keys pressed in it, and what is copied besides program and preset.
COPIED = [
    ("boundary", [], "run --seeds 1 --plot"),
    ("rates", ["n"], "rates --seeds 1 --steps 10 --plot"),
    ("inspect", ["n"], None),
    ("sweep", [], "sweep --over lr=1e-5:1:25 --metric final_loss --plot"),
    ("sweep", ["n"], "sweep --over lr=1e-4:1:13 --over lambda=1e-4:1:9 --metric final_loss --plot"),
    ("range_test", [], "range-test --seeds 1 --to 10 --plot"),
    ("curvature", [], "curvature --seeds 1 --plot"),
    ("landscape", ["n"], "landscape --seeds 1 --shared --plot"),
    ("landscape", ["comma", "i"], "landscape --seeds 1 --epoch 19 --plot"),
]


@pytest.mark.parametrize(("name", "keys", "expected"), COPIED)
async def test_the_command_of_a_view(playground, name, keys, expected):
    async with playground() as p:
        p.app.workspace.action_view(name)
        await p.settle()
        for key in keys:
            await p.press(key)
        await p.pilot.press("y")
        await p.pilot.pause()
        program, command, opened, *options = shlex.split(p.app.clipboard)
        assert (program, opened) == ("optplay", p.app.session.opened)
        if expected:
            assert [command, *options] == shlex.split(expected)
        else:
            view = p.app.workspace.view
            parameter = p.app.session.run.config.problem.parameter_names[view.parameter]
            wanted = ["--seeds", "1", "--run", "SGD", "--step", "400", "--parameter", parameter]
            assert [command, *options] == ["inspect", *wanted]
        if command in ("inspect", "rates", "curvature", "landscape"):
            done = CliRunner().invoke(app, [command, opened, *options], standalone_mode=False)
            assert done.exception is None


def test_no_view_is_left_out():
    assert {name for name, *_ in COPIED} == set(views()) - {"surface", "curves"}
