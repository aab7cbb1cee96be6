"""What is trained: a network on a dataset with a loss, or a surface to go down on."""

from optplay.problems.declaration import Dataset as Dataset, Surface as Surface
from optplay.problems.functions import Activation as Activation, Loss as Loss
from optplay.problems.problem import (
    ACTIVATIONS as ACTIVATIONS,
    DATASETS as DATASETS,
    LOSSES as LOSSES,
    Problem as Problem,
    Samples as Samples,
)
from optplay.problems.surface_problem import (
    SURFACES as SURFACES,
    SurfaceProblem as SurfaceProblem,
    problem_of as problem_of,
)
