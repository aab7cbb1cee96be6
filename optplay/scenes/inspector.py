"""One update taken apart: the pipeline's numbers of one parameter beside the rule's formula."""

from typing import Unpack

import numpy as np

from optplay.analysis.inspect import Dissection, Row, rows
from optplay.experiments import plain, precise
from optplay.plots import Picture, run_color, text_picture
from optplay.plots.palette import Ink, frame_color
from optplay.plots.picture import Row as Cells
from optplay.plots.text import shortened, text_cells
from optplay.scenes.look import Look

PART, NAME, NUMBER = 9, 6, 13
# Below it there is no room for the formulas.
LEAST_FORMULA = 12
BARS = "▁▂▃▄▅▆▇█"
DECADES = 6


def inspector_scene(
    found: Dissection, parameter: int, color_index: int, width: int, height: int,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """The update's figures, the parts of the pipeline in order, and how far all parameters moved.

    Args:
        found: the update. parameter: the index of the one whose numbers are shown.
        color_index: whose run's colour marks what changes.
    """
    quiet = frame_color(look["dark"]) if look["color"] else None
    strong = run_color(color_index, look["dark"]) if look["color"] else None
    lines: list[Cells] = [((text, None),) for text in _heads(found, parameter, width)]
    lines += [(), _line("part", "", "formula", "before", "value", width, quiet, quiet)]
    above = ""
    for row in rows(found, parameter):
        off = row.value is None
        before = "" if row.before is None else precise(row.before)
        value = "" if off else precise(row.value)
        ink = quiet if off else None
        number = strong if row.part in ("rule", "weight") and not off else ink
        part = "" if row.part == above else row.part
        lines.append(_line(part, _name(row), row.formula, before, value, width, ink, number))
        above = row.part
    lines += [(), (("|Δ| of all parameters, six decades; ▲ is this one", quiet),)]
    bars, place = _bars(found, parameter, width)
    lines.append(((bars, strong),))
    lines.append(((" " * place + "▲", None),))
    return text_picture(lines, width, height)


def _heads(found: Dissection, parameter: int, width: int) -> list[str]:
    """What the update is of; each line as long as there is room for."""
    config, update = found.config, found.update
    names = config.problem.parameter_names
    largest = ", which moves most" * (parameter == found.largest)
    count = update.samples.size
    batch = f"sample {update.samples[0]}" if count == 1 else f"{count} samples"
    knobs = [f"{k} {plain(v)}" for k, v in config.hyperparameters.items() if k != "lr"]
    return [
        f"{names[parameter]}{largest} ({parameter + 1} of {len(names)})",
        f"update {found.step:,} of {config.steps:,}, in epoch {found.epoch:,}, on {batch}",
        ", ".join([f"lr {precise(update.lr)}", f"t {update.t:,}", *knobs]),
        f"loss of the batch before it {precise(update.loss)}, ‖g‖ {precise(update.norm)}",
    ]


def _name(row: Row) -> str:
    # The formula says it already.
    return "" if row.formula.startswith(row.name) else row.name


def _line(
    part: str, name: str, formula: str, before: str, value: str, width: int,
    ink: Ink, number: Ink,
) -> Cells:  # fmt: skip
    """Part, formula, the number before and the number after; what finds no room is left out."""
    room = width - PART - 2 * NUMBER
    text = f"{name}: {formula}" if name and formula and formula != "off" else formula or name
    if room < LEAST_FORMULA:
        room = width - PART - NUMBER
        before = ""
    if room < LEAST_FORMULA:
        text = name or formula.split(" ", maxsplit=1)[0]
    text = shortened(text, max(room - 1, 0))
    text += " " * (room - text_cells(text))
    numbers = before.rjust(NUMBER) if room == width - PART - 2 * NUMBER else ""
    return (
        (part.ljust(PART), ink), (text, ink), (numbers, ink),
        (value.rjust(NUMBER), number),
    )  # fmt: skip


def _bars(found: Dissection, parameter: int, width: int) -> tuple[str, int]:
    """A bar for each parameter, or for the largest of several, and the place of the one shown."""
    sizes = np.abs(found.update.delta)
    sizes[~np.isfinite(sizes)] = np.inf
    each = -(-sizes.size // max(width, 1))
    padded = np.concatenate([sizes, np.zeros(-sizes.size % each)])
    tops = padded.reshape(-1, each).max(axis=1)
    most = float(tops[np.isfinite(tops)].max(initial=0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 + np.log10(tops / most) / DECADES
    levels = np.clip(np.nan_to_num(share, nan=1.0, neginf=-1.0) * len(BARS), -1, len(BARS) - 1)
    text = "".join(BARS[int(level)] if level >= 0 else " " for level in levels)
    return text, parameter // each
