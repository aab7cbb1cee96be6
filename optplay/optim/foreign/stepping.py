"""The step of a rule that lives in a child."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from weakref import finalize

from optplay.arrays import Floats, Ints, np
from optplay.errors import InputError
from optplay.optim.foreign import wire
from optplay.optim.foreign.children import Child, RefusedError, numbers, take
from optplay.optim.foreign.refusing import refusal
from optplay.optim.slots import Shape, slot


class Stepping:
    """The `step` of a foreign rule, for one run at a time.

    Its slot begins with a mark: 0 where the numbers of the state follow. Where a state is not told
    in numbers, it is one that only this state has, made of all that led to it: so the optimizer
    that left it knows it again.

    Args:
        name: of the rule. arguments: what its class is made with. shapes: of the tensors.
        count: how many numbers its state has, see `held.fit`.
    """

    def __init__(
        self, name: str, arguments: Mapping[str, Any], shapes: Sequence[Shape], count: int | None
    ) -> None:
        self._module, _, kind = name.partition(":")
        self._opening = {
            "module": self._module, "name": kind, "arguments": arguments,
            "shapes": [list(shape) for shape in shapes], "count": count,
        }  # fmt: skip
        self._child: Child | None = None
        self._number = 0
        self._forget: Any = None
        self._last: bytes | None = None
        self._room = np.zeros(0)

    def __call__(
        self, w: Floats, g: Floats, state: Floats, places: Ints, hyper: Floats,
        corrections: Floats, lr: float, t: int,
    ) -> None:  # fmt: skip
        """One step of all parameters, `w` and `g` (n, 1), in place.

        Raises:
            InputError: the class refused or raised, hung or ended its process; or the state can't
                be gone on from.
        """
        try:
            self._step(w, g, slot(state, places, 0), float(lr), t)
        except RefusedError as refused:
            raise refusal(self._module, refused.told, f"step {t}: ") from None

    def _step(self, w: Floats, g: Floats, kept: Floats, lr: float, t: int) -> None:
        before = b"" if t == 1 else kept.tobytes()
        marked = t > 1 and bool(kept[0, 0])
        # Only the optimizer that left a marked state can go on from it.
        own = t > 1 and self._last == before and self._child is not None and self._child.alive
        if marked and not own:
            raise InputError(
                "it keeps a state that is not told in numbers, "
                "and so can't go on from the middle of a run"
            )
        child = take(self._child, only=marked)
        try:
            if child is not self._child:
                self._move(child)
                own = False
            what = wire.FRESH if t == 1 else wire.ONWARD if own else wire.RESUMED
            # Whatever stops it now, its state is not the one that is known.
            self._last = None
            n = w.size
            if self._room.size != n + kept.size - 1:
                self._room = np.zeros(n + kept.size - 1)
            sent = w.tobytes() + g.tobytes()
            if what == wire.RESUMED:
                sent += before[kept.itemsize :]
            told = child.step(what, self._number, lr, sent, self._room)
        finally:
            child.lock.release()
        w[:, 0], kept[1:, 0] = self._room[:n], self._room[n:]
        kept[0, 0] = 0.0 if told else _mark(before[: kept.itemsize] + sent)
        self._last = kept.tobytes()

    def _move(self, child: Child) -> None:
        """Has its optimizer in this child from now on."""
        if self._forget:
            self._forget()
        self._number = next(numbers)
        child.ask(wire.OPEN, self._number, **self._opening)
        self._child = child
        self._forget = finalize(self, child.drop, self._number)


def _mark(led: bytes) -> float:
    """The mark of a state that this led to, as a whole number."""
    return float(1 + int.from_bytes(blake2b(led, digest_size=6).digest()))
