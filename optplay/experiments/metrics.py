"""One number per run: what claims compare and tables show.

A run that never got there has infinity where low is good and minus infinity where high is good, so
that "never" counts as worse than any number, and a diverged run as worse than any other. Metrics of
one step take a diverged run as it was: only the steps that it did not come to make are infinite.
"""

from functools import partial
from typing import Literal

from msgspec import Struct

from optplay.problems import Problem, SurfaceProblem
from optplay.training import History


class Metric(Struct, frozen=True):
    """A number that a run comes to; `needs` says what else it is measured at, if at anything.

    `infinite` is what infinity means to a reader, `on` the kind of problem that it makes sense on.
    A `slow` one is measured only where asked for.
    """

    name: str
    text: str
    needs: str = ""
    percent: bool = False
    infinite: str = "diverged"
    slow: bool = False
    on: Literal["any", "network", "surface"] = "any"

    @property
    def looks_back(self) -> bool:
        """Whether it is of weights or steps in the midst of a run."""
        return self.slow or self.needs == "a step"

    def fits(self, problem: Problem | SurfaceProblem) -> bool:
        kind = "surface" if isinstance(problem, SurfaceProblem) else "network"
        return self.on in ("any", kind)

    def measure(self, history: History, at: float) -> float:
        """What it comes to in a run, with `at` only if it needs that."""
        # What there is to measure is asked where nothing is measured.
        from optplay.experiments.measures import MEASURES  # noqa: PLC0415

        return MEASURES[self.name](history, at)


_of_network, _of_surface = partial(Metric, on="network"), partial(Metric, on="surface")
_ALL = (
    Metric("final_loss", "loss of the last epoch"),
    Metric("best_loss", "lowest loss of any epoch"),
    _of_network("final_accuracy", "accuracy of the last epoch", percent=True),
    _of_network("best_accuracy", "highest accuracy of any epoch", percent=True),
    _of_network("final_test_loss", "loss on the held-out samples"),
    _of_network("final_test_accuracy", "accuracy on the held-out samples", percent=True),
    _of_network(
        "epochs_to_accuracy", "first epoch whose accuracy is at least this", "a fraction",
        infinite="never",
    ),
    _of_network(
        "epochs_to_loss", "first epoch whose loss is at most this", "a loss", infinite="never"
    ),
    Metric("weight_norm", "‖w‖ at the end"),
    Metric("weight_norm_ratio", "‖w‖ at the end over ‖w‖ at the start"),
    Metric("clipped_fraction", "part of the steps that were clipped", percent=True),
    Metric("trained", "1 if the run trained, else 0"),
    Metric("collapsed", "1 if the run collapsed, else 0"),
    Metric("diverged", "1 if the run diverged, else 0"),
    Metric(
        "gradient_evaluations", "of how many mini-batches a gradient was taken: some rules and "
        "wrappers take several a step",
    ),
    Metric("step_size", "‖Δw‖ of this step", "a step"),
    Metric("step_ratio", "longest over shortest parameter step at this step", "a step"),
    Metric("rate_ratio", "fastest over slowest parameter rate at this step", "a step"),
    Metric(
        "uncorrected_ratio", "this step's length without bias correction over that with it",
        "a step",
    ),
    _of_surface("distance", "how far from the nearest lowest point at the end"),
    _of_surface("final_x", "the first coordinate at the end"),
    _of_surface(
        "steps_to_loss", "steps until the value is at most this", "a loss", infinite="never"
    ),
    _of_surface(
        "steps_to_distance", "steps until it is this near to a lowest point", "a distance",
        infinite="never",
    ),
    _of_surface(
        "convergence_factor", "by which factor a step shortens the distance, near the end"
    ),
    _of_network("sharpness", "top eigenvalue of the Hessian at the end", slow=True),
    _of_network(
        "sharpness_at_loss", "top eigenvalue after the first epoch whose loss is at most this",
        "a loss", slow=True,
    ),
    _of_network(
        "stability_ratio", "sharpness over what the optimizer can stand, late in the run", slow=True
    ),
)  # fmt: skip
METRICS = {metric.name: metric for metric in _ALL}
