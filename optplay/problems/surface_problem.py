"""The other kind of problem: a surface to go down on. Its epoch is a single step."""

from collections.abc import Mapping
from functools import cache, lru_cache
from math import inf, nextafter, sqrt
from random import Random
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from optplay.arithmetic import Gauss
from optplay.arrays import Floats, Ints, np
from optplay.errors import InputError
from optplay.problems.declaration import Surface
from optplay.problems.problem import Problem, Samples
from optplay.records import Record
from optplay.registry import Registry

PLAIN_CONDITION = 0.0
# Gaussian draws are made once and chosen from: half of them here, the others with opposite signs.
HALF_TABLE = 2048
# With this seed there are about as many draws within each distance as there should be.
TABLE_SEED = 2018
BLOCK = 1024
COORDINATES = ("x", "y")
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


SURFACES: Registry[Surface] = Registry("optplay.problems.surfaces", "surface")


class SurfaceProblem(Record, frozen=True, kw_only=True):
    """A surface, where runs start on it, and what chance adds.

    `start` and `condition` are completed from the surface's declaration.

    Raises:
        InputError: there is no such surface, or it has other coordinates or no condition.
    """

    surface: Annotated[str, Meta(description="which surface is to be gone down")]
    start: Annotated[tuple[Coordinate, ...] | None, Meta(description="where runs start")] = None
    condition: (
        Annotated[float, Meta(ge=1, le=1e6, description="how much steeper it is across than along")]
        | None
    ) = None
    noise: Annotated[
        float, Meta(ge=0, le=1000, description="spread of what chance adds to each gradient")
    ] = 0.0
    spread: Annotated[
        float, Meta(ge=0, le=1000, description="how far a seed moves the start, in each coordinate")
    ] = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        declared = self.declared
        if self.start is None:
            msgspec.structs.force_setattr(self, "start", declared.start)
        elif len(self.start) != declared.dimension:
            raise InputError(
                f"start: found {list(self.start)}, allowed: {_count(declared.dimension)}, "
                f"as {self.surface} has"
            )
        if self.condition is None:
            msgspec.structs.force_setattr(self, "condition", declared.condition)
        elif declared.condition is None:
            takers = [s.name for s in SURFACES.values() if s.condition is not None]
            raise InputError(
                f"condition: found {self.condition:g}, but {self.surface} takes none; "
                f"allowed for: {', '.join(takers)}"
            )

    @classmethod
    def of(cls, table: object) -> Self:
        """The surface problem of a TOML table."""
        if isinstance(table, Mapping):
            for key in table:
                if key in Problem.__struct_fields__ and key not in cls.__struct_fields__:
                    raise InputError(
                        f"{key}: found beside surface, but it belongs to networks; "
                        f"allowed: {', '.join(cls.__struct_fields__)}"
                    )
        return super().of(table)

    @property
    def declared(self) -> Surface:
        """The declaration of the surface."""
        return SURFACES.find(self.surface)

    @property
    def samples(self) -> int:
        """How many samples are drawn: a surface is its own only one."""
        return 1

    @property
    def train_count(self) -> int:
        """How many samples are trained on."""
        return 1

    @property
    def test_count(self) -> int:
        """How many samples are held out."""
        return 0

    @property
    def batch_size(self) -> int:
        """Samples per step."""
        return 1

    @property
    def steps_per_epoch(self) -> int:
        """One: the player's epoch is a step."""
        return 1

    @property
    def parameter_count(self) -> int:
        """How many coordinates the surface has."""
        return self.declared.dimension

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of coordinates: what a run that goes on from another has to share."""
        return (self.parameter_count,)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """What each coordinate is called."""
        return COORDINATES[: self.parameter_count]

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """One vector."""
        return ((self.parameter_count,),)

    @property
    def exact(self) -> bool:
        """Its numbers are the same bits on every machine."""
        return True

    @property
    def samples_at_once(self) -> int:
        """Of how many samples what a step works on is kept."""
        return 1

    @property
    def form(self) -> str:
        """The same in words."""
        return f"a surface of {_count(self.parameter_count)}"

    @property
    def box(self) -> float:
        """The largest |coordinate|, to which a step that leads further is cut."""
        return self.declared.box

    @property
    def by_chance(self) -> bool:
        """Whether the seed makes a difference."""
        return self.noise > 0 or self.spread > 0

    @property
    def reordered(self) -> bool:
        """Whether epochs differ in the rows of `draw().inputs` that they use."""
        return self.noise > 0 or bool(self.declared.cycle)

    @property
    def layout(self) -> Ints:
        """What compiled surfaces read: nothing."""
        return np.zeros(1, dtype=np.int64)

    @property
    def constants(self) -> Floats:
        """(1,) the condition, as declared gradients take it."""
        return np.array([PLAIN_CONDITION if self.condition is None else self.condition])

    def draw(self) -> Samples:
        """What is added to the gradient, a row per choice of `orders`; the constants as labels."""
        inputs = _additions(self.declared.dimension, self.declared.cycle, self.noise)
        labels, train = self.constants, np.zeros(1, dtype=np.int64)
        for array in (labels, train):
            array.flags.writeable = False
        return Samples(inputs, labels, train, train[:0])

    def orders(self, seed: int, first: int, last: int) -> Ints:
        """The row of `draw().inputs` per step from `first` to `last`, at least two; or one for all.

        Each block of steps has a generator of its own, so that a run resumed anywhere sees the
        same noise.
        """
        if not self.reordered:
            return np.zeros((1, 1), dtype=np.int64)
        steps = np.arange(first, max(last, first + 2))
        cycle = max(len(self.declared.cycle), 1)
        rows = steps % cycle
        if self.noise:
            blocks = range(steps[0] // BLOCK, steps[-1] // BLOCK + 1)
            drawn = [
                np.random.default_rng([seed, block]).integers(0, 2 * HALF_TABLE, BLOCK)
                for block in blocks
            ]
            rows = rows + cycle * np.concatenate(drawn)[steps - BLOCK * blocks[0]]
        return np.ascontiguousarray(rows[:, np.newaxis])

    def initial_weights(self, seed: int) -> Floats:
        """The point (dimension,) that a run with this seed starts from, within the box."""
        point = np.array(self.start)
        if self.spread:
            point += Gauss(Random(seed)).draws(point.size, self.spread)
        inside: Floats = np.clip(point, -self.box, self.box)
        return inside

    def value(self, point: Floats) -> float:
        """How high the surface is at a point (dimension,)."""
        with np.errstate(all="ignore"):
            return float(self.declared.gradient(point, np.zeros(point.size), self.constants))

    def slope(self, point: Floats) -> Floats:
        """The gradient (dimension,) at a point (dimension,), without what chance or time adds."""
        found = np.zeros(point.size)
        with np.errstate(all="ignore"):
            self.declared.gradient(point, found, self.constants)
        return found

    def hopeless_loss(self, seed: int) -> float:
        """The least loss of a run that has collapsed: it ends higher than it began."""
        return nextafter(self.value(self.initial_weights(seed)), inf)


def problem_of(table: Mapping[str, object]) -> Problem | SurfaceProblem:
    """The problem that a TOML table describes: a surface if it names one, else a network.

    Raises:
        InputError: an unknown key, one of the other kind of problem, or a wrong value.
    """
    if "surface" in table:
        return SurfaceProblem.of(table)
    for key in table:
        if key in SurfaceProblem.__struct_fields__ and key not in Problem.__struct_fields__:
            raise InputError(f"{key}: found without surface, allowed: with it")
    return Problem.of(table)


def _count(dimension: int) -> str:
    return "1 coordinate" if dimension == 1 else f"{dimension} coordinates"


@lru_cache(maxsize=8)
def _additions(dimension: int, cycle: tuple[tuple[float, ...], ...], noise: float) -> Floats:
    """(rows, dimension) a row per step of the cycle; with noise, such a cycle for each draw.

    The draws are Gaussian, with mean 0, spread `noise` and no correlation, to the last digit.
    """
    rows = np.array(cycle or [(0.0,) * dimension])
    if noise:
        rows = (noise * _draws(dimension)[:, np.newaxis] + rows).reshape(-1, dimension)
    rows.flags.writeable = False
    return rows


@cache
def _draws(dimension: int) -> Floats:
    """(2 · HALF_TABLE, dimension) the draws for a spread of 1."""
    gauss = Gauss(Random(TABLE_SEED))
    columns: list[Floats] = []
    for _ in range(dimension):
        column = gauss.draws(HALF_TABLE)
        for other in columns:
            column -= np.mean(column * other) * other
        columns.append(column / sqrt(np.mean(column * column)))
    half = np.stack(columns, axis=-1)
    return np.concatenate([half, -half])
