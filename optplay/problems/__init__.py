"""What is trained: a dataset, a network that is to learn it, and the loss."""

from optplay.problems.declaration import Dataset
from optplay.problems.problem import Problem, Samples, datasets

__all__ = ["Dataset", "Problem", "Samples", "datasets"]
