"""What runs in the background threads: no widget is touched here."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import get_native_id
from time import monotonic

from optplay.experiments.forks import stream_from
from optplay.training import History
from optplay.tui.plans import Plan

POST_SECONDS = 0.05
NICE = 10


def grow(plans: Mapping[str, Plan], known: Mapping[str, History]) -> Iterator[dict[str, History]]:
    """Trains runs side by side on all cores but one, a chunk of each in turn; yields all so far.

    Args:
        plans: what to train, by label.
        known: Histories that need no training any more, by label.
    """
    so_far = dict(known)
    waiting = [label for label in plans if label not in known]
    labels = {plan: label for label, plan in plans.items()}
    streams: dict[str, Iterator[History]] = {}
    running: dict[Future[History | None], str] = {}

    def begun(label: str) -> bool:
        """Whether a run can be trained by now: a fork waits for the run that it goes on from."""
        plan = plans[label]
        if label not in streams:
            begin = None
            if plan.start:
                parent, epoch = so_far.get(labels[plan.start[0]]), plan.start[1]
                if not (parent and (parent.done or parent.epochs >= epoch)):
                    return False
                begin = parent, epoch
            streams[label] = stream_from(plan.config, begin)
        return True

    # One core is the screen's: a frame costs twice as much where all are busy.
    cores = max(1, (os.cpu_count() or 1) - 1)
    with ThreadPoolExecutor(cores) as pool:
        while waiting or running:
            for label in [label for label in waiting if begun(label)][: cores - len(running)]:
                waiting.remove(label)
                running[pool.submit(next, streams[label], None)] = label
            for chunk in wait(running, return_when=FIRST_COMPLETED).done:
                label = running.pop(chunk)
                history = chunk.result()
                if history is not None:
                    so_far[label] = history
                    # Behind the others, so that all grow alike.
                    waiting += [] if history.done else [label]
            yield so_far


def step_back() -> None:
    """Leaves the processor to the screen: this thread, and those that it starts, come second."""
    # Elsewhere priorities are those of whole processes.
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)


def every(seconds: float, clock: Callable[[], float] = monotonic) -> Callable[[], bool]:
    """A question that is answered with yes at most once in so many seconds."""
    last = [-seconds]

    def due() -> bool:
        now = clock()
        if now - last[0] < seconds:
            return False
        last[0] = now
        return True

    return due
