"""Effective rates of a preset's runs: at chosen steps, and how they spread over time."""

from optplay.errors import InputError, show
from optplay.experiments.experiment import Results
from optplay.experiments.preset import Preset
from optplay.experiments.steps import Quantiles, last_steps, over_time

# Those of exercise 3.
USUAL_STEPS = (10, 50, 200)


def parse_steps(preset: Preset, asked: str | None) -> list[int]:
    """The steps to look at: those asked for, as `10,50,200`; else the preset's, or 10, 50 and 200.

    Raises:
        InputError: not whole numbers between commas, or one beyond the end of every run.
    """
    most = max(run.config.steps for run in preset.runs)
    if asked is None:
        usual = preset.at_steps or USUAL_STEPS
        return [step for step in usual if step <= most] or [most]
    found = [part.strip() for part in asked.split(",")]
    if not all(part.isascii() and part.isdigit() for part in found):
        raise InputError(f"--steps: found {show(asked)}, allowed: numbers, as in 10,50,200")
    for part in found:
        if not 1 <= int(part[:20]) <= most:
            raise InputError(f"--steps: found {show(int(part[:20]))}, allowed: 1 to {most}")
    return list(dict.fromkeys(map(int, found)))


def check_rates(preset: Preset) -> None:
    """Refuses a preset in which no run has a rate for each parameter.

    Raises:
        InputError: so it is.
    """
    rules = {run.config.rule.title: run.config.rule.no_rates for run in preset.runs}
    if all(rules.values()):
        told = "; ".join(f"{title} has no rate for each parameter: {why}"
                         for title, why in rules.items())  # fmt: skip
        raise InputError(told)


def spread_over_time(results: Results, count: int = 60) -> dict[str, list[Quantiles]]:
    """For each run, by its label, the quantiles over all seeds at the ends of `count` epochs."""
    configs = {run.label: run.config for run in results.preset.runs}
    return {
        label: list(over_time(histories, last_steps(configs[label], count)))
        for label, histories in results.runs.items()
    }
