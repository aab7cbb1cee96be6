"""`optplay curvature`: trains, computes Hessians on all cores, and reports on stdout."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optplay.cli.running import announce_compiling, make_folder, progress_bar, told
from optplay.experiments import Preset, Results, Side, number, run_preset, spread
from optplay.experiments.curvature_report import (
    curvature_epochs,
    curvature_json,
    curvature_summary,
    measure_curvature,
    write_curvature,
)

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = {
    "start": ">Sharpness\nat start",
    "end": ">At end",
    "max": ">Largest",
    "preconditioned": ">Precond.\nat end",
    "threshold": ">Threshold\nat end",
    "stability_ratio": ">Ratio, last\nthird",
}
HEIGHT, TWO_ABREAST = 17, 110


def curve_and_report(preset: Preset, *, plot: bool, as_json: bool, folder: str | None) -> None:
    """Runs a preset and prints how sharp its losses are; see `optplay curvature --help`.

    Raises:
        InputError: the preset or a network is more than this machine can handle.
        OSError: the CSV file can't be written.
    """
    if folder is not None:
        make_folder(folder)
    announce_compiling()
    with progress_bar("training", preset.steps) as progress:
        results = run_preset(preset, progress=progress)
    with progress_bar("curvature", curvature_epochs(results)) as progress:
        measure_curvature(results, progress=progress)
    if folder is not None:
        told(write_curvature(results, Path(folder)))
    if as_json:
        click.echo(curvature_json(results))
    else:
        _print(results, plot=plot)


def _print(results: Results, *, plot: bool) -> None:
    from rich.text import Text  # noqa: PLC0415 - rich is not needed for --json

    from optplay.cli import tables  # noqa: PLC0415

    out, preset = tables.console(), results.preset
    out.print(Text(preset.title, style="bold"))
    out.print("Sharpness: the top eigenvalue of the Hessian of the mean loss")
    found = {label: curvature_summary(results, label) for label in results.runs}

    def rows(between: str) -> tables.Rows:
        cells = [
            [label, *(_cell(sides[name], between) for name in HEADINGS)]
            for label, sides in found.items()
        ]
        what = "median (quartiles)" if between else "median"
        seeds = len(preset.seeds)
        note = f"{what} of {seeds} seeds" if seeds > 1 else f"seed {preset.seeds[0]}"
        return ["Run", *HEADINGS.values()], cells, note

    tables.print_rows(out, (rows(between) for between in (" ", "\n", "")))
    if plot:
        _print_charts(out, results)


def _cell(side: Side, between: str) -> str:
    if between:
        return spread(side, infinite="∞", between=between)
    return number(side.median, infinite="∞")


def _print_charts(out: "Console", results: Results) -> None:
    from optplay.analysis.curvature import sharpness  # noqa: PLC0415 - nor plotext without --plot
    from optplay.plots import Panel, abreast, legend  # noqa: PLC0415
    from optplay.scenes import Look  # noqa: PLC0415
    from optplay.scenes.curvature import sharpness_scene, stability_scene  # noqa: PLC0415

    look = Look(color=out.color_system is not None, dark=True)
    firsts = [sharpness(histories[0]) for histories in results.runs.values()]
    scenes = {
        "Sharpness (log)": sharpness_scene,
        "Part of the optimizer's threshold (log)": stability_scene,
    }
    panels = [Panel(title, partial(scene, firsts, **look)) for title, scene in scenes.items()]
    height = HEIGHT if out.width >= TWO_ABREAST else HEIGHT * len(panels)
    out.print(f"\nBy epoch, seed {results.preset.seeds[0]}")
    out.file.write(legend(list(results.runs), width=out.width, **look) + "\n")
    out.file.write(abreast(panels, out.width, height, **look).text() + "\n")
