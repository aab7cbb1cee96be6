"""Optimizers of one's own: some behave, others do what they should not."""

import os
import random
import sys
import time

import numpy as np
from torch import Tensor
from torch.optim import Optimizer


class Own(Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    def move(self, w, g, state, group):
        w -= group["lr"] * g


class Averaging(Optimizer):
    """Keeps tensors, \x1b[31mlists\x1b[0m of them, numbers, and a count in its group."""

    def __init__(self, params, lr=None, betas=(0.9, None, 0.5), fast=True, warmup=3, name="x"):
        defaults = {"lr": lr, "betas": betas, "fast": fast, "warmup": warmup, "done": 0}
        super().__init__(params, defaults)

    def step(self, closure=None):
        self.param_groups[0]["done"] += 1
        super().step()

    def move(self, w, g, state, group):
        if not state:
            state["m"] = [Tensor(np.zeros_like(w)), {"v": Tensor(np.zeros(1, dtype=np.float32))}]
            state["t"], state["none"], state["way"] = 0, None, "down"
        state["t"] += 1
        first, _, second = group["betas"]
        m, v = state["m"][0].array, state["m"][1]["v"].array
        m[...] = first * m + (1 - first) * g
        v[...] = second * v + (1 - second) * abs(g).max()
        share = min(1.0, group["done"] / group["warmup"]) / state["t"] ** 0.1
        w -= share * group["lr"] * m / (1 + float(v[0]))


class Remembering(Own):
    """Keeps all gradients, in one tensor more at each step."""

    def move(self, w, g, state, group):
        state.setdefault("all", []).append(Tensor(g.copy()))
        w -= group["lr"] * sum(each.array for each in state["all"]) / len(state["all"])


class Hidden(Own):
    """Keeps its state where nobody finds it."""

    def move(self, w, g, state, group):
        self.last = 0.5 * getattr(self, "last", 0.0) + float(g.sum())
        w -= group["lr"] * (g + self.last)


class Random(Own):
    def move(self, w, g, state, group):
        w -= group["lr"] * random.random() * g


class Replacing(Own):
    """Gives its parameters other memory."""

    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            p.data = Tensor(p.array - self.param_groups[0]["lr"] * p.grad.array)
            p.grad = None


class Talking(Own):
    def move(self, w, g, state, group):
        print("step")
        os.write(1, b"step\n")
        os.write(2, b"step\n")
        print("step", file=sys.stderr)
        super().move(w, g, state, group)


class Later(Own):
    """Does something at its tenth step."""

    def move(self, w, g, state, group):
        state["t"] = state.get("t", 0) + 1
        if state["t"] == 10:
            self.now()
        super().move(w, g, state, group)


class Raising(Later):
    def now(self):
        raise RuntimeError("no more\nof it")


class Hanging(Later):
    def now(self):
        time.sleep(3600)


class Ending(Later):
    def now(self):
        os._exit(3)


class Growing(Later):
    def move(self, w, g, state, group):
        super().move(w, g, state, group)
        if state["t"] > 8:
            state["more"] = Tensor(np.ones(2))

    def now(self):
        pass


class Unmakeable(Own):
    def __init__(self, params, total, lr=0.1):
        super().__init__(params, lr)


class Rateless(Own):
    def __init__(self, params):
        super().__init__(params)


class Searching(Own):
    def step(self, closure):
        closure()


class Slow(Own):
    def __init__(self, params, lr=0.1):
        time.sleep(3600)


def function():
    pass
