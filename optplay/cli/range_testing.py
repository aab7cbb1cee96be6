"""`optplay range-test`: ramps the rate, with progress on stderr, and reports on stdout."""

import click
import msgspec

from optplay.cli.running import announce_compiling, progress_bar
from optplay.errors import InputError, inside
from optplay.experiments import Preset
from optplay.experiments.range_test import ramped, range_test
from optplay.experiments.report import strict_json
from optplay.experiments.sweep_report import range_document
from optplay.training import RunConfig, refuse_too_large, train_many


def ramp_and_report(
    preset: Preset, *, to: float, plot: bool = False, as_json: bool = False
) -> None:
    """Makes a range test of each run and seed, and prints what it tells.

    Raises:
        InputError: the rate is out of range, or it is more than this machine can hold or finish.
    """
    try:
        configs = {run.label: ramped(run.config, to) for run in preset.runs}
    except InputError as error:
        raise inside("--to", error) from None
    refuse_too_large(list(configs.values()), len(preset.seeds))
    jobs: list[tuple[str, RunConfig]] = [
        (label, msgspec.structs.replace(config, seed=seed))
        for label, config in configs.items()
        for seed in preset.seeds
    ]
    announce_compiling()
    with progress_bar("testing", sum(config.steps for _, config in jobs)) as progress:
        histories = train_many([config for _, config in jobs], progress=progress)
    found = [range_test(history) for history in histories]
    tests = {
        label: [test for (name, _), test in zip(jobs, found, strict=True) if name == label]
        for label in configs
    }
    if as_json:
        click.echo(strict_json(range_document(preset, tests, to)))
        return
    from optplay.cli import sweep_tables, tables  # noqa: PLC0415 - rich is not needed for --json

    out = tables.console()
    sweep_tables.print_range_tests(out, preset, tests, to)
    if plot:
        from optplay.cli.sweep_charts import print_range  # noqa: PLC0415 - nor plotext without

        print_range(out, tests)
