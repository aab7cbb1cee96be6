"""`optplay sweep`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from optplay.cli.options import EXIT_CODES, preset_options
from optplay.cli.output import Output, output_options

if TYPE_CHECKING:
    from optplay.experiments import Preset
    from optplay.instruments.sweep.measure import Sweep, SweepResults

LR_HELP = "N learning rates from LOW to HIGH; without this and --over, 1e-5:1:25."
OVER_HELP = (
    "Turn any knob, as warmup=0:0.5:6, clip.norm=0.01:10:13, problem.noise=0:0.5:6 or "
    "lambda=1e-4:1:9 (of l2 where a run has it on, else of weight_decay). Twice, or with --lr, for "
    "two knobs at once."
)
METRIC_HELP = (
    "What the best is chosen by: final_loss (if left out), final_accuracy, epochs_to_accuracy "
    "(90 %) or final_test_loss."
)
EXAMPLES = """\b
Examples:
  optplay sweep compare --plot
  optplay sweep compare --optimizers sgd,adam,lion --seeds 20 --confirm
  optplay sweep decay-l2-or-decoupled --lr 1e-4:1:13 --over lambda=1e-4:1:9 --plot
  optplay sweep my.toml --over warmup=0:0.5:6 --json > sweep.json
"""


@click.command("sweep", epilog=EXAMPLES + EXIT_CODES)
@preset_options
@click.option("--lr", metavar="LOW:HIGH:N", help=LR_HELP)
@click.option("--over", multiple=True, metavar="KEY=LOW:HIGH:N", help=OVER_HELP)
@click.option("--optimizers", metavar="A,B", help="These at their defaults, in place of the runs.")
@click.option("--metric", default="final_loss", metavar="NAME", help=METRIC_HELP)
@click.option(
    "--confirm", is_flag=True, help="Measure each run's best value again, on as many fresh seeds."
)
@click.option(
    "--equal-evaluations",
    is_flag=True,
    help="Give each run so many epochs that all take as many gradients as the cheapest one.",
)
@output_options(
    plot="Draw the metric against the knob, or a map of two knobs.",
    csv=("sweep.csv", "best.csv"),
)
def command(
    preset: "Preset",
    lr: str | None,
    over: tuple[str, ...],
    optimizers: str | None,
    metric: str,
    confirm: bool,
    equal_evaluations: bool,
    out: Output,
) -> None:
    """Compare runs fairly, each at its own best learning rate.

    Trains every run at every value, tells which is best, and how wide the good range around it is.
    """
    from optplay.instruments.sweep.best import confirmation  # noqa: PLC0415 - --help is instant
    from optplay.instruments.sweep.measure import asked, check_metric  # noqa: PLC0415
    from optplay.instruments.sweep.picture import drawings  # noqa: PLC0415
    from optplay.instruments.sweep.report import SweepReport, sides_of  # noqa: PLC0415

    axes = [*([f"lr={lr}"] if lr is not None else []), *over] or ["lr=1e-5:1:25"]
    names = None if optimizers is None else optimizers.split(",")
    sweep = asked(preset, axes, names, equal_evaluations=equal_evaluations)
    check_metric(metric, sweep)
    results = _made("sweeping", sweep, out)
    again = confirmation(results, metric) if confirm else None
    confirmed = sides_of(_made("confirming", again, out), metric) if again else {}
    report = SweepReport(preset, results, metric, confirmed, again.seeds if again else ())
    out.tell(report, partial(drawings, results, metric))


def _made(what: str, sweep: "Sweep", out: Output) -> "SweepResults":
    from optplay.instruments.sweep.measure import stream_sweep  # noqa: PLC0415

    with out.progress(what, sweep.count) as progress:
        for results in stream_sweep(sweep):
            progress(results.made)
    return results
