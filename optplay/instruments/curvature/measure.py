"""The sharpness of a preset's runs, computed on all cores, and what sums it up."""

from collections.abc import Callable

import numpy as np

from optplay.experiments import Results, Side
from optplay.experiments.claims import side
from optplay.experiments.sharpness import even_epochs, sharpness, stability_ratio, stream_sharpness
from optplay.training import History
from optplay.training.pool import Streams


def figures_of(history: History) -> dict[str, float]:
    """The numbers that sum up a run's curvature.

    Returns:
        `start`, `end` and `max` of the sharpness, the `preconditioned` one and the `threshold` at
        the end, and `stability_ratio`.
    """
    found = sharpness(history)
    defined = found.sharpness[np.isfinite(found.sharpness)]
    return {
        "start": float(found.sharpness[0]),
        "end": float(found.sharpness[-1]),
        "max": float(defined.max()) if defined.size else float("nan"),
        "preconditioned": float(found.preconditioned[-1]),
        "threshold": float(found.threshold[-1]),
        "stability_ratio": stability_ratio(history),
    }


def measure_curvature(
    results: Results, *, progress: Callable[[int], None] = lambda epochs: None
) -> None:
    """Computes the curvature of all runs on all cores, after which asking for it takes no time.

    Args:
        progress: called in this thread with how many of `curvature_epochs(results)` are done.

    Raises:
        InputError: a network too large.
    """
    histories = [h for seeds in results.runs.values() for h in seeds]
    done = [0] * len(histories)
    with Streams(enumerate(map(stream_sharpness, histories))) as streams:
        for place, so_far, _ in streams:
            done[place] = len(so_far.epochs)
            progress(sum(done))


def curvature_epochs(results: Results) -> int:
    """How many Hessians `measure_curvature` computes."""
    return sum(len(even_epochs(h)) for seeds in results.runs.values() for h in seeds)


def curvature_summary(results: Results, label: str) -> dict[str, Side]:
    """For each of `figures_of` its median over the seeds of a run, with quartiles."""
    found = [figures_of(history) for history in results.runs[label]]
    return {name: side([figures[name] for figures in found]) for name in found[0]}
