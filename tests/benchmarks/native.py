"""lesson.c, compiled and called through ctypes."""

import ctypes
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import which

import numpy as np
from numpy.typing import NDArray

from optplay import RunConfig

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
RULES = (
    *("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "adamw"),
    *("amsgrad", "adamax", "nadam", "radam", "lion"),
)
RECORDED = ("loss", "accuracy", "weight_norm", "gradient_norm", "update_ratio")


class Native:
    """The C contestant."""

    def __init__(self, folder: Path) -> None:
        library = folder / "lesson.so"
        source = Path(__file__).with_name("lesson.c")
        subprocess.run(
            ["gcc", *FLAGS, "-pthread", str(source), "-o", str(library), "-lm"], check=True
        )
        self._train_many = ctypes.CDLL(str(library)).train_many

    def prepare(self, configs: Sequence[RunConfig]) -> "Prepared":
        """What `train` takes: configs that differ in optimizer, lr and seed only."""
        return Prepared(configs)

    def train(self, prepared: "Prepared", threads: int = 1) -> NDArray[np.float64]:
        """Trains all; (jobs, epochs, RECORDED), NaN from the epoch that diverged."""
        p = prepared
        samples = p.problem.draw()
        records = np.full((len(p.lrs), p.epochs, len(RECORDED)), np.nan)
        arrays = (p.rules, p.lrs, p.starts, samples.inputs, samples.labels)
        self._train_many(
            len(p.lrs), threads, *(_pointer(a) for a in arrays),
            len(samples.labels), p.problem.batch_size, p.epochs, _pointer(records),
        )  # fmt: skip
        return records


class Prepared:
    """The arrays that C reads."""

    def __init__(self, configs: Sequence[RunConfig]) -> None:
        self.problem, self.epochs = configs[0].problem, configs[0].epochs
        self.rules = np.array([RULES.index(c.optimizer) for c in configs], dtype=np.int32)
        self.lrs = np.array([c.lr for c in configs])
        self.starts = np.array([self.problem.initial_weights(c.seed) for c in configs])


def _pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def available() -> bool:
    """Whether there is a C compiler."""
    return which("gcc") is not None
