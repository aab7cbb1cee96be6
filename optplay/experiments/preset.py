"""Presets: a question, the runs that answer it, and claims."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from optplay.errors import InputError, inside, show, unknown, within
from optplay.experiments.claims import Claim
from optplay.experiments.folders import MINE, Group
from optplay.experiments.metrics import METRICS
from optplay.optim import OPTIMIZERS
from optplay.optim.hyperparameters import BIAS_CORRECTION
from optplay.records import Prose, Record
from optplay.training import RECORDED, RunConfig

MOST_SEEDS, MOST_RUNS = 10_000, 1000
# A second or two for the app to lay out.
MOST_LETTERS = 20_000
# Runs of a chain are trained one after the other, and each copies what came before.
MOST_FORKS = 100
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Try(Record, frozen=True, kw_only=True):
    """Something to try next: changes of the preset as it is, or another preset to open."""

    text: Annotated[str, Meta(min_length=1, max_length=500, description="what to try, in words")]
    set: Annotated[
        tuple[str, ...], Meta(description="changes, as --set takes them: LABEL.key=value")
    ] = ()
    epochs: Annotated[int, Meta(ge=1, description="in place of those of the preset")] | None = None
    preset: Annotated[str, Meta(description="a preset to open instead, by its name")] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.preset) == bool(self.set or self.epochs):
            found = "both" if self.preset else "neither"
            raise InputError(f"preset: found {found}, allowed: either preset, or set and epochs")


class Fork(Record, frozen=True, kw_only=True):
    """Where a run leaves another one, to go on from there with its own configuration."""

    run: Annotated[str, Meta(description="the run that this one goes on from")]
    epoch: Annotated[
        int, Meta(ge=1, le=10_000_000, description="the epoch after which it leaves that run")
    ]


class Run(Record, frozen=True, kw_only=True):
    """One run of a preset: its label, its configuration for seed 0, and where it forks."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]
    config: RunConfig
    fork: Fork | None = None

    @property
    def forked_at(self) -> int:
        """How many of its epochs it takes over from another run."""
        return self.fork.epoch if self.fork else 0


class Preset(Record, frozen=True, kw_only=True):
    """A question, the runs that answer it, and what is claimed of them.

    Raises:
        InputError: on construction, also where one part doesn't fit another, such as a claim on a
            run that isn't there.
    """

    name: str
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    group: Group = MINE
    question: Annotated[Prose, Meta(max_length=1000)] = ""
    lesson: Annotated[Prose, Meta(max_length=MOST_LETTERS)] = ""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=MOST_SEEDS)] = (0,)
    charts: tuple[str, ...] = ("loss", "accuracy")
    at_steps: Annotated[tuple[Annotated[int, Meta(ge=1, le=10**12)], ...], Meta(max_length=20)] = ()
    runs: Annotated[tuple[Run, ...], Meta(min_length=1, max_length=MOST_RUNS)]
    claims: tuple[Claim, ...] = ()
    gone: tuple[str, ...] = ()
    tries: tuple[Try, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.seeds)) < len(self.seeds):
            raise InputError(f"seeds: found {show(list(self.seeds))}, allowed: each seed once")
        for chart in self.charts:
            if chart not in RECORDED:
                raise inside("charts", InputError(unknown("chart", chart, RECORDED)))
        for label, count in Counter(run.label for run in self.runs).items():
            if count > 1:
                raise InputError(f"runs: found the label {label!r} twice, allowed: once")
        runs = {run.label: run for run in self.runs}
        for number, run in enumerate(self.runs, 1):
            with within(f"runs[{number}] ({run.label[:40]})"):
                self._check_run(run, runs)
        for number, claim in enumerate(self.claims, 1):
            with within(f"claims[{number}]"):
                _check_claim(claim, runs, self.gone)

    def _check_run(self, run: Run, runs: Mapping[str, Run]) -> None:
        epochs = self.runs[0].config.epochs
        if run.config.epochs != epochs:
            raise InputError(f"epochs: found {run.config.epochs}, allowed: {epochs}, as all runs")
        if run.config.seed:
            raise InputError(f"seed: found {run.config.seed}, allowed: 0; a preset has `seeds`")
        if run.config.on_surface != self.on_surface:
            raise InputError(
                f"problem: found {run.config.problem.form} beside "
                f"{self.runs[0].config.problem.form}, allowed: networks only, or surfaces only"
            )
        with within("fork"):
            _check_fork(run, runs)

    @property
    def on_surface(self) -> bool:
        """Whether its runs go down on surfaces, where an epoch is a step; else on networks."""
        return self.runs[0].config.on_surface

    @property
    def unit(self) -> str:
        """What a person calls an epoch of its runs."""
        return "step" if self.on_surface else "epoch"

    @property
    def steps(self) -> int:
        """All the updates that running it takes; a fork makes only those after its epoch."""
        return len(self.seeds) * sum(
            run.config.steps - run.forked_at * run.config.problem.steps_per_epoch
            for run in self.runs
        )


def _check_fork(run: Run, runs: Mapping[str, Run]) -> None:
    if run.fork is None:
        return
    way = [run.label]
    while fork := runs[way[-1]].fork:
        if fork.run not in runs:
            # If it is another run's fork that leads nowhere, that run says so.
            if len(way) > 1:
                return
            others = [label for label in runs if label != run.label]
            raise inside("run", InputError(unknown("run", fork.run, others)))
        if fork.run in way:
            circle = " → ".join([*way, fork.run])
            raise InputError(f"run: found {circle}, allowed: no circle")
        way.append(fork.run)
        if len(way) > MOST_FORKS + 1:
            raise InputError(f"found more than {MOST_FORKS} forks in a row, allowed: so many")
    parent, epochs = runs[run.fork.run].config, run.config.epochs
    if run.fork.epoch > epochs:
        raise InputError(f"epoch: found {run.fork.epoch}, allowed: 1 to {epochs}")
    if parent.problem.sizes != run.config.problem.sizes:
        raise InputError(
            f"found {parent.problem.form} in {run.fork.run}, "
            f"allowed: {run.config.problem.form}, as in this run"
        )


def with_runs(
    preset: Preset, runs: Iterable[Run], claims: tuple[Claim, ...] | None = None
) -> Preset:
    """The preset with other runs, perhaps with other claims; those on runs not there are void.

    Raises:
        InputError: the result would not be valid.
    """
    runs, claims = tuple(runs), preset.claims if claims is None else claims
    gone = missing(claims, runs)
    return msgspec.structs.replace(preset, runs=runs, claims=claims, gone=gone)


def missing(claims: Iterable[Claim], runs: Iterable[Run]) -> tuple[str, ...]:
    """The labels that claims are about and no run has."""
    there = {run.label for run in runs}
    ends = [end for c in claims for end in (c.left, c.right) if isinstance(end, str)]
    return tuple(dict.fromkeys(end for end in ends if end not in there))


def _check_claim(claim: Claim, runs: Mapping[str, Run], gone: Sequence[str]) -> None:
    for name, end in (("left", claim.left), ("right", claim.right)):
        if not isinstance(end, str) or (end in gone and end not in runs):
            continue
        if end not in runs:
            raise inside(name, InputError(unknown("run", end, runs)))
        config = runs[end].config
        if not claim.kind.fits(config.problem):
            fitting = [m.name for m in METRICS.values() if m.fits(config.problem)]
            raise InputError(
                f"metric: found {claim.metric}, which is for {claim.kind.on}s, and {end} is on "
                f"{config.problem.form}; allowed: {', '.join(fitting)}"
            )
        if "test" in claim.metric and not config.problem.test_count:
            raise InputError(
                f"metric: found {claim.metric}, but {end} holds out no samples (test_fraction)"
            )
        switch = BIAS_CORRECTION.name
        if claim.metric == "uncorrected_ratio" and switch not in config.hyperparameters:
            able = [o.name for o in OPTIMIZERS.values() if o.has(switch)]
            raise InputError(
                f"metric: found {claim.metric}, but {config.optimizer} of {end} has no "
                f"{switch}; allowed: {', '.join(able)}"
            )
        if claim.kind.needs == "a step" and (claim.at or 0) > (last := config.steps):
            raise InputError(f"at: found {claim.at:g}, but {end} ends with step {last}")
