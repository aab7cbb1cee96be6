"""What makes no sense is refused in one line, with what would be allowed."""

import numpy as np
import pytest

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, WRAPPERS

from .cases import run_of

SURFACE = """
title = "Down"
question = "How?"

[problem]
surface = "ravine"
steps = 5

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.01
"""
MATRICES = [name for name, rule in OPTIMIZERS.items() if rule.matrices]
FULL = [name for name, rule in OPTIMIZERS.items() if rule.full_batch]


def both_of(kind):
    """Pairs of wrappers of which a run may have one."""
    names = [name for name, wrapper in WRAPPERS.items() if getattr(wrapper, kind)]
    return [(one, other) for one in names for other in names if one < other]


def refused(found, *told):
    code, out, err = found
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    for words in told:
        assert words in err


def test_there_are_such():
    assert MATRICES
    assert FULL
    assert both_of("evaluated")


@pytest.mark.parametrize("name", MATRICES)
def test_a_rule_of_matrices_on_a_surface(name, cli, write):
    refused(cli("run", write(SURFACE), "--set", f"SGD.optimizer={name}"), name, "allowed")
    with pytest.raises(InputError, match="matri"):
        optplay.optimizer(name, shapes=[(4,)])


@pytest.mark.parametrize("name", FULL)
def test_a_rule_of_full_batches_on_parts_of_them(name, cli, write):
    refused(cli("run", write(), "--set", f"SGD.optimizer={name}"), name, "batch_size")
    with pytest.raises(InputError, match="all samples in one batch"):
        run_of(name, problem={"batch_size": 4})


@pytest.mark.parametrize("kind", ["evaluated", "probe"])
def test_wrappers_that_exclude_each_other(kind, cli, write):
    for one, other in both_of(kind):
        edits = ("--set", f"SGD.{one}=true", "--set", f"SGD.{other}=true")
        refused(cli("run", write(), *edits), one, other)


@pytest.mark.parametrize("name", [name for name, rule in OPTIMIZERS.items() if rule.evaluated])
def test_a_wrapper_that_excludes_the_rule(name):
    for wrapper in WRAPPERS.values():
        if wrapper.evaluated:
            with pytest.raises(InputError, match=f"{wrapper.name}: found with {name}"):
                run_of(name, wrappers={wrapper.name: {}})


@pytest.mark.parametrize("wrong", [{"nothing": {}}, {"sam": {"rh": 1.0}}, {"sam": {"rho": -1.0}}])
def test_wrappers_written_wrongly(wrong):
    with pytest.raises(InputError):
        run_of("sgd", wrappers=wrong)


@pytest.mark.parametrize(
    ("shapes", "size"), [([(2, 3)], 5), ([(2, 3), (2,)], 6), ([(4,)], 5), ([(0, 2)], 0)]
)
def test_shapes_that_do_not_fit(shapes, size):
    with pytest.raises(InputError, match="allowed"):
        optplay.optimizer("sgd", shapes=shapes).step(np.ones(size), np.ones(size))


@pytest.mark.parametrize("shapes", [[], [()], [(2, 2, 2)], [(-1, 2)], [("a",)], [(1.5, 2)]])
def test_shapes_that_are_none(shapes):
    with pytest.raises(InputError, match="shapes"):
        optplay.optimizer("sgd", shapes=shapes)
