"""Which runs are trained together."""

from collections.abc import Generator, Hashable, Iterable, Iterator
from typing import TypeVar

from optplay.arithmetic.lanes import LANES
from optplay.training.config import MOST_BYTES, RunConfig
from optplay.training.history import History
from optplay.training.trainer import Start, shape, stream_together

K = TypeVar("K")
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
    waiting: dict[Hashable, list[Job[K]]] = {}
    filled = set[Hashable]()
    for job in jobs:
        alike = shape(*job[1:])
        if alike is None:
            yield _group([job], most)
            continue
        group = waiting.setdefault(alike, [])
        group.append(job)
        if len(group) == LANES:
            filled.add(alike)
            yield _group(waiting.pop(alike), most)
    for alike, group in waiting.items():
        # Where lanes are in use already, no second kind of loop is to be compiled for the rest.
        together = len(group) > FEW or alike in filled
        groups = [group] if together else [[job] for job in group]
        yield from (_group(each, most) for each in groups)


def _group(jobs: list[Job[K]], most: int) -> Group[K]:
    keys, configs, starts = zip(*jobs, strict=True)
    return keys, stream_together(configs, starts, most)
