"""A network as the lesson's, of any width, in eager PyTorch, in a process of its own.

Reads one line of JSON with samples, start weights, layers' sizes, batch size and optimizer, then
trains as many epochs as each further line says, from the start, and answers with the seconds and
the last epoch's loss, the only thing that it records.
"""

import json
import sys
from itertools import pairwise
from time import perf_counter
from typing import Any

import torch


def model_of(sizes: list[int]) -> torch.nn.Module:
    """Linear layers with relu between them."""
    linear = [torch.nn.Linear(*pair) for pair in pairwise(sizes)]
    layers = [layer for each in linear[:-1] for layer in (each, torch.nn.ReLU())]
    return torch.nn.Sequential(*layers, linear[-1]).double()


def train(task: dict[str, Any], samples: torch.Tensor, start: torch.Tensor, epochs: int) -> float:
    """The loss of the last epoch."""
    model = model_of(task["sizes"])
    torch.nn.utils.vector_to_parameters(start, model.parameters())
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[task["optimizer"]]
    optimizer = rule(model.parameters(), lr=task["lr"])
    loss_of = torch.nn.BCEWithLogitsLoss()
    batches = [(rows[:, :2], rows[:, 2:]) for rows in samples.split(task["batch"])]
    for _ in range(epochs):
        total = 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
    return total / len(samples)


if __name__ == "__main__":
    torch.set_num_threads(1)
    task = json.loads(sys.stdin.readline())
    tensors = [torch.tensor(task[key], dtype=torch.float64) for key in ("samples", "start")]
    for line in sys.stdin:
        began = perf_counter()
        last = train(task, *tensors, int(line))
        print(json.dumps([perf_counter() - began, last]), flush=True)
