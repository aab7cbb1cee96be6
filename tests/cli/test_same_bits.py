"""What commands print is the same on every machine: processors and libraries are pretended here."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

NETWORK = """
title = "Same bits"
question = "?"
lesson = "."
seeds = 10
epochs = 40
charts = ["loss"]
at_steps = [1, 100]

[problem]
dataset = "moons"
samples = 50
noise = 0.1
test_fraction = 0.2
hidden = [6]
activation = "tanh"
init = "kaiming"
batch_size = 8
shuffle = true

[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.3
warmup = 0.1
decay = "cosine"
clip = { norm = 1.0 }

[[runs]]
label = "Adam"
optimizer = "adam"
lr = 0.05
l2 = 0.001
decay = "exponential"

[[runs]]
label = "Lion"
optimizer = "lion"
lr = 0.01
weight_decay = 0.1
decay = "step"

[[claims]]
text = "Adam ends lower"
source = "nobody"
metric = "final_loss"
left = "Adam"
is = "below"
right = "Momentum"

[[claims]]
text = "Adam ends flatter"
source = "nobody"
metric = "sharpness_at_loss"
at = 0.5
left = "Adam"
is = "below"
right = "Momentum"

[[claims]]
text = "Lion takes longer steps"
source = "nobody"
metric = "step_size"
at = 30
left = "Lion"
is = "above"
right = "Momentum"
"""

# Far out, where each step doubles what rounding makes of it.
CHAOTIC = """
title = "Chaotic"
question = "?"
lesson = "."
seeds = 3
epochs = 100
charts = ["loss"]

[problem]
dataset = "gaussians"
samples = 40
hidden = [5, 4]
activation = "sigmoid"
loss = "half_mse"
init_scale = 2.0

[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.4
decay = "cosine_restarts"

[[runs]]
label = "NAdam"
optimizer = "nadam"
lr = 0.1
decay = "one_cycle"
"""

SURFACE = """
title = "Surfaces"
question = "?"
lesson = "."
seeds = 6
charts = ["loss"]

[problem]
surface = "rastrigin"
noise = 0.3
spread = 0.2
steps = 300

[[runs]]
label = "Momentum"
optimizer = "momentum"
lr = 0.01

[[runs]]
label = "RMSProp"
optimizer = "rmsprop"
lr = 0.03

[[runs]]
label = "Ravine"
optimizer = "nesterov"
lr = 0.005
problem = { surface = "ravine", start = [2.0, 1.0], condition = 30.0, noise = 0.0 }

[[claims]]
text = "RMSProp comes nearer"
source = "nobody"
metric = "distance"
left = "RMSProp"
is = "below"
right = "Momentum"

[[claims]]
text = "Ravine comes nearer"
source = "nobody"
metric = "convergence_factor"
left = "Ravine"
is = "below"
right = 0.99
"""

# Rules that see matrices or the Hessian, and what may be around a rule.
MORE = """
title = "More"
question = "?"
lesson = "."
seeds = 3
epochs = 30
charts = ["loss"]

[problem]
samples = 50
hidden = [6, 3]
batch_size = 8
test_fraction = 0.2

[[runs]]
label = "Muon"
optimizer = "muon"
decay = { name = "polynomial", power = 1.7, floor = 0.1 }
sam = 0.1

[[runs]]
label = "Shampoo"
optimizer = "shampoo"

[[runs]]
label = "Prodigy"
optimizer = "prodigy"
lookahead = true

[[runs]]
label = "Sophia"
optimizer = "sophia"
ema = 0.9
cautious = true
clip = { norm = 1.0, per = "tensor" }

[[runs]]
label = "Schedule-free"
optimizer = "schedule_free_adamw"
lr = 0.05
decay = { name = "plateau", patience = 1 }
"""

# Of a thousand cosines one differs between two versions of the C library: it takes many.
MANY = ["--set", "*.problem.samples=20000", "--epochs", "3"]
KAIMING = ["--set", "*.problem.init=kaiming", "--epochs", "2"]
COMMANDS = [
    ["run", "network.toml", "--json"],
    *(
        [
            "run",
            "network.toml",
            "--json",
            "--seeds",
            "1",
            "--set",
            f"*.problem.dataset={data}",
            *MANY,
        ]
        for data in ("moons", "rings", "spirals", "gaussians")
    ),
    ["run", "chaotic.toml", "--json", "--set", "*.problem.hidden=[3000]", *KAIMING],
    ["run", "chaotic.toml", "--json"],
    ["run", "surface.toml", "--json"],
    ["sweep", "network.toml", "--json", "--lr", "1e-3:0.5:7", "--seeds", "3"],
    ["range-test", "chaotic.toml", "--json"],
    ["rates", "network.toml", "--steps", "1,50,150"],
    ["rates", "network.toml", "--json"],
    ["inspect", "network.toml", "--json", "--run", "Adam", "--step", "77"],
    ["inspect", "chaotic.toml", "--json", "--run", "NAdam", "--step", "500"],
    ["curvature", "network.toml", "--json", "--seeds", "2"],
    ["landscape", "chaotic.toml", "--json"],
    ["landscape", "network.toml", "--json", "--shared"],
    ["run", "more.toml", "--json"],
    ["inspect", "more.toml", "--json", "--run", "Sophia", "--step", "77"],
]

# All in one process, which has to compile or load the loop but once.
CHILD = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from optplay.cli import invoke
printed = []
for command in json.loads(sys.argv[1]):
    with redirect_stdout(StringIO()) as out:
        assert invoke(command) == 0, command
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""

# Neither of these machines has AVX2 and what adds to a product without rounding it.
OLD_LIBM = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX512F"}
OLD_BLAS = {"OPENBLAS_CORETYPE": "Prescott"}
FOUND = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
OLD_NUMPY = {"NPY_DISABLE_CPU_FEATURES": " ".join(FOUND)} if FOUND else {}
MACHINES = {
    "old libraries": OLD_LIBM | OLD_NUMPY | OLD_BLAS,
    "old libm": OLD_LIBM,
    "old numpy": OLD_NUMPY,
    "old blas": OLD_BLAS,
    **{
        f"{cpu}{' and old libm' if libm else ''}": {"NUMBA_CPU_NAME": cpu} | libm
        for cpu in ("generic", "haswell")
        for libm in ({}, OLD_LIBM)
    },
}
ORDINARY = "old libraries"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What all commands print on a machine with these variables in its environment."""
    folder = tmp_path_factory.mktemp("presets")
    presets = {"network": NETWORK, "chaotic": CHAOTIC, "surface": SURFACE, "more": MORE}
    for name, text in presets.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def run(variables):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, json.dumps(COMMANDS)],
            capture_output=True, timeout=500, check=False, cwd=folder, env=os.environ | variables,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def here(printed):
    return printed({})


@pytest.mark.parametrize(
    "machine", [pytest.param(m, marks=() if m == ORDINARY else pytest.mark.slow) for m in MACHINES]
)
def test_every_machine_prints_the_same(machine, printed, here):
    there = printed(MACHINES[machine])
    differing = [
        " ".join(command)
        for command, one, other in zip(COMMANDS, here, there, strict=True)
        if one != other
    ]
    assert not differing
    assert all(len(text) > 100 for text in here)
