"""The child process: holds optimizers of PyTorch's kind, and steps them when it is asked to.

It speaks by its standard input and output, as `wire` has it. What a class prints goes nowhere; what
it does to the process ends here. It ends with the one that started it.
"""

import os
import sys
import time
from importlib import import_module
from threading import Thread
from typing import IO, Any

import numpy as np

from optplay.optim.foreign import wire
from optplay.optim.foreign.describing import RefusedError, description, found
from optplay.optim.foreign.held import Held, Made, UntoldError, fit, resumed

PARENT_SECONDS = 1.0


class Server:
    """What a child holds: by their numbers, what optimizers are made of, and those at work."""

    def __init__(self, asked: IO[bytes], answers: IO[bytes]) -> None:
        self._asked, self._answers = asked, answers
        # With how many numbers of their state are told, if they are.
        self._made: dict[int, tuple[Made, int | None]] = {}
        self._held: dict[int, Held] = {}
        self._turn: Held | None = None

    def serve(self) -> None:
        """Answers until nothing more is asked."""
        while head := wire.read_head(self._asked):
            table = wire.read_table(self._asked, head)
            numbers = np.empty(head.numbers)
            if not wire.read_into(self._asked, numbers):
                return
            if head.what == wire.DROP:
                self._made.pop(head.which, None)
                self._held.pop(head.which, None)
                continue
            try:
                self._answer(head, table, numbers)
            except RefusedError as refused:
                self._refuse(refused.told)
            except BaseException as error:
                self._refuse({"error": f"it raised {type(error).__name__}: {error}"})
            self._answers.flush()

    def _refuse(self, told: dict[str, Any]) -> None:
        self._answers.write(wire.packed(wire.REFUSED, table=told))

    def _answer(self, head: wire.Head, table: dict[str, Any], numbers: Any) -> None:
        if head.what in (wire.FRESH, wire.ONWARD, wire.RESUMED):
            self._step(head, numbers)
            return
        if head.what == wire.DESCRIBE:
            told = description(found(table["module"], table["name"]))
            self._answers.write(wire.packed(wire.DONE, table=told))
            return
        kind, given = found(table["module"], table["name"]), table["arguments"]
        arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        made = Made(kind, arguments, table["shapes"])
        if head.what == wire.OPEN:
            self._made[head.which] = made, table["count"]
            self._answers.write(wire.packed(wire.DONE))
        else:
            self._take_turn(None)
            count = fit(made)
            self._answers.write(wire.packed(wire.DONE, table={"count": count}))

    def _step(self, head: wire.Head, numbers: Any) -> None:
        """Numbers: the weights (n,), the gradient (n,), and the state that is gone on from."""
        made, count = self._made[head.which]
        n = made.count
        w, g, state = numbers[:n], numbers[n : 2 * n], numbers[2 * n :]
        if head.what == wire.ONWARD:
            held = self._held[head.which]
            self._take_turn(held)
            held.w[:] = w
        else:
            self._take_turn(None)
            held = Held(made, w) if head.what == wire.FRESH else self._resumed(made, w, state)
            self._held[head.which] = self._turn = held
        held.g[:] = g
        held.step(head.number)
        told = self._told(held, count)
        what = wire.UNTOLD if told is None else wire.TOLD
        told = np.zeros(count or 0) if told is None else told
        self._answers.write(wire.packed(what, numbers=n + told.size))
        self._answers.write(held.w.data)
        self._answers.write(told.data)

    def _told(self, held: Held, count: int | None) -> Any:
        """Its state in so many numbers, or None if it can't be told."""
        if count is None:
            return None
        try:
            numbers = held.numbers()
        except UntoldError:
            return None
        return numbers if numbers.size == count else None

    def _resumed(self, made: Made, w: Any, state: Any) -> Held:
        try:
            return resumed(made, w, state)
        except UntoldError:
            raise RefusedError(error="its state is not of the same form as before") from None

    def _take_turn(self, held: Held | None) -> None:
        """Lets an optimizer find torch's random numbers as it left them."""
        if held is self._turn:
            return
        torch = import_module("torch")
        if self._turn:
            self._turn.chance = torch.get_rng_state()
        if held:
            torch.set_rng_state(held.chance)
        self._turn = held


def _end_with_parent(parent: int) -> None:
    """Ends this process, whatever it is at, once the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def main() -> None:
    """Speaks by what were the standard streams; what is printed from now on goes nowhere."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - as long as the process
    Thread(target=_end_with_parent, args=(int(sys.argv[1]),), daemon=True).start()
    try:
        torch = import_module("torch")
        torch.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
    except Exception:  # told when a class is asked for
        pass
    Server(asked, answers).serve()


if __name__ == "__main__":
    main()
