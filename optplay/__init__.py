"""optplay: a terminal playground for the optimizers that train neural networks.

From a REPL:

>>> import numpy as np, optplay
>>> sgd = optplay.optimizer("sgd", lr=0.1)
>>> sgd.step(np.array([1.0, 2.0]), np.array([1.0, -1.0]))
array([0.9, 2.1])
"""

# As `typing` has it, whose import takes longer than all that stands here: see `__main__`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from optplay.training import RunConfig, optimizer, train

__version__ = "0.1.0"
__all__ = ["RunConfig", "__version__", "optimizer", "train"]


def __getattr__(name: str) -> "Any":
    # Loaded on first use: `optplay --help` must not wait for NumPy.
    if name in __all__:
        from optplay import training  # noqa: PLC0415

        return getattr(training, name)
    raise AttributeError(f"module 'optplay' has no attribute {name!r}")
