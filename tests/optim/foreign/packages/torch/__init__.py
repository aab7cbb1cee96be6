"""As much of PyTorch as a child needs, on NumPy: what it does is tested without PyTorch."""

import random
from contextlib import nullcontext

import numpy as np

from torch import nn, optim  # noqa: F401

__version__ = "0.0 (a stand-in)"
float64 = np.float64
no_grad = nullcontext


class Tensor:
    """An array that can be a parameter."""

    is_sparse = False

    def __init__(self, array):
        self.array, self.grad = np.asarray(array), None

    @property
    def shape(self):
        return self.array.shape

    @property
    def data(self):
        return self

    @data.setter
    def data(self, other):
        self.array = other.array

    def data_ptr(self):
        return self.array.__array_interface__["data"][0]

    def detach(self):
        return self

    def numpy(self):
        return self.array

    def numel(self):
        return self.array.size

    def copy_(self, other):
        self.array[...] = other.array

    def is_complex(self):
        return np.iscomplexobj(self.array)


def from_numpy(array):
    return Tensor(array)


def is_tensor(value):
    return isinstance(value, Tensor)


def set_num_threads(count):
    pass


def set_default_dtype(kind):
    pass


def manual_seed(seed):
    random.seed(seed)


def get_rng_state():
    return random.getstate()


def set_rng_state(state):
    random.setstate(state)
