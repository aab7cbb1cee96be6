"""Wide networks, where matrix products count, on one thread: ours, NumPy with BLAS, PyTorch."""

from contextlib import ExitStack
from math import inf

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optplay import RunConfig, train
from optplay.problems import Problem

from .native import RECORDED
from .pytorch import NO_TORCH, eager, python
from .table import Report, seconds
from .wide import Wide

EQUAL = 1e-9
ROUNDS = 5
FEW, MORE = 2, 10  # epochs
SHAPES = [
    *(((width, width), 512, batch) for width in (64, 128, 512) for batch in (32, 256)),
    ((64, 64, 64), 5_000, 256),
]


def named(shape: tuple[tuple[int, ...], int, int]) -> str:
    hidden, samples, batch = shape
    return f"{list(hidden)}, {samples:,} samples, batch {batch}"


@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_wide(name: str, shape: tuple[tuple[int, ...], int, int], report: Report) -> None:
    hidden, samples, batch = shape
    problem = Problem(hidden=hidden, samples=samples, batch_size=batch, init="kaiming")
    config = RunConfig(problem=problem, optimizer=name, epochs=FEW if max(hidden) > 128 else MORE)
    wide = Wide(config)
    with ExitStack() as stack:
        stack.enter_context(threadpool_limits(1))
        torch = stack.enter_context(eager(config)) if python() else None
        found, ours = wide.train(), train(config)
        for column, quantity in enumerate(RECORDED):
            np.testing.assert_allclose(
                ours[quantity][:FEW], found[:FEW, column], rtol=EQUAL, err_msg=quantity
            )
        if torch:
            assert torch(FEW)[1] == pytest.approx(ours["loss"][FEW - 1], rel=EQUAL)
        rounds = [
            (
                seconds(lambda: train(config)),
                seconds(wide.train),
                torch(config.epochs)[0] if torch else inf,
            )
            for _ in range(ROUNDS)
        ]
    own, blas, theirs = ([*column] for column in zip(*rounds, strict=True))
    step, what = 1e6 / config.steps, f"{named(shape)}, {name}: ours /"
    note = f"{min(own) * step:,.0f} µs against {min(blas) * step:,.0f} µs a step"
    report.ratio(f"{what} NumPy", own, blas, most=1.2, note=note)
    if not torch:
        return report.text(f"{what} PyTorch eager", NO_TORCH)
    note = f"{min(theirs) * step:,.0f} µs a step"
    report.ratio(f"{what} PyTorch eager", own, theirs, most=1, note=note)
