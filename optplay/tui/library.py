"""The Histories computed so far, by what each is made from."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from optplay.experiments import Preset
from optplay.experiments.forks import origin
from optplay.kept import Kept
from optplay.training import MOST_BYTES as MOST_OF_RUNS, History, RunConfig

# With what else is kept the app stays below 400 MB, of which it takes half before the first edit.
MOST_BYTES = 64_000_000
# Of weights and states: of the runs shown, and over all seeds, where something asks for them.
SHOWN_BYTES = 32_000_000
SEEDS_BYTES = 64_000_000


@dataclass(frozen=True)
class Plan:
    """All that decides a History: its config and, if it goes on from another run, from where."""

    config: RunConfig
    start: "tuple[Plan, int] | None" = None


def plans(preset: Preset, seed: int) -> dict[str, Plan]:
    runs = {run.label: run for run in preset.runs}
    made: dict[str, Plan] = {}

    def plan(label: str) -> Plan:
        if label not in made:
            fork = origin(preset, label)
            start = (plan(fork.run), fork.epoch) if fork else None
            made[label] = Plan(msgspec.structs.replace(runs[label].config, seed=seed), start)
        return made[label]

    return {label: plan(label) for label in runs}


def room(plans: Mapping[str, Plan]) -> int:
    """The bytes of weights and states that each of the runs shown may keep."""
    # There the way of a run is drawn, all of it in every frame.
    on_surface = any(plan.config.on_surface for plan in plans.values())
    return (MOST_OF_RUNS if on_surface else SHOWN_BYTES) // len(plans)


class Library:
    """The Histories computed so far, the least recently used ones dropped when they take much."""

    def __init__(self) -> None:
        self._kept = Kept[Plan, History](MOST_BYTES)

    def get(self, plan: Plan) -> History | None:
        return self._kept.get(plan)

    def keep(self, plan: Plan, history: History) -> None:
        self._kept.keep(plan, history, history.nbytes)
