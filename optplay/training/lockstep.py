"""Which runs are trained together."""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from typing import TypeVar

from optplay.arithmetic.lanes import LANES
from optplay.training.config import MOST_BYTES, RunConfig
from optplay.training.history import History
from optplay.training.trainer import Start, shape, stream_together

K = TypeVar("K")
T = TypeVar("T")
Job = tuple[K, RunConfig, Start | None]
Group = tuple[tuple[K, ...], Generator[list[History], None, None]]
# So many are as quick one after the other: lanes cost the same where they are empty.
FEW = 2


def in_lockstep(jobs: Iterable[Job[K]], most: int = MOST_BYTES) -> Iterator[Group[K]]:
    """The runs in groups that `stream_together` trains, in about the order in which they come.

    Args:
        jobs: each run's key, what to train, and from where it goes on; taken as they are needed.
        most: see `stream`.
    """
    for group in grouped(jobs, lambda job: shape(*job[1:])):
        keys, configs, starts = zip(*group, strict=True)
        yield keys, stream_together(configs, starts, most)


def grouped(jobs: Iterable[T], shape: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """What is trained together, for which the shape is the same, and not None."""
    waiting: dict[Hashable, list[T]] = {}
    filled = set[Hashable]()
    for job in jobs:
        alike = shape(job)
        if alike is None:
            yield [job]
            continue
        group = waiting.setdefault(alike, [])
        group.append(job)
        if len(group) == LANES:
            filled.add(alike)
            yield waiting.pop(alike)
    for alike, group in waiting.items():
        # Where lanes are in use already, no second kind of loop is to be compiled for the rest.
        together = len(group) > FEW or alike in filled
        yield from [group] if together else [[job] for job in group]
