"""`optplay sweep`."""

from typing import TYPE_CHECKING

import click

from optplay.cli.options import json_option, one_of, plot_option, preset_options

if TYPE_CHECKING:
    from optplay.experiments import Preset

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

\b
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""


@click.command("sweep", epilog=EXAMPLES)
@preset_options
@click.option("--lr", metavar="LOW:HIGH:N", help=LR_HELP)
@click.option("--over", multiple=True, metavar="KEY=LOW:HIGH:N", help=OVER_HELP)
@click.option("--optimizers", metavar="A,B", help="These at their defaults, in place of the runs.")
@click.option("--metric", default="final_loss", metavar="NAME", help=METRIC_HELP)
@click.option(
    "--confirm", is_flag=True, help="Measure each run's best value again, on as many fresh seeds."
)
@plot_option("Draw the metric against the knob, or a map of two knobs.")
@json_option
@click.option("--csv", "folder", metavar="DIR", help="Write sweep.csv and best.csv.")
def command(
    preset: "Preset",
    lr: str | None,
    over: tuple[str, ...],
    optimizers: str | None,
    metric: str,
    confirm: bool,
    plot: bool,
    as_json: bool,
    folder: str | None,
) -> None:
    """Compare runs fairly, each at its own best learning rate.

    Trains every run at every value, tells which is best, and how wide the good range around it is.
    """
    one_of(json=as_json, plot=plot)
    from optplay.cli.sweeping import sweep_and_report  # noqa: PLC0415 - --help is to be instant

    axes = [f"lr={lr}"] if lr is not None else []
    sweep_and_report(
        preset,
        axes=[*axes, *over] or ["lr=1e-5:1:25"],
        optimizers=None if optimizers is None else optimizers.split(","),
        metric=metric,
        confirm=confirm,
        plot=plot,
        as_json=as_json,
        folder=folder,
    )
