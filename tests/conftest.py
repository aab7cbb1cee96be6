"""What several test files share."""

import gc
import json
import os
import tempfile
from math import nan
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import settings

from optplay.problems import Problem, SurfaceProblem
from optplay.training import RECORDED, Clip, History, RunConfig, train
from optplay.training.compilation import compiled_bend
from optplay.training.eigen import top_eigenvalue
from optplay.training.losses import mean_losses
from optplay.training.past import Past
from optplay.training.trainer import stream_together

# Nobody's own presets and unsaved edits take part in tests.
_APART = tempfile.TemporaryDirectory(prefix="optplay-tests-")
for kind in ("DATA", "STATE"):
    os.environ[f"XDG_{kind}_HOME"] = str(Path(_APART.name) / kind.lower())

# The first example of a sweep may compile for seconds: no deadline.
settings.register_profile("optplay", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("optplay")

# Collecting garbage as often as Python does by itself is a fifth of the time that all tests take.
gc.set_threshold(100_000, 20, 20)


def pytest_sessionfinish() -> None:
    """Once is enough: pytest would go over two million objects five times, and Python once more."""
    gc.collect()
    gc.freeze()


DATA = Path(__file__).parent / "data"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


@pytest.fixture(scope="session")
def compiled() -> None:
    """Fills the cache of compiled code: in a clean checkout, `run` would say that it compiles."""
    for decay in ("none", "cosine"):
        train(RunConfig(optimizer="sgd", decay=decay, epochs=1))
    # The lesson's network has code of its own, alone and in lockstep.
    for problem in (Problem(), Problem(hidden=(4,)), Problem(test_fraction=0.5)):
        [*stream_together([RunConfig(problem=problem, epochs=1, seed=s) for s in range(3)])]
        train(RunConfig(problem=problem, epochs=1))
        mean_losses(problem, problem.initial_weights(0)[np.newaxis])
    for surface in ("ravine", "himmelblau"):
        train(RunConfig(problem=SurfaceProblem(surface=surface), optimizer="sgd", epochs=1))
    compiled_bend(Problem())
    top_eigenvalue(np.eye(2))


@pytest.fixture(scope="session")
def lesson_curves() -> Any:
    """Whole curves of the lesson's network, computed in plain Python."""
    return _read("lesson_curves.json")


@pytest.fixture(scope="session")
def torch_traces() -> Any:
    """The weights that torch 2.13's optimizers reach on recorded gradients."""
    return _read("torch_traces.json")


@pytest.fixture(scope="session")
def torch_extremes() -> Any:
    """Weights of PyTorch 2.14's optimizers after gradients of extreme sizes, in float64."""
    return _read("torch_extremes.json")


@pytest.fixture(scope="session")
def torch_schedules() -> Any:
    """The learning rates of torch 2.13's schedulers, with base 1, at every step of n."""
    return _read("torch_schedules.json")


@pytest.fixture(scope="session")
def torch_schedule_knobs() -> Any:
    """The learning rates of torch 2.13's schedulers, by our names: with knobs, at steps of n."""
    return _read("torch_schedule_knobs.json")


SMALL = """
title = "Small"
question = "Which is lower?"
lesson = "None."
seeds = 2
epochs = 3
charts = ["loss"]

[problem]
samples = 20
hidden = [4]

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.1

[[runs]]
label = "Adam 0.5"
optimizer = "adam"
lr = 0.01
clip = { norm = 1.0 }
problem = { noise = 0.1 }

[[claims]]
text = "SGD ends lower"
source = "nobody"
metric = "epochs_to_accuracy"
at = 0.9
left = "SGD"
is = "below"
right = "Adam 0.5"
"""

CLIP = Clip(norm=1.0)


@pytest.fixture
def small():
    """The text of a valid preset."""
    return SMALL


@pytest.fixture
def write(tmp_path):
    """Writes a preset file and returns its path."""

    def write(text=SMALL, name="small.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def full_disk():
    """While it is entered, no new file takes what is written to it."""
    real = Path.open

    def open_(path, mode="r", *rest, **options):
        return real(Path("/dev/full"), "wb") if "x" in mode else real(path, mode, *rest, **options)

    return patch.object(Path, "open", open_)


@pytest.fixture
def history():
    """Makes a History of a batch-per-epoch run from its recorded quantities."""

    def make(*, weights=None, diverged=False, clip=CLIP, **quantities):
        epochs = len(next(iter(quantities.values()), []))
        config = RunConfig(
            problem=Problem(samples=20, batch_size=20, hidden=()),
            optimizer="sgd",
            epochs=10,
            clip=clip,
        )
        record = np.full((epochs, len(RECORDED)), nan)
        for name, values in quantities.items():
            record[:, RECORDED.index(name)] = values
        if weights is None:
            weights = np.ones((epochs + 1, 3))
        weights, states = np.array(weights, float), np.zeros((epochs + 1, 0, 3))
        steps = epochs + diverged
        return History(
            config, epochs, steps, steps if diverged else None,
            record, Past(config, 0, 0, 1, weights, states), weights[-1], states[-1],
        )  # fmt: skip

    return make


@pytest.fixture
def cli(capsys):
    """Runs a command line in this process: exit code, stdout, stderr."""
    from optplay.cli import invoke  # noqa: PLC0415

    def run(*arguments):
        code = invoke(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def packages():
    """Packages with classes of PyTorch's kind and a stand-in for it, found while this is used."""
    from optplay.optim.foreign import children, declared  # noqa: PLC0415

    def forget():
        children._children().end()
        declared.find.cache_clear()
        declared._count.cache_clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent / "optim" / "foreign" / "packages")
        forget()
        yield
    forget()
