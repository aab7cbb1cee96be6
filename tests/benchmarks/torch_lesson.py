"""The lesson's network in eager PyTorch, in a process of its own.

Reads one line of JSON with samples and start weights, then trains as many epochs as each further
line says, from the start, and answers with the seconds and the last epoch's loss.
"""

import json
import sys
from time import perf_counter

import torch

HIDDEN = 8


def train(samples: torch.Tensor, start: torch.Tensor, epochs: int) -> float:
    """The loss of the last epoch."""
    model = torch.nn.Sequential(
        torch.nn.Linear(2, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1)
    ).double()
    torch.nn.utils.vector_to_parameters(start, model.parameters())
    adam = torch.optim.Adam(model.parameters(), lr=0.001)
    loss_of = torch.nn.BCEWithLogitsLoss()
    pairs = [(row[None, :2], row[None, 2:]) for row in samples]
    for _ in range(epochs):
        total = 0.0
        for x, y in pairs:
            adam.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            adam.step()
            total += loss.item()
    return total / len(pairs)


if __name__ == "__main__":
    torch.set_num_threads(1)
    task = json.loads(sys.stdin.readline())
    tensors = [torch.tensor(task[key], dtype=torch.float64) for key in ("samples", "start")]
    for line in sys.stdin:
        began = perf_counter()
        last = train(*tensors, int(line))
        print(json.dumps([perf_counter() - began, last]), flush=True)
