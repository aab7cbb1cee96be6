"""What several test files share."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The first example of a sweep may compile for seconds: no deadline.
settings.register_profile("optplay", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("optplay")

DATA = Path(__file__).parent / "data"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


@pytest.fixture(scope="session")
def lesson_curves() -> Any:
    """Whole curves of the lesson's network, computed in plain Python."""
    return _read("lesson_curves.json")


@pytest.fixture(scope="session")
def torch_traces() -> Any:
    """The weights that torch 2.13's optimizers reach on recorded gradients."""
    return _read("torch_traces.json")


@pytest.fixture(scope="session")
def torch_schedules() -> Any:
    """The learning rates of torch 2.13's schedulers, with base 1, at every step of n."""
    return _read("torch_schedules.json")
