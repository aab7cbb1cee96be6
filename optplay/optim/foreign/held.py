"""An optimizer of PyTorch's kind, as a child holds it. Only a child imports this.

torch is imported by name, and what a class does may be anything: nothing here is known of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# After so many steps the state of most classes has all its entries; so many more prove that it can
# be told and given back.
SETTLED, PROVEN = 3, 3
SEED = 0


class UntoldError(Exception):
    """A state that can't be told in numbers, or not in as many as are given."""


@dataclass(frozen=True)
class Made:
    """What an optimizer is made of: its class, its arguments, and the shapes of the tensors."""

    kind: Any
    arguments: dict[str, Any]
    shapes: Sequence[Sequence[int]]

    @property
    def count(self) -> int:
        """How many parameters the tensors have."""
        return sum(map(prod, self.shapes))


class Held:
    """An optimizer, and the parameters that it moves: parts of one vector.

    Attributes:
        w: (n,) the weights. g: (n,) the gradient of the next step. Both are written into.
        chance: the state of torch's random numbers, while another optimizer has its turn.
    """

    def __init__(self, made: Made, w: Floats) -> None:
        self._torch = torch = import_module("torch")
        self.made, self.w, self.g = made, w.copy(), np.zeros_like(w)
        self._weights, self._gradients = self._tensors(self.w), self._tensors(self.g)
        self._parameters = [torch.nn.Parameter(weights) for weights in self._weights]
        torch.manual_seed(SEED)
        self.chance = torch.get_rng_state()
        self.optimizer = made.kind(self._parameters, **made.arguments)
        # Those that are free of schedules want to be told that they are trained.
        if callable(train := getattr(self.optimizer, "train", None)):
            train()
        # What a constructor was given stays as it was given: the rest of a group is state.
        self._given = {"params", "lr", *signature(made.kind).parameters}

    def _tensors(self, vector: Floats) -> list[Any]:
        """A tensor for each shape, which all share the memory of the vector."""
        found, first = [], 0
        for shape in self.made.shapes:
            part = vector[first : (first := first + prod(shape))]
            found.append(self._torch.from_numpy(part.reshape(shape)))
        return found

    def step(self, lr: float) -> None:
        """One step along `g` from `w`, which takes the new weights."""
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        for parameter, weights in zip(self._parameters, self._weights, strict=True):
            # A class may give a parameter other memory.
            if parameter.data_ptr() != weights.data_ptr():
                weights.copy_(parameter.detach())
                parameter.data = weights

    def numbers(self) -> Floats:
        """All numbers of its state, in a fixed order.

        Raises:
            UntoldError: there is something else in it.
        """
        is_tensor = self._torch.is_tensor
        parts = [
            value.detach().numpy().ravel() if is_tensor(value) else (value,)
            for holder, key in self._entries()
            for value in (holder[key],)
        ]
        return np.concatenate(parts, dtype=np.float64) if parts else np.zeros(0)

    def give(self, numbers: Floats) -> None:
        """Puts `numbers` in the place of those that it has.

        Raises:
            UntoldError: it has not as many of them.
        """
        if self.numbers().size != numbers.size:
            raise UntoldError
        first = 0
        with self._torch.no_grad():
            for holder, key in [*self._entries()]:
                old = holder[key]
                if self._torch.is_tensor(old):
                    part = numbers[first : (first := first + old.numel())].reshape(tuple(old.shape))
                    old.copy_(self._torch.from_numpy(part.copy()))
                elif isinstance(holder, tuple):
                    raise UntoldError
                else:
                    holder[key] = type(old)(numbers[first])
                    first += 1

    def _entries(self) -> Iterator[tuple[Any, Any]]:
        """Where the numbers of its state are: what holds them, and under which key."""
        for group in self.optimizer.param_groups:
            for key in sorted(group.keys() - self._given):
                yield from self._inside(group, key)
        state = self.optimizer.state
        for parameter in self._parameters:
            own = state.get(parameter)
            for key in sorted(own) if own else ():
                yield from self._inside(own, key)

    def _inside(self, holder: Any, key: Any) -> Iterator[tuple[Any, Any]]:
        value = holder[key]
        if self._torch.is_tensor(value):
            if value.is_complex() or value.is_sparse:
                raise UntoldError
            yield holder, key
        elif isinstance(value, int | float):
            yield holder, key
        elif isinstance(value, list | tuple):
            for place in range(len(value)):
                yield from self._inside(value, place)
        elif isinstance(value, dict):
            for inner in sorted(value, key=str):
                yield from self._inside(value, inner)
        elif value is not None and not isinstance(value, str):
            raise UntoldError


def resumed(made: Made, w: Floats, numbers: Floats) -> Held:
    """An optimizer that goes on from these weights and from the numbers of its state.

    Raises:
        UntoldError: they are not those of such an optimizer.
    """
    held = Held(made, w)
    _walk(held, np.cos, range(SETTLED))
    held.give(numbers)
    held.w[:] = w
    return held


def fit(made: Made) -> int | None:
    """How many numbers its state has, or None if it can't go on from them bit for bit."""
    held = Held(made, np.sin(np.arange(1.0, 1 + made.count)))
    _walk(held, np.sin, range(SETTLED))
    try:
        numbers = held.numbers()
        other = resumed(made, held.w, numbers)
        for each in (held, other):
            _walk(each, np.sin, range(SETTLED, SETTLED + PROVEN))
        same = np.array_equal(held.w, other.w, equal_nan=True) and np.array_equal(
            held.numbers(), other.numbers(), equal_nan=True
        )
        return numbers.size if same and held.numbers().size == numbers.size else None
    except Exception:
        # Whatever a class does with a state that it was given: it can't be given one.
        return None


def _walk(held: Held, wave: Any, steps: range) -> None:
    """Makes steps along gradients that are made up."""
    for k in steps:
        held.g[:] = wave(np.arange(1.0, 1 + held.g.size) * (k + 1))
        held.step(1e-3)
