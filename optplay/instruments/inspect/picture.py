"""One update taken apart: the pipeline's numbers of one parameter beside the rule's formula."""

from collections.abc import Sequence
from typing import Unpack

import numpy as np

from optplay.counting import counted
from optplay.experiments import number, plain, precise
from optplay.instruments.inspect.measure import Dissection
from optplay.instruments.inspect.rows import rows
from optplay.plots import Picture, run_color, text_picture
from optplay.plots.look import Look
from optplay.plots.palette import Ink, frame_color
from optplay.plots.picture import Row as Cells
from optplay.plots.text import shortened, text_cells

PART, NUMBER = 9, 13
# Most and least cells of a formula: beyond, numbers would be far from it; below, they give way.
FORMULA = 60
LEAST_FORMULA = 20
BARS = "▁▂▃▄▅▆▇█"
DECADES = 6
WIDEST_BAR = 3
PARTS_TO_GIVE_UP = 6
# Parts of the pipeline that do not add to the weights what the rule does.
NOT_MOVING = ("gradient", "clipping", "L2", "decay")


def inspect_picture(
    found: Dissection, parameter: int, color_index: int, width: int, height: int,
    **look: Unpack[Look],
) -> Picture:  # fmt: skip
    """The update's figures, the parts of the pipeline in order, and how far all parameters moved.

    Where there is less height, gaps, what is off, hyperparameters and the bars give way in turn;
    where there is less width, the names of the parts, then the numbers before the update.

    Args:
        found: the update. parameter: the index of the one whose numbers are shown.
        color_index: whose run's colour marks what changes.
    """
    quiet = frame_color(look["dark"]) if look["color"] else None
    strong = run_color(color_index, look["dark"]) if look["color"] else None
    where, others, loss = _heads(found, parameter, width)
    bars = _bars(found, parameter, width, quiet, strong)
    lines: list[Cells] = []
    for given_up in range(PARTS_TO_GIVE_UP + 1):
        kept = (part >= given_up for part in range(PARTS_TO_GIVE_UP))
        whole, airy, off, known, barred, titled = kept
        table = _table(found, parameter, width, quiet, strong, whole=whole, off=off, titled=titled)
        gap: list[Cells] = [()] if airy else []
        lines = [*where, *(others if known else []), loss, *gap, *table]
        lines += [*gap, *bars] if barred else []
        if len(lines) <= height:
            break
    return text_picture(lines, width, height)


def _fitting(parts: Sequence[str], width: int) -> Cells:
    """The parts of a line one after the other; from the end, those without room are left out."""
    text = parts[0]
    for part in parts[1:]:
        if text_cells(text + part) > width:
            break
        text += part
    return ((shortened(text, max(width, 0)), None),)


def _heads(found: Dissection, parameter: int, width: int) -> tuple[list[Cells], list[Cells], Cells]:
    """Of which parameter and update the numbers are; the hyperparameters; the loss before."""
    config, update = found.config, found.update
    names, count = config.problem.parameter_names, update.samples.size
    parts = [names[parameter], f" ({parameter + 1:,} of {len(names):,})"]
    parts += [", moves most"] * (parameter == found.largest)
    when = [f"update {found.step:,} of {config.steps:,}"]
    if not config.on_surface:
        batch = f"sample {update.samples[0]}" if count == 1 else counted(count, "sample")
        when += [f", epoch {found.epoch:,}", f", {batch}"]
    others = [f", {k} {plain(v)}" for k, v in config.hyperparameters.items() if k != "lr"]
    lr = [f"lr {precise(update.lr)}", f", t {update.t:,}", *others]
    loss = f"{'f' if config.on_surface else 'loss'} before it {precise(update.loss)}"
    return (
        [_fitting(parts, width), _fitting(when, width)], [_fitting(lr, width)],
        _fitting([loss, f", ‖g‖ {precise(update.norm)}"], width),
    )  # fmt: skip


def _table(
    found: Dissection, parameter: int, width: int, quiet: Ink, strong: Ink,
    *, whole: bool, off: bool, titled: bool,
) -> list[Cells]:  # fmt: skip
    """A line per number; `whole` formulas take as many as they need."""
    shown = rows(found, parameter)
    moving = {row.part for row in shown}.difference(NOT_MOVING)
    part_width = max(PART, *(text_cells(row.part) + 1 for row in shown))
    for parted, numbers in ((True, 2), (False, 2), (False, 1)):
        room = min(width - part_width * parted - NUMBER * numbers, FORMULA)
        if room >= LEAST_FORMULA:
            break

    def line(part: str, formula: str, before: str, value: str, ink: Ink, last: Ink) -> Cells:
        label = part.ljust(part_width) if parted else ""
        old = before.rjust(NUMBER) if numbers == 2 else ""
        gap = " " * (room - text_cells(formula))
        return (label, ink), (formula + gap, ink), (old, ink), (value.rjust(NUMBER), last)

    lines = [line("part", "formula", "before", "value", quiet, quiet)] if titled else []
    above = ""
    for row in shown:
        is_off, part = row.formula == "off", row.part if row.part != above else ""
        above = row.part
        if is_off and not off:
            continue
        text = row.formula or row.name
        if is_off and not parted:
            text = f"{part}: off"
        before = "" if row.before is None else precise(row.before)
        value = "" if is_off else row.form or precise(row.value)
        # Only the longest numbers come near enough to touch it.
        free = max(room - (len(before if numbers == 2 else value) >= NUMBER), 0)
        first, *rest = _wrapped(text, free) if whole else [shortened(text, free)]
        ink = quiet if is_off else None
        lines.append(line(part, first, before, value, ink, strong if row.part in moving else ink))
        lines += [line("", f"  {more}", "", "", ink, ink) for more in rest]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines, all but the first two cells shorter; broken at blanks if there are any."""
    lines: list[str] = []
    while True:
        room = width - 2 * bool(lines)
        fits = [end for end in range(len(text) + 1) if text_cells(text[:end]) <= room]
        end = max(fits, default=0)
        if end == len(text) or end == 0:
            return [*lines, text[:end]]
        cut = text.rfind(" ", 1, end + 1)
        cut = end if cut < 0 else cut
        lines.append(text[:cut])
        text = text[cut:].lstrip()


def _bars(found: Dissection, parameter: int, width: int, quiet: Ink, strong: Ink) -> list[Cells]:
    """A bar for each parameter, or for the largest of several; a line above, and one below."""
    sizes = np.abs(found.update.delta)
    sizes[~np.isfinite(sizes)] = np.inf
    each = -(-sizes.size // max(width, 1))
    wide = min(max(width // sizes.size, 1), WIDEST_BAR)
    tops = np.concatenate([sizes, np.zeros(-sizes.size % each)]).reshape(-1, each).max(axis=1)
    most = float(tops[np.isfinite(tops)].max(initial=0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 + np.log10(tops / most) / DECADES
    share = np.nan_to_num(share, nan=-1.0, posinf=1.0, neginf=-1.0)
    levels = np.clip(share * len(BARS), -1, len(BARS) - 1)
    text = "".join((BARS[int(level)] if level >= 0 else " ") * wide for level in levels)
    scale = f", {BARS[-1]} {number(most)} to {BARS[0]} {number(most / 10**DECADES)}"
    above = [f"|Δ| of all {sizes.size:,}", scale if most else ": none moves"]
    above += [f", a bar for {each}"] * (each > 1)
    place, name = parameter // each * wide, found.config.problem.parameter_names[parameter]
    below = " " * place + f"▲ {name}"
    if text_cells(below) > width:
        below = f"{name} ▲".rjust(place + 1) if text_cells(name) < place else " " * place + "▲"
    return [((_fitting(above, width)[0][0], quiet),), ((text, strong),), ((below, None),)]
