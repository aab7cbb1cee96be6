"""A slice of the loss around a run's weights, with the ways of runs on it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Unpack

from numpy.typing import ArrayLike

from optplay.experiments.tables import Line
from optplay.instruments.landscape.measure import Landscape, Slice
from optplay.plots import Look, Mark, Panel, Path, Picture, abreast, legend, plane_picture
from optplay.plots.remembered import Field

START = "○"
PANEL_WIDTH, PANEL_HEIGHT = 50, 22


def landscape_picture(
    landscape: Landscape,
    losses: Field | ArrayLike,
    width: int,
    height: int,
    *,
    epoch: int | None = None,
    until: int | None = None,
    colors: Sequence[int] = (),
    **look: Unpack[Look],
) -> Picture:
    """The loss over a plane, and the ways of the plane's runs projected on it.

    Args:
        landscape: the plane and the ways.
        losses: the loss at all pairs of coordinates x (m,) and y (k,) of the plane: (k, m); or such
            an array, whose cells tile it.
        epoch: where each run is; what follows is faint. Its end if left out.
        until: the epoch at which the ways end; their ends if left out.
        colors: the colour index of each way; its place if left out.
    """
    overlays: list[Path | Mark] = []
    for place, whole in enumerate(landscape.paths):
        way = whole if until is None else whole[: until + 1]
        color = colors[place] if colors else place
        overlays.append(Path(way[:, 0], way[:, 1], color, at=epoch))
        overlays.append(Mark(float(way[0, 0]), float(way[0, 1]), START, color))
    return plane_picture(
        losses,
        x_limits=landscape.x_limits, y_limits=landscape.y_limits,
        width=width, height=height, ramp="surface", overlays=overlays, scale="loss", **look,
    )  # fmt: skip


def drawings(slices: Sequence[Slice], width: int, look: Look) -> Iterator[Line | Picture]:
    """What `--plot` shows: each slice, with the paths on it."""
    panels = []
    for place, one in enumerate(slices):
        draw = partial(
            landscape_picture, one.landscape,
            partial(one.landscape.plane.losses, one.histories[0]), epoch=one.epoch,
            colors=range(place, place + len(one.labels)), **look,
        )  # fmt: skip
        title = one.labels[0] if len(one.labels) == 1 else f"the loss around {one.labels[0]}"
        panels.append(Panel(title, draw, place))
    if len(slices[0].labels) > 1:
        yield legend(slices[0].labels, width=width, **look)
    columns = max(1, min(len(panels), width // PANEL_WIDTH))
    yield abreast(panels, width, PANEL_HEIGHT * -(-len(panels) // columns), **look)
