"""What decides a run, written and read again: as JSON, and in a preset's file."""

import msgspec
import pytest
from msgspec.structs import replace

from optplay.experiments.preset import Preset, Run
from optplay.experiments.reading import parse
from optplay.experiments.saving import to_toml
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.training import RunConfig

from .cases import CASES, other, run_of, wrapped


def given_otherwise(rule):
    """A value other than the default for each hyperparameter."""
    return {h.name: other(h) for h in rule.hyperparameters}


CONFIGS = {
    **{case: run_of(*CASES[case]) for case in CASES},
    **{f"{name}-otherwise": run_of(name, given_otherwise(OPTIMIZERS[name])) for name in OPTIMIZERS},
    **{f"adam in {name}": run_of("adam", wrappers={name: {}}) for name in WRAPPERS},
    **{
        f"adam in {name}, otherwise": run_of("adam", wrappers={name: given_otherwise(wrapper)})
        for name, wrapper in WRAPPERS.items()
    },
    **{f"{name} in all": run_of(name, wrappers=wrapped(name)) for name in OPTIMIZERS},
}


@pytest.mark.parametrize("case", CONFIGS)
def test_as_json(case):
    config = CONFIGS[case]
    assert RunConfig.of(msgspec.json.decode(msgspec.json.encode(config))) == config


def preset_of(**configs):
    """A preset of runs, which take their seeds from it."""
    runs = tuple(Run(label=case, config=replace(c, seed=0)) for case, c in configs.items())
    return Preset(
        name="mine", title="Mine", question="", lesson="", seeds=(0, 1), charts=("loss",),
        at_steps=(), runs=runs, claims=(), group="mine", gone=(), tries=(),
    )  # fmt: skip


@pytest.mark.parametrize("case", CONFIGS)
def test_in_a_preset(case):
    preset = preset_of(One=CONFIGS[case])
    assert parse(to_toml(preset), "mine") == preset


def test_all_of_them_in_one_preset():
    preset = preset_of(**CONFIGS)
    assert parse(to_toml(preset), "mine") == preset
