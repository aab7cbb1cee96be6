"""PyTorch's own classes beside our rules; without PyTorch there is nothing to run."""

from importlib.util import find_spec

import numpy as np
import pytest

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem
from optplay.training import RunConfig, one_update, train

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")

# The lesson's network where it is not chaotic: what rounds otherwise stays as small as it began.
CALM = Problem(activation="tanh", batch_size=200)
EPOCHS = 300
SLOW = {"lr": 0.05}
RMS = {"lr": 0.001, "beta": 0.99, "epsilon": 1e-8}
COUNTERPARTS = [
    ("SGD", {"lr": 0.1}, "sgd", {"lr": 0.1}),
    ("SGD", {**SLOW, "momentum": 0.9}, "momentum", {**SLOW, "beta": 0.9}),
    ("SGD", {**SLOW, "momentum": 0.9, "dampening": 0.1}, "momentum", {**SLOW, "dampening": 0.1}),
    ("SGD", {**SLOW, "momentum": 0.9, "nesterov": True}, "nesterov", {**SLOW, "beta": 0.9}),
    ("RMSprop", {"lr": 0.001}, "rmsprop", RMS),
    ("RMSprop", {"lr": 0.001, "centered": True}, "rmsprop", {**RMS, "centered": True}),
    ("RMSprop", {"lr": 0.001, "momentum": 0.9}, "rmsprop", {**RMS, "momentum": 0.9}),
    ("Adam", {}, "adam", {}),
    ("Adam", {"betas": [0.8, 0.99]}, "adam", {"beta1": 0.8, "beta2": 0.99}),
    ("AdamW", {}, "adamw", {"lr": 0.001}),
    ("Adam", {"amsgrad": True}, "amsgrad", {"lr": 0.001}),
    ("Adagrad", {}, "adagrad", {"lr": 0.01, "epsilon": 1e-10}),
    ("Adagrad", {"lr_decay": 0.01, "initial_accumulator_value": 0.1}, "adagrad",
     {"lr": 0.01, "epsilon": 1e-10, "lr_decay": 0.01, "initial": 0.1}),
    ("Adadelta", {}, "adadelta", {"lr": 1.0, "epsilon": 1e-6}),
    ("Adamax", {}, "adamax", {"lr": 0.002}),
    ("NAdam", {}, "nadam", {"lr": 0.002}),
    ("RAdam", {}, "radam", {"lr": 0.001}),
    ("Rprop", {"lr": 0.01}, "rprop", {"lr": 0.01}),
    # Nearly signs: with its usual rate, 0.01, a bias goes to and fro through zero.
    ("Adafactor", {"lr": 0.001}, "adafactor", {"lr": 0.001}),
]  # fmt: skip


def trained(problem, name, **given):
    return train(RunConfig(problem=problem, optimizer=name, hyperparameters=given, epochs=EPOCHS))


@pytest.mark.parametrize(
    ("name", "theirs", "own", "ours"), COUNTERPARTS,
    ids=[" ".join([name, *theirs]) for name, theirs, *_ in COUNTERPARTS],
)  # fmt: skip
def test_it_is_the_rule_that_we_have(name, theirs, own, ours):
    one, other = trained(CALM, f"torch.optim:{name}", **theirs), trained(CALM, own, **ours)
    assert one.epochs == EPOCHS
    assert np.allclose(one.record, other.record, rtol=1e-12, atol=1e-15, equal_nan=True)
    assert np.allclose(one.at(EPOCHS)[0], other.at(EPOCHS)[0], rtol=1e-12, atol=1e-15)


def test_weight_decay_is_the_classs():
    decay = {"weight_decay": 0.1, "epochs": EPOCHS, "problem": CALM}
    one = train(RunConfig(optimizer="torch.optim:AdamW", **decay))
    other = train(RunConfig(optimizer="adamw", hyperparameters={"lr": 0.001}, **decay))
    assert np.allclose(one.record, other.record, rtol=1e-12, atol=1e-15, equal_nan=True)
    # That of Adam is coupled: our l2.
    one = train(RunConfig(optimizer="torch.optim:Adam", **decay))
    other = train(RunConfig(optimizer="adam", l2=0.1, epochs=EPOCHS, problem=CALM))
    assert np.allclose(one.record, other.record, rtol=1e-12, atol=1e-15, equal_nan=True)


SMALL = Problem(samples=20, hidden=(4,), batch_size=5)


@pytest.mark.parametrize("name", ["Adam", "SGD", "NAdam", "Adafactor", "Rprop", "ASGD", "Adagrad"])
def test_forks_and_single_steps_go_on_from_its_state(name):
    run = RunConfig(problem=SMALL, optimizer=f"torch.optim:{name}", epochs=12)
    whole = train(run)
    resumed = train(run, (whole, 5))
    assert np.array_equal(resumed.record, whole.record, equal_nan=True)
    assert np.array_equal(resumed.current_state, whole.current_state)
    update = one_update(whole, 30)
    assert np.array_equal(update.after, whole.past.after(30, 12)[0])


def test_a_whole_batch_of_classes_steps():
    names = ["ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam"]
    for name in [*names, "RAdam", "RMSprop", "Rprop", "SGD"]:
        stepper = optplay.optimizer(f"torch.optim:{name}", shapes=[(3, 2), (3,)])
        assert np.isfinite(stepper.step(np.ones(9), np.ones(9))).all()


def test_what_moves_matrices_alone_is_refused_for_a_network_with_biases():
    with pytest.raises(InputError, match=r"^torch.optim:Muon: it raised ValueError: Muon only"):
        RunConfig(optimizer="torch.optim:Muon")
    muon = optplay.optimizer("torch.optim:Muon", shapes=[(6, 4)], lr=0.02, weight_decay=0.0)
    gradient = np.random.default_rng(0).normal(size=24)
    moved = muon.step(np.zeros(24), gradient).reshape(6, 4)
    # Its five steps of Newton and Schulz are in bfloat16: two digits.
    sizes = np.linalg.svd(moved / (0.02 * np.sqrt(6 / 4)), compute_uv=False)
    assert ((sizes > 0.6) & (sizes < 1.25)).all()


def test_what_searches_for_itself_is_refused():
    with pytest.raises(InputError, match="its step evaluates the loss again"):
        OPTIMIZERS.find("torch.optim:LBFGS")


@pytest.mark.skipif(find_spec("pytorch_optimizer") is None, reason="it is not installed")
def test_other_packages_have_some_too():
    run = RunConfig(problem=SMALL, optimizer="pytorch_optimizer:SOAP", epochs=6)
    whole = train(run)
    assert np.array_equal(train(run, (whole, 3)).record, whole.record, equal_nan=True)
