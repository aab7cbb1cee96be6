"""lesson.c and lockstep.c, compiled and called through ctypes."""

import ctypes
import subprocess
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optplay import RunConfig
from optplay.optim import OPTIMIZERS

# Sums may be reordered, so that they become SIMD, which takes the flags on zeros and traps too;
# NaN and infinity stay, since divergence is looked for. Without -fno-tree-pre gcc makes branches
# of the choices in loops, which then stay scalar.
FLAGS = (
    "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fassociative-math",
    "-fno-signed-zeros", "-fopenmp-simd", "-fno-tree-pre", "-shared", "-fPIC", "-pthread",
)  # fmt: skip
RULES = (
    *("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "adamw"),
    *(
        "amsgrad",
        "adamax",
        "nadam",
        "radam",
        "lion",
        "ademamix",
        "adopt",
        "adan",
        "adabelief",
        "yogi",
    ),
    *("signum", "rprop", "schedule_free_adamw", "schedule_free_sgd"),
    *("rmsprop centered", "rmsprop momentum", "rmsprop centered momentum", "adam nesterov"),
)
RECORDED = ("loss", "accuracy", "weight_norm", "gradient_norm", "update_ratio")
NO_C = "gcc not installed"
HIDDEN = 8
# C has the first layer's weights by input, ours are by neuron.
ORDER = np.r_[0 : 2 * HIDDEN : 2, 1 : 2 * HIDDEN : 2, 2 * HIDDEN : 4 * HIDDEN + 1]


class Native:
    """C that trains a run at a time."""

    source = "lesson.c"
    at_once = 1

    def __init__(self, folder: Path, *more: str) -> None:
        library = folder / f"{self.source}{self.at_once}.so"
        source = Path(__file__).with_name(self.source)
        subprocess.run(["gcc", *FLAGS, *more, str(source), "-o", str(library), "-lm"], check=True)
        self._train_many = ctypes.CDLL(str(library)).train_many

    def prepare(self, configs: Sequence[RunConfig]) -> "Prepared":
        """What `train` takes: configs that differ in optimizer, lr and seed only."""
        return Prepared(configs, range(len(configs)))

    def train(self, prepared: "Prepared", threads: int = 1) -> NDArray[np.float64]:
        """Trains all; (jobs, epochs, RECORDED), NaN from the epoch that diverged."""
        p = prepared
        records = np.full((len(p.lrs), p.epochs, len(RECORDED)), np.nan)
        arrays = (p.rules, p.lrs, p.starts, *p.inputs, p.labels)
        self._train_many(
            len(p.lrs), self.at_once, threads, *(_pointer(a) for a in arrays),
            len(p.labels), p.batch_size, p.epochs, _pointer(records),
        )  # fmt: skip
        return records[p.places]


class Lockstep(Native):
    """C that trains some runs of one rule together, each in a lane of SIMD."""

    source = "lockstep.c"

    def __init__(self, folder: Path, lanes: int = 8) -> None:
        self.at_once = lanes
        super().__init__(folder, f"-DLANES={lanes}")

    def prepare(self, configs: Sequence[RunConfig]) -> "Prepared":
        """Runs of like rates share a group, since one that diverges as a whole ends at once."""

        def rule(index: int) -> str:
            return named(configs[index])

        jobs: list[int] = []
        in_order = sorted(range(len(configs)), key=lambda i: (rule(i), configs[i].lr))
        for _, group in groupby(in_order, rule):
            jobs += group
            jobs += [jobs[-1]] * (-len(jobs) % self.at_once)
        return Prepared(configs, jobs)


class Prepared:
    """The arrays that C reads.

    Args:
        jobs: which of the configs each job trains; every one of them, some perhaps repeatedly.
    """

    def __init__(self, configs: Sequence[RunConfig], jobs: Sequence[int]) -> None:
        problem, self.epochs = configs[0].problem, configs[0].epochs
        samples, found = problem.draw(), [configs[job] for job in jobs]
        self.batch_size = problem.batch_size
        self.inputs = np.ascontiguousarray(samples.inputs.T)
        self.labels = samples.labels
        self.rules = np.array([RULES.index(named(c)) for c in found], dtype=np.int32)
        self.lrs = np.array([c.lr for c in found])
        self.starts = np.array([problem.initial_weights(c.seed)[ORDER] for c in found])
        #: The job that trains each config.
        self.places = np.unique(np.array(jobs), return_index=True)[1]


def config(name: str, **others: Any) -> RunConfig:
    """A config of one of RULES, with the hyperparameters that C has compiled in."""
    optimizer, *switches = name.split()
    values = {"momentum": 0.9, "centered": True, "nesterov": True}
    return RunConfig(
        optimizer=optimizer, hyperparameters={key: values[key] for key in switches}, **others
    )


def named(config: RunConfig) -> str:
    """Which of RULES a config has: an optimizer, and the variant of it."""
    declared = OPTIMIZERS[config.optimizer]
    variant = declared.variant(config.hyperparameters) if declared.variant else ""
    return f"{config.optimizer} {variant}".rstrip()


def _pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def available() -> bool:
    """Whether there is a C compiler."""
    return which("gcc") is not None
