"""The table that all benchmarks write to, printed at the end."""

import pytest

from .native import Lockstep, Native, available
from .table import Report

_report = Report()


@pytest.fixture
def report() -> Report:
    return _report


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Native | None:
    """The C contestant for one run; None if there is no compiler."""
    return Native(tmp_path_factory.mktemp("c")) if available() else None


@pytest.fixture(scope="session")
def lockstep(tmp_path_factory: pytest.TempPathFactory) -> Lockstep | None:
    """The C contestant for many runs; None if there is no compiler."""
    return Lockstep(tmp_path_factory.mktemp("c")) if available() else None


def pytest_terminal_summary() -> None:
    print()
    _report.print()
