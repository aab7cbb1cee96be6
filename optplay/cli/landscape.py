"""`optplay landscape`: trains, and reports slices of the loss on stdout."""

from functools import partial
from typing import TYPE_CHECKING

import click
import msgspec

from optplay.cli.running import announce_compiling, progress_bar
from optplay.experiments import Preset, number, run_preset
from optplay.experiments.landscape_report import Slice, landscape_json, slices

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = ["Through", ">Epoch", ">Loss there", ">First\ndirection", ">Second", ">Both"]
PANEL_WIDTH, PANEL_HEIGHT = 50, 22


def slice_and_report(
    preset: Preset, epoch: int | None, *, shared: bool, plot: bool, as_json: bool
) -> None:
    """Runs a preset with its first seed and prints slices; see `optplay landscape --help`.

    Raises:
        InputError: no such epoch, or runs that can't share a plane.
    """
    announce_compiling()
    preset = msgspec.structs.replace(preset, seeds=preset.seeds[:1])
    with progress_bar("training", preset.steps) as progress:
        results = run_preset(preset, progress=progress)
    found = slices(results, epoch, shared=shared)
    if as_json:
        click.echo(landscape_json(results, found))
    else:
        _print(preset, found, plot=plot)


def _print(preset: Preset, found: list[Slice], *, plot: bool) -> None:
    from rich.text import Text  # noqa: PLC0415 - rich is not needed for --json

    from optplay.cli import tables  # noqa: PLC0415

    out = tables.console()
    out.print(Text(preset.title, style="bold"))
    out.print("Slices of the loss, and how much of the path's variance lies in their directions")
    rows = []
    for one in found:
        first, second = one.landscape.plane.explained.tolist()
        parts = [number(part, percent=True) for part in (first, second, first + second)]
        rows.append([one.labels[0], str(one.epoch), number(one.loss), *parts])
    tables.print_rows(out, [(HEADINGS, rows, f"seed {preset.seeds[0]}")])
    if plot:
        _print_slices(out, found)


def _print_slices(out: "Console", found: list[Slice]) -> None:
    from optplay.plots import Panel, abreast, legend  # noqa: PLC0415 - nor plotext without --plot
    from optplay.scenes import Look  # noqa: PLC0415
    from optplay.scenes.landscape import landscape_scene  # noqa: PLC0415

    look = Look(color=out.color_system is not None, dark=True)
    panels = []
    for place, one in enumerate(found):
        draw = partial(
            landscape_scene, one.landscape,
            partial(one.landscape.plane.losses, one.histories[0]), epoch=one.epoch,
            colors=range(place, place + len(one.labels)), **look,
        )  # fmt: skip
        title = one.labels[0] if len(one.labels) == 1 else f"the loss around {one.labels[0]}"
        panels.append(Panel(title, draw, place))
    if len(found[0].labels) > 1:
        out.file.write(legend(found[0].labels, width=out.width, **look) + "\n")
    columns = max(1, min(len(panels), out.width // PANEL_WIDTH))
    height = PANEL_HEIGHT * -(-len(panels) // columns)
    out.file.write(abreast(panels, out.width, height, **look).text() + "\n")
