"""How an activation and a loss of the network are declared."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct


class Activation(Struct, frozen=True):
    """What a hidden neuron makes of its input s.

    Attributes:
        name: what presets and the command line call it. title: what a person reads.
        text: half a sentence on what it is like. order: its place in lists.
        value: `value(s)` gives a = φ(s). Plain Python on numbers, on arrays and on lanes: with
            `where` for `if`, and functions of `arithmetic`; so are the next two.
        back: `back(e, s, a)` gives e·φ′(s), what goes back through the neuron of an error e.
        bend: `bend(s, a)` gives φ″(s); 0 where there is none.
        reads_input: whether `back` reads s. If not, time is saved by not keeping it: s is then 0.
    """

    name: str
    title: str
    text: str
    order: int
    value: Callable[[float], float]
    back: Callable[[float, float, float], float]
    bend: Callable[[float, float], float]
    reads_input: bool


class Loss(Struct, frozen=True):
    """What the output z of the network costs where the label is y, 0 or 1.

    Attributes:
        name: what presets and the command line call it. title: what a person reads.
        text: half a sentence on what it is like. order: its place in lists.
        value: `value(z, y)` gives ℓ. Plain Python on numbers, on arrays and on lanes, as are the
            next two.
        back: `back(e, z, y)` gives e·∂ℓ/∂z. bend: `bend(z, y)` gives ∂²ℓ/∂z².
        middle: the network answers 1 where z is above it.
        score: `score(z)` gives how sure each output of an array is of label 1, in [0, 1]; ½ at
            `middle`.
        base_rate: `base_rate(p)` gives the least mean loss of an output that is always the same,
            where the part p of the labels is 1.
    """

    name: str
    title: str
    text: str
    order: int
    value: Callable[[float, float], float]
    back: Callable[[float, float, float], float]
    bend: Callable[[float, float], float]
    middle: float
    score: Callable[[Any], Any]
    base_rate: Callable[[float], float]
