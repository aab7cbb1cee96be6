"""Running a preset: all its runs over all its seeds, then its claims."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from time import perf_counter

import msgspec

from optplay.experiments.claims import Side, Verdict, judge, side
from optplay.experiments.forks import by_depth, start_of, stream_from
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Preset
from optplay.training import History, refuse_too_large
from optplay.training.compilation import compiled_loop

OUTCOMES = ("trained", "collapsed", "diverged")
POLL_SECONDS = 0.01
PROGRESS_SECONDS = 0.1
YIELD_SECONDS = 0.2
# A run's label and a seed.
Job = tuple[str, int]


@dataclass(frozen=True)
class Results:
    """What a preset came to: for each run, by its label, a History per seed."""

    preset: Preset
    runs: dict[str, list[History]]
    verdicts: list[Verdict]

    def summary(self, label: str, metric: str, at: float = 0.0) -> Side:
        """Median and spread of a metric of a run over the seeds."""
        return side([METRICS[metric].measure(h, at) for h in self.runs[label]])

    def outcomes(self, label: str) -> dict[str, int]:
        """How many seeds of a run came to each outcome."""
        found = [h.outcome for h in self.runs[label]]
        return {outcome: found.count(outcome) for outcome in OUTCOMES}


def run_preset(preset: Preset, *, progress: Callable[[int], None] = lambda steps: None) -> Results:
    """Trains all runs of a preset on all cores and judges its claims.

    Args:
        preset: what to run.
        progress: called in this thread, about ten times a second, with how many of
            `preset.steps` are done.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    return _results(preset, dict(_train(preset, progress=progress)))


def stream_preset(preset: Preset, *, cancelled: Event | None = None) -> Iterator[Results]:
    """As `run_preset`, but yields the Results of the seeds complete so far, as they come.

    The preset of each Results has exactly those seeds. Yields come at most five times a second;
    the last one is complete.

    Args:
        preset: what to run.
        cancelled: set it from anywhere to stop within about 20 ms, with no further yield.

    Raises:
        InputError: more than this machine can hold or finish.
    """
    done: dict[Job, History] = {}
    left, jobs = dict.fromkeys(preset.seeds, len(preset.runs)), len(preset.seeds) * len(preset.runs)
    due, new = perf_counter() + YIELD_SECONDS, False
    for job, history in _train(preset, cancelled=cancelled):
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
    preset: Preset,
    *,
    progress: Callable[[int], None] = lambda steps: None,
    cancelled: Event | None = None,
) -> Iterator[tuple[Job, History]]:
    """Trains all runs with all seeds on all cores, and yields each History as it is done."""
    configs = {run.label: run.config for run in preset.runs}
    refuse_too_large(list(configs.values()), len(preset.seeds))
    jobs = _in_order(preset, cores := os.cpu_count() or 1)
    stop, ended, steps = Event(), SimpleQueue[Job](), dict.fromkeys(jobs, 0)
    futures: dict[Job, Future[History]] = {}

    def work(job: Job) -> History:
        label, seed = job
        try:
            start = start_of(preset, label, lambda parent: futures[parent, seed].result())
            # Made here, not all before the first one trains: there may be thousands.
            config = msgspec.structs.replace(configs[label], seed=seed)
            for history in stream_from(config, start):
                taken_over = (history.forked_at or 0) * history.config.problem.steps_per_epoch
                steps[job] = max(0, history.steps - taken_over)
                if stop.is_set():
                    break
            return history
        finally:
            ended.put(job)

    compiled_loop()
    pool = ThreadPoolExecutor(cores)
    try:
        for job in jobs:
            futures[job] = pool.submit(work, job)
        left, due = len(futures), 0.0
        while left and not (cancelled and cancelled.is_set()):
            if perf_counter() >= due:
                progress(sum(steps.values()))
                due = perf_counter() + PROGRESS_SECONDS
            try:
                job = ended.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            left -= 1
            yield job, futures[job].result()
        progress(sum(steps.values()))
    finally:
        stop.set()
        # Whoever cancels is not to wait for threads that end by themselves within a chunk.
        pool.shutdown(wait=False, cancel_futures=True)


def _in_order(preset: Preset, cores: int) -> list[Job]:
    """Seed after seed, and each run after the one that it goes on from.

    A thread that comes to a fork waits for its parent, which another one is then at work on. So
    that it hardly ever has to, forks stay some seeds behind.
    """
    jobs = [
        (number + depth * cores, (run.label, seed))
        for depth, run in by_depth(preset)
        for number, seed in enumerate(preset.seeds)
    ]
    return [job for _, job in sorted(jobs, key=lambda pair: pair[0])]


def _results(preset: Preset, done: dict[Job, History]) -> Results:
    runs = {run.label: [done[run.label, seed] for seed in preset.seeds] for run in preset.runs}
    return Results(preset, runs, [judge(claim, runs) for claim in preset.claims])
