"""The curves on the screen, as they are trained."""

from collections.abc import Iterator, Mapping

from optplay.experiments.forks import stream_runs
from optplay.training import History
from optplay.training.pool import Priority, all_but_one
from optplay.tui.library import Plan, room


def grow(plans: Mapping[str, Plan], known: Mapping[str, History]) -> Iterator[dict[str, History]]:
    """Trains runs side by side, a chunk of each in turn; yields all so far.

    Args:
        plans: what to train, by label.
        known: Histories that need no training any more, by label.
    """
    labels = {plan: label for label, plan in plans.items()}
    origins = {
        label: (labels[plan.start[0]], plan.start[1]) if plan.start else None
        for label, plan in plans.items()
    }
    so_far = dict(known)
    for label, history, _ in stream_runs(
        origins, lambda label: plans[label].config, known,
        priority=Priority.SCREEN, width=all_but_one(), in_turn=True,
        most=room(plans),
    ):  # fmt: skip
        so_far[label] = history
        yield so_far
