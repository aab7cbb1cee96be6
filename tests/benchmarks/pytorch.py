"""torch_lesson.py, in a process of a Python that has torch."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from optplay import RunConfig

NO_TORCH = "torch not installed"


def python() -> str | None:
    """The Python that has torch: $OPTPLAY_TORCH_PYTHON, or this one; None if neither has."""
    return os.environ.get("OPTPLAY_TORCH_PYTHON") or (
        sys.executable if find_spec("torch") else None
    )


@contextmanager
def eager(config: RunConfig) -> Iterator[Callable[[int], tuple[float, float]]]:
    """What trains so many epochs; the seconds that it took, and the last epoch's loss."""
    path = python()
    assert path, NO_TORCH
    problem = config.network
    samples = problem.draw()
    task = {
        "samples": np.column_stack([samples.inputs, samples.labels]).tolist(),
        "start": problem.initial_weights(config.seed).tolist(),
        "sizes": problem.sizes,
        "batch": problem.batch_size,
        "optimizer": config.optimizer,
        "lr": config.lr,
    }
    script = Path(__file__).with_name("torch_lesson.py")
    with subprocess.Popen(
        [path, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def train(epochs: int) -> tuple[float, float]:
            print(epochs, file=asked, flush=True)
            took, loss = json.loads(answers.readline())
            return took, loss

        print(json.dumps(task), file=asked)
        try:
            yield train
        finally:
            asked.close()
