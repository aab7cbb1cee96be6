"""Running a preset: all its runs over all its seeds, then its claims."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from types import MappingProxyType

import msgspec

from optplay.experiments.claims import Side, Verdict, judge, side
from optplay.experiments.forks import compile_runs, origin, stream_runs
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Preset
from optplay.training import MOST_BYTES, History, RunConfig, refuse_too_large
from optplay.training.pool import Priority

OUTCOMES = ("trained", "collapsed", "diverged")
YIELD_SECONDS = 0.2
# A run's label and a seed.
Job = tuple[str, int]
NOTHING: Mapping[Job, History] = MappingProxyType({})


@dataclass(frozen=True)
class Results:
    """What a preset came to: for each run, by its label, a History per seed."""

    preset: Preset
    runs: dict[str, list[History]]
    verdicts: list[Verdict]

    def summary(self, label: str, metric: str, at: float = 0.0) -> Side:
        """Median and spread of a metric of a run over the seeds."""
        return side([METRICS[metric].measure(h, at) for h in self.runs[label]])

    def histories(self) -> dict[Job, History]:
        """All Histories, by the run's label and the seed."""
        return {
            (label, seed): history
            for label, histories in self.runs.items()
            for seed, history in zip(self.preset.seeds, histories, strict=True)
        }

    def outcomes(self, label: str) -> dict[str, int]:
        found = [h.outcome for h in self.runs[label]]
        return {outcome: found.count(outcome) for outcome in OUTCOMES}


def room(preset: Preset, most: int = MOST_BYTES, *, asked: bool = False) -> int:
    """The bytes of weights and states that each History of a preset may keep.

    Those between are made again, which takes as long as to train. So there is none but for what
    looks at them all over: the way on a surface, a claim that looks back, or an instrument.

    Args:
        most: the bytes that all of them together may keep.
        asked: whether an instrument asks for them.
    """
    asked = asked or preset.on_surface or any(METRICS[c.metric].looks_back for c in preset.claims)
    return most // (len(preset.runs) * len(preset.seeds)) if asked else 0


def run_preset(
    preset: Preset, *, weights: bool = False, progress: Callable[[int], None] = lambda steps: None
) -> Results:
    """Trains all runs of a preset on all cores and judges its claims.

    Args:
        preset: what to run.
        weights: whether the weights of all epochs will be looked at; see `room`.
        progress: called in this thread, every few milliseconds, with how many of `preset.steps`
            are done.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    histories: dict[Job, History] = {}
    done = 0
    for job, history, _ in _train(preset, room(preset, asked=weights)):
        done += _own_steps(history) - (_own_steps(histories[job]) if job in histories else 0)
        histories[job] = history
        progress(done)
    return _results(preset, histories)


def stream_preset(
    preset: Preset, *, known: Mapping[Job, History] = NOTHING,
    cancelled: Event | None = None, most: int = MOST_BYTES,
) -> Iterator[Results]:  # fmt: skip
    """As `run_preset`, but yields the Results of the seeds complete so far, as they come.

    The preset of each Results has exactly those seeds. Yields come at most five times a second;
    the last one is complete.

    Args:
        preset: what to run.
        known: Histories that need no training any more.
        cancelled: set it from anywhere to stop within about 20 ms, with no further yield.
        most: see `room`.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    done = dict(known)
    left, jobs = dict.fromkeys(preset.seeds, len(preset.runs)), len(preset.seeds) * len(preset.runs)
    for _, seed in known:
        left[seed] -= 1
    if len(done) == jobs:
        yield _results(preset, done)
        return
    due, new = perf_counter() + YIELD_SECONDS, False
    for job, history, last in _train(preset, room(preset, most), cancelled, known):
        if not last:
            continue
        done[job] = history
        left[job[1]] -= 1
        new = new or not left[job[1]]
        if len(done) == jobs or (new and perf_counter() >= due):
            began = perf_counter()
            seeds = tuple(seed for seed in preset.seeds if not left[seed])
            yield _results(msgspec.structs.replace(preset, seeds=seeds), done)
            # Claims on many seeds may take long to judge: training gets half of the time at least.
            now = perf_counter()
            due, new = now + max(YIELD_SECONDS, now - began), False


def _train(
    preset: Preset, most: int, cancelled: Event | None = None,
    known: Mapping[Job, History] = NOTHING,
) -> Iterator[tuple[Job, History, bool]]:  # fmt: skip
    """Trains all runs with all seeds, seed after seed; see `stream_runs` for what it yields."""
    configs = {run.label: run.config for run in preset.runs}
    refuse_too_large(list(configs.values()), len(preset.seeds), most=most)
    forks = {label: origin(preset, label) for label in configs}
    origins = {
        (label, seed): ((fork.run, seed), fork.epoch) if fork else None
        for seed in preset.seeds
        for label, fork in forks.items()
    }

    def config(job: Job) -> RunConfig:
        return msgspec.structs.replace(configs[job[0]], seed=job[1])

    # Here, where an interrupt ends it: it may take seconds.
    compile_runs(origins, config, known, most)
    yield from stream_runs(
        origins, config, known, priority=Priority.SEEDS, cancelled=cancelled, most=most
    )


def _own_steps(history: History) -> int:
    """The steps that were made for this run, not for the one that it goes on from."""
    taken_over = (history.forked_at or 0) * history.config.problem.steps_per_epoch
    return max(0, history.steps - taken_over)


def _results(preset: Preset, done: dict[Job, History]) -> Results:
    runs = {run.label: [done[run.label, seed] for seed in preset.seeds] for run in preset.runs}
    return Results(preset, runs, [judge(claim, runs) for claim in preset.claims])
