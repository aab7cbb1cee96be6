"""A slice of the loss around a run's weights, with the ways of runs on it."""

from collections.abc import Sequence
from typing import Unpack

from numpy.typing import ArrayLike

from optplay.analysis.landscape import Landscape
from optplay.plots import Mark, Path, Picture, plane_picture
from optplay.scenes.look import Look
from optplay.scenes.remembered import Field

START = "○"


def landscape_scene(
    landscape: Landscape,
    losses: Field | ArrayLike,
    width: int,
    height: int,
    *,
    epoch: int | None = None,
    colors: Sequence[int] = (),
    **look: Unpack[Look],
) -> Picture:
    """The loss over a plane, and the ways of the plane's runs projected on it.

    Args:
        landscape: the plane and the ways.
        losses: the loss at all pairs of coordinates x (m,) and y (k,) of the plane: (k, m); or such
            an array, whose cells tile it.
        epoch: where each run is; what follows is faint. Its end if left out.
        colors: the colour index of each way; its place if left out.
    """
    overlays: list[Path | Mark] = []
    for place, way in enumerate(landscape.paths):
        color = colors[place] if colors else place
        overlays.append(Path(way[:, 0], way[:, 1], color, at=epoch))
        overlays.append(Mark(float(way[0, 0]), float(way[0, 1]), START, color))
    return plane_picture(
        losses,
        x_limits=landscape.x_limits, y_limits=landscape.y_limits,
        width=width, height=height, ramp="surface", overlays=overlays, **look,
    )  # fmt: skip
