"""The landscape in the app: its plane, the ways on it, and what is computed anew."""

from functools import partial

import msgspec
import numpy as np

from optplay.instruments.landscape.measure import Plane, landscape
from optplay.instruments.landscape.picture import landscape_picture
from optplay.plots.captions import named
from optplay.training import train


def runs(p):
    seed = p.app.session.state.seed
    configs = [run.config for run in p.app.session.preset.runs]
    return [train(msgspec.structs.replace(config, seed=seed)) for config in configs]


def shows(p, histories, *, at=None, epoch, colors):
    """Whether the view shows the slice around the first one's weights."""
    view, found = p.app.workspace.view, landscape(histories, at)
    draw = partial(
        landscape_picture, found, partial(found.plane.losses, histories[0]), epoch=epoch,
        colors=colors, **view.look,
    )  # fmt: skip
    labels = [p.app.stage.labels[place] for place in colors]
    return view.drawn == named(draw, labels, colors, *view.content_size, **view.look)


def explained(weights):
    """Which part of the variance lies along the first two principal components."""
    lengths = np.linalg.svd(weights - weights.mean(axis=0), compute_uv=False) ** 2
    first, second = (f"{100 * part:.0f} %" for part in lengths[:2] / lengths.sum())
    return f"; {first} + {second} of"


async def test_one_run_all_runs_and_the_other_run(playground):
    async with playground() as p:
        await p.press("8")
        sgd, adam = runs(p)
        title = p.app.workspace.view
        assert shows(p, [sgd], epoch=20, colors=[0])
        assert (
            title.border_title == f"Loss around SGD at the end{explained(sgd.weights)} its movement"
        )
        await p.press("n")
        both = np.concatenate([sgd.weights, adam.weights])
        assert shows(p, [sgd, adam], epoch=20, colors=[0, 1])
        assert title.border_title.endswith(f"{explained(both)} all movement")
        await p.press("j")
        assert shows(p, [adam, sgd], epoch=20, colors=[1, 0])
        await p.press("n")
        assert shows(p, [adam], epoch=20, colors=[1])
        assert "Loss around Adam" in p.text


async def test_slice_at_the_playhead_and_back(playground):
    async with playground() as p:
        await p.press("8", "home", *["full_stop"] * 5)
        sgd, _ = runs(p)
        assert "i slice here" in p.text
        await p.press("i")
        assert shows(p, [sgd], at=5, epoch=5, colors=[0])
        assert "Loss around SGD at epoch 5" in p.text
        await p.press("full_stop")
        assert shows(p, [sgd], at=5, epoch=6, colors=[0])
        await p.press("i")
        assert "at epoch 6" in p.text
        assert "i slice at the end" in p.text
        await p.press("i")
        assert shows(p, [sgd], epoch=6, colors=[0])
        assert "SGD at the end" in p.text
        await p.press("i")
        assert "at epoch 6" in p.text
        p.app.session.turn("epochs", 5)
        p.app.changed()
        await p.settle()
        assert "SGD at the end" in p.text  # of a run that is shorter by now


async def test_the_playhead_moves_the_marks_and_nothing_is_computed_again(playground, monkeypatch):
    slices, real = [], Plane.losses

    def counted(self, *at):
        slices.append(at)
        return real(self, *at)

    monkeypatch.setattr(Plane, "losses", counted)
    async with playground() as p:
        await p.press("8")
        assert len(slices) == 1
        first = p.app.workspace.view.drawn
        await p.press("home", *["full_stop"] * 4, "right")
        assert len(slices) == 1
        assert p.app.workspace.view.drawn != first
        await p.press("end")
        assert p.app.workspace.view.drawn == first
        await p.press("escape", "8")
        assert len(slices) == 1
        await p.press("r")
        assert len(slices) == 2


async def test_networks_of_several_shapes_say_why(playground):
    async with playground() as p:
        p.app.session.whole_problem = False
        p.app.session.turn("problem.hidden", (8,))
        p.app.changed()
        await p.press("8")
        assert "Loss around SGD" in p.text
        await p.press("n")
        text = " ".join(p.text.split())
        assert "found networks of layers [2, 4, 1] and [2, 8, 1]" in text
        await p.press("n")
        assert "Loss around SGD" in p.text


async def test_a_surface_has_none(playground):
    async with playground("heavy-ball-cycles") as p:
        for key in "78":
            await p.press(key)
            assert "This preset is about a surface" in p.text
            assert not p.app.computing.looking.running
