"""The decision boundary: the network's output over the plane, with the samples on it."""

from collections.abc import Iterator
from functools import partial
from typing import Unpack

import numpy as np

from optplay.arrays import Floats
from optplay.experiments import Results
from optplay.experiments.tables import Line
from optplay.plots import Dots, Look, Panel, Picture, abreast, plane_picture
from optplay.problems import Problem
from optplay.problems.forward import scores

# Most data lie within ±2.
LEAST_REACH = 2.1
MARGIN = 1.05
# What lies around the plot: the axes.
AXIS_COLUMNS, AXIS_ROWS = 3, 2
PANEL_WIDTH, PANEL_HEIGHT = 38, 17
MOST_SAMPLES = 2000
# In less room the samples would hide the boundary.
ROOMY = (36, 14)
# Of label 0 and 1: those trained on, and those held out.
GLYPHS = {"train": "○●", "test": "◇◆"}


def boundary_picture(
    problem: Problem, weights: Floats, width: int, height: int, **look: Unpack[Look]
) -> Picture:
    """The score of label 1, in [0, 1], over the plane; a line where it is ½.

    The first 2,000 samples are shown, where there is room. One unit is as long upwards as across.

    Args:
        problem: whose network and samples.
        weights: (n,) its parameters.
    """
    samples = problem.draw()
    up = max(LEAST_REACH, MARGIN * float(np.abs(samples.inputs[:MOST_SAMPLES]).max()))
    # A cell is twice as high as wide.
    across = up * max(width - AXIS_COLUMNS, 1) / max(2 * (height - AXIS_ROWS), 1)
    # Where the picture is narrow, all samples still are to be seen.
    up, across = up * max(1.0, up / across), max(across, up)

    def field(x: Floats, y: Floats) -> Floats:
        points = np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1)
        found = scores(problem, weights, points.reshape(-1, 2))
        return found.reshape(y.size, x.size)

    dots = []
    roomy = width >= ROOMY[0] and height >= ROOMY[1]
    for part, glyphs in ((samples.train, GLYPHS["train"]), (samples.test, GLYPHS["test"])):
        rows = part[part < MOST_SAMPLES] if roomy else part[:0]
        for label, glyph in enumerate(glyphs):
            x, y = samples.inputs[rows[samples.labels[rows] == label]].T
            dots.append(Dots(x, y, glyph, label))
    return plane_picture(
        field, x_limits=(-across, across), y_limits=(-up, up), width=width, height=height,
        ramp="boundary", overlays=dots, x_title="x", **look,
    )  # fmt: skip


def of_run(results: Results, width: int, look: Look) -> Iterator[Line | Picture]:
    """What `optplay run --plot` shows of networks: where each ends, with the first seed."""
    if results.preset.on_surface:
        return
    panels = [
        Panel(label, partial(boundary_picture, last.config.network, last.final, **look), place)
        for place, (label, (last, *_)) in enumerate(results.runs.items())
    ]
    columns = max(1, min(len(panels), width // PANEL_WIDTH))
    seed = results.preset.seeds[0]
    yield Line(f"\nWhere the network answers 1, after the last epoch of seed {seed}", "dim")
    yield abreast(panels, width, PANEL_HEIGHT * -(-len(panels) // columns), **look)
