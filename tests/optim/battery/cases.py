"""What the battery goes through: every rule, plain and with each of its options, and runs of it."""

from msgspec.structs import replace

from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.optim.wrapping import refuse_together
from optplay.problems import Problem, SurfaceProblem
from optplay.training import Clip, RunConfig


def wrapped(name):
    """As many wrappers as go together with a rule and each other, with default hyperparameters."""
    found = []
    for wrapper in WRAPPERS.values():
        try:
            refuse_together(OPTIMIZERS[name], [*found, wrapper])
        except InputError:
            continue
        found.append(wrapper)
    return {wrapper.name: {} for wrapper in found}


def optional(hyperparameter):
    """Whether it is a switch, or switches something off at 0."""
    return isinstance(hyperparameter.default, bool) or hyperparameter.default == 0


def other(hyperparameter):
    """Another value than its default."""
    h = hyperparameter
    if isinstance(h.default, bool):
        return not h.default
    less = 0.875 * h.default
    return less if h.low < less < h.default else min(h.default + 0.5, (h.default + h.high) / 2)


def options(name):
    """For a rule, what may be given besides its learning rate: nothing, each option, and all."""
    found = {h.name: other(h) for h in OPTIMIZERS[name].hyperparameters if optional(h)}
    return [{}, *({key: value} for key, value in found.items()), *([found] * (len(found) > 1))]


# Each rule's name and what it is given: nothing, each option, and all of its options.
CASES = {"-".join([name, *given]): (name, given) for name in OPTIMIZERS for given in options(name)}
RULES = list(OPTIMIZERS)


def run_of(name, given=None, problem=None, **changes):
    """A short run with all of the pipeline on; on full batches where a rule asks for it."""
    rule = OPTIMIZERS[name]
    batch = {"batch_size": 50, "shuffle": False} if rule.full_batch else {"batch_size": 4}
    found = {
        "samples": 23, "shuffle": True, "test_fraction": 0.2, "hidden": (5,), "activation": "tanh",
    }  # fmt: skip
    usual = {
        "problem": Problem(**found | batch | (problem or {})), "warmup": 0.2, "decay": "cosine",
        "clip": Clip(norm=0.5), "l2": 0.01, "weight_decay": 0.1, "epochs": 4, "seed": 3,
    }  # fmt: skip
    return RunConfig(optimizer=name, hyperparameters=given or {}, **usual | changes)


def plainly(config):
    """The run with its rule alone."""
    return replace(
        config,
        clip=None,
        l2=0.0,
        weight_decay=0.0,
        warmup=0.0,
        decay="none",
        decay_knobs={},
        wrappers={},
    )


def on_a_surface(name, **changes):
    """A run of 20 steps down a ravine."""
    return RunConfig(problem=SurfaceProblem(), optimizer=name, epochs=20, **changes)
