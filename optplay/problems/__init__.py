"""What is trained: a network on a dataset with a loss, or a surface to go down on."""

from optplay.problems.declaration import Dataset, Surface
from optplay.problems.problem import Problem, Samples, datasets
from optplay.problems.surface_problem import SurfaceProblem, problem_of, surfaces

__all__ = [
    "Dataset",
    "Problem",
    "Samples",
    "Surface",
    "SurfaceProblem",
    "datasets",
    "problem_of",
    "surfaces",
]
