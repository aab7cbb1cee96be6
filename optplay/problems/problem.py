"""The problem of a run: which data, which network, which loss."""

from functools import lru_cache
from itertools import pairwise
from math import inf
from random import Random
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from msgspec import Meta

from optplay.arithmetic import Gauss
from optplay.arrays import Floats, Ints, np
from optplay.counting import counted
from optplay.errors import InputError
from optplay.kept import Kept
from optplay.problems.declaration import Dataset
from optplay.problems.functions import Activation, Loss
from optplay.problems.initial import Init, draw_weights
from optplay.records import Record
from optplay.registry import Registry

INPUTS = 2
# Products of a layer in a batch, from which on BLAS takes half the time of a loop, or less.
WIDE = 1 << 18
# Of those that go by BLAS, samples that are worked on at once: more only fill the memory.
WIDE_SAMPLES = 4096
# Of samples that may be drawn again: as many as a run of the largest size needs.
MOST_BYTES = 32_000_000
MOST_WEIGHTS = 8_000_000

DATASETS: Registry[Dataset] = Registry("optplay.problems.datasets", "dataset")
ACTIVATIONS: Registry[Activation] = Registry("optplay.problems.activations", "activation")
LOSSES: Registry[Loss] = Registry("optplay.problems.losses", "loss")

if TYPE_CHECKING:
    ActivationName = str
    LossName = str
else:
    ActivationName, LossName = Literal[tuple(ACTIVATIONS)], Literal[tuple(LOSSES)]


class Samples(NamedTuple):
    """Points of the plane with their labels; all arrays are read-only.

    Attributes:
        inputs: (n, 2) coordinates.
        labels: (n,) 0.0 or 1.0.
        train: (n_train,) which rows are trained on.
        test: (n_test,) which rows are held out; empty if none.
    """

    inputs: Floats
    labels: Floats
    train: Ints
    test: Ints

    @property
    def base_rate(self) -> float:
        """The fraction of the training samples whose label is 1."""
        return float(self.labels[self.train].mean())


class Problem(Record, frozen=True, kw_only=True):
    """Data, network, loss and batches. The defaults are the lesson's."""

    dataset: Annotated[str, Meta(description="which points are to be told apart")] = "circle"
    samples: Annotated[int, Meta(ge=1, le=1_000_000, description="how many points are drawn")] = 200
    noise: Annotated[
        float, Meta(ge=0, le=10, description="spread of the noise on both coordinates")
    ] = 0.0
    data_seed: Annotated[int, Meta(ge=0, le=2**63 - 1, description="which points chance draws")] = (
        42
    )
    test_fraction: Annotated[
        float, Meta(ge=0, lt=1, description="the part of the points held out for testing")
    ] = 0.0
    hidden: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=10_000)], ...],
        Meta(max_length=100, description="neurons in each hidden layer"),
    ] = (8,)
    activation: ActivationName = "relu"
    init: Init = "normal"
    init_scale: Annotated[
        float, Meta(ge=0, le=1000, description="spread of the weights that normal and uniform draw")
    ] = 0.5
    loss: LossName = "bce"
    batch_size: Annotated[
        int, Meta(ge=1, le=1_000_000, description="samples per step; all of them at most")
    ] = 1
    shuffle: Annotated[bool, Meta(description="a new order of the samples in each epoch")] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        DATASETS.find(self.dataset)
        if self.train_count < 1:
            raise InputError(
                f"test_fraction: found {self.test_fraction:g}, which leaves none of "
                f"{counted(self.samples, 'sample')} to train on"
            )

    @property
    def test_count(self) -> int:
        """How many samples are held out."""
        return round(self.samples * self.test_fraction)

    @property
    def train_count(self) -> int:
        """How many samples are trained on."""
        return self.samples - self.test_count

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one pass over the training samples."""
        return -(-self.train_count // self.batch_size)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons per layer, from the two inputs to the one output."""
        return (INPUTS, *self.hidden, 1)

    @property
    def parameter_count(self) -> int:
        """How many weights and biases the network has."""
        return sum((a + 1) * b for a, b in pairwise(self.sizes))

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Its tensors, in the order of the parameters: of each layer the weights and the biases."""
        return tuple(s for a, b in pairwise(self.sizes) for s in ((b, a), (b,)))

    @property
    def exact(self) -> bool:
        """Whether its numbers are the same bits on every machine: not where BLAS is quicker."""
        widest = max((a * b for a, b in pairwise(self.hidden)), default=0)
        return widest * min(self.batch_size, self.train_count) < WIDE

    @property
    def samples_at_once(self) -> int:
        """Of how many samples what a step works on is kept."""
        most = max(min(self.batch_size, self.train_count), self.test_count)
        return 1 if self.exact else min(most, WIDE_SAMPLES)

    @property
    def form(self) -> str:
        """What a run that goes on from another has to share with it, in words."""
        return f"a network of layers {self.sizes}"

    @property
    def box(self) -> float:
        """The largest |weight|: there is none."""
        return inf

    @property
    def by_chance(self) -> bool:
        """Whether the seed makes a difference."""
        spread = self.init_scale > 0 if self.init in ("normal", "uniform") else self.init != "zeros"
        return spread or self.shuffle

    @property
    def reordered(self) -> bool:
        """Whether epochs differ in the order of their samples."""
        return self.shuffle

    def orders(self, seed: int, first: int, last: int) -> Ints:
        """A row of samples per epoch from `first` up to `last`, at least two; or one row for all.

        Each epoch has a generator of its own, so that a run resumed there sees the same order.
        """
        rows = self.draw().train
        if not self.reordered:
            return rows[np.newaxis].copy()
        epochs = range(first, max(last, first + 2))
        return np.array([np.random.default_rng([seed, e]).permutation(rows) for e in epochs])

    @property
    def base_rate_loss(self) -> float:
        """The loss of always predicting the base rate of the training labels."""
        return LOSSES[self.loss].base_rate(self.draw().base_rate)

    def hopeless_loss(self, seed: int) -> float:
        """The least loss of a run that has collapsed: no better than predicting the base rate.

        Where all labels are alike nothing is better: there it is that of not knowing them.
        """
        return self.base_rate_loss or LOSSES[self.loss].base_rate(0.5)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """What each parameter is: `layer 1 w[3,0]` is neuron 3's weight of x, `layer 1 b[3]` its
        bias. Layers are counted from 1, neurons and what they read from 0.
        """
        return _names(self.sizes)

    def draw(self) -> Samples:
        """The samples, drawn with `data_seed`; those held out are the last ones drawn."""
        key = self.dataset, self.samples, self.noise, self.data_seed, self.test_count
        found = _drawn.get(key)
        if found is None:
            found = _draw(*key)
            _drawn.keep(key, found, sum(array.nbytes for array in found))
        return found

    def initial_weights(self, seed: int) -> Floats:
        """The parameters (n,) that a run with this seed starts from, read-only."""
        key = self.sizes, self.init, self.init_scale, seed
        found = _weights.get(key)
        if found is None:
            found = draw_weights(*key)
            found.flags.writeable = False
            _weights.keep(key, found, found.nbytes)
        return found

    @property
    def layout(self) -> Ints:
        """What the compiled network reads: activation, loss, hidden layers, then their sizes."""
        kinds = [*ACTIVATIONS].index(self.activation), [*LOSSES].index(self.loss)
        return np.array([*kinds, len(self.hidden), *self.sizes[1:]], dtype=np.int64)


@lru_cache(maxsize=8)
def _names(sizes: tuple[int, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        names += [f"layer {layer} w[{o},{i}]" for o in range(fan_out) for i in range(fan_in)]
        names += [f"layer {layer} b[{o}]" for o in range(fan_out)]
    return tuple(names)


# Runs that are compared begin at the same ones.
_weights = Kept[tuple[tuple[int, ...], Init, float, int], Floats](MOST_WEIGHTS)
_drawn = Kept[tuple[str, int, float, int, int], Samples](MOST_BYTES)


def _draw(dataset: str, samples: int, noise: float, seed: int, held_out: int) -> Samples:
    random = Random(seed)
    drawn = DATASETS.find(dataset).draw(random, samples)
    points = np.array(drawn, dtype=np.float64)
    inputs = np.ascontiguousarray(points[:, :INPUTS])
    if noise:
        inputs += Gauss(random).draws(INPUTS * samples, noise).reshape(-1, INPUTS)
    rows = np.arange(samples, dtype=np.int64)
    arrays = (
        inputs,
        points[:, INPUTS].copy(),
        rows[: samples - held_out],
        rows[samples - held_out :],
    )
    for array in arrays:
        array.flags.writeable = False
    return Samples(*arrays)
