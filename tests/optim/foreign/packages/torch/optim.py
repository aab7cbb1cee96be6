"""The class of which all optimizers are."""

from collections import defaultdict


class Optimizer:
    def __init__(self, params, defaults):
        self.param_groups = [{"params": list(params), **defaults}]
        self.state = defaultdict(dict)

    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                self.move(p.array, p.grad.array, self.state[p], group)


class SGD(Optimizer):
    r"""Goes down.

    More about it.
    """

    def __init__(self, params, lr=0.1, momentum=0, weight_decay=0, foreach=None):
        if momentum < 0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def move(self, w, g, state, group):
        g = g + group["weight_decay"] * w
        w -= group["lr"] * g
