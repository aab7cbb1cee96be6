"""What the screen is about: a preset as edited so far, with undo. Nothing here knows Textual."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from optplay.errors import InputError
from optplay.experiments import Preset
from optplay.experiments.keys import PROBLEM, key_of, value_at
from optplay.experiments.preset import Fork, Run
from optplay.optim import OPTIMIZERS
from optplay.training import RunConfig, refuse_too_large

COALESCE_SECONDS = 0.8
MOST_UNDO = 1000
MOST_RUNS = 64
# What is kept of a label when something is put behind it.
STEM = 45


@dataclass(frozen=True)
class State:
    """One state of the screen's subject.

    Attributes:
        preset: the runs, seeds and claims.
        selected: the place of the run that the controls show.
        seed: the network seed of the curves, unless all seeds are shown.
    """

    preset: Preset
    selected: int
    seed: int

    @property
    def run(self) -> Run:
        return self.preset.runs[self.selected]


class Session:
    """The states of a sitting: the present one, those to undo to and those to redo.

    Every method that changes something raises InputError, and changes nothing, if the result would
    not be a valid preset.
    """

    def __init__(self, preset: Preset, opened: str, clock: Callable[[], float] = monotonic) -> None:
        self.opened = opened
        self.original = preset
        self.state = State(preset, 0, preset.seeds[0])
        self.whole_problem = True
        self._undo: list[State] = []
        self._redo: list[State] = []
        self._remembered: dict[tuple[str, str], Any] = {}
        self._clock = clock
        self._last_edit: tuple[object, float] = (None, 0.0)

    @property
    def preset(self) -> Preset:
        return self.state.preset

    @property
    def run(self) -> Run:
        return self.state.run

    @property
    def edited(self) -> bool:
        return self.preset != self.original

    def value(self, name: str) -> Any:
        """What a key of the selected run stands at."""
        return self.state.seed if name == "seed" else value_at(self.run.config, name)

    def turn(self, name: str, value: Any) -> None:
        """Gives a key of the selected run another value.

        Epochs and seed are those of all runs, the problem's keys too while `whole_problem`.
        """
        key, label = key_of(self.run.config, name), self.run.label
        if name == "seed":
            key.set(self.run.config, value)
            self._now(replace(self.state, seed=value), name)
            return
        all_runs = key.shared or (name.startswith(PROBLEM) and self.whole_problem)
        if key.switched and key.is_on(was := self.value(name)):
            self._remembered[label, name] = was
        self.reconfigure(lambda config: key.set(config, value), name, all_runs=all_runs)

    def reconfigure(
        self, change: Callable[[RunConfig], RunConfig], what: str, *, all_runs: bool = False
    ) -> None:
        """Changes the selected run or all; changes of one thing in quick succession are one."""
        runs = tuple(
            msgspec.structs.replace(run, config=change(run.config))
            if all_runs or run.label == self.run.label
            else run
            for run in self.preset.runs
        )
        preset = msgspec.structs.replace(self.preset, runs=runs)
        _check_size(preset)
        self._now(replace(self.state, preset=preset), (self.run.label, what))

    def switch(self, name: str) -> None:
        key = key_of(self.run.config, name)
        self.turn(name, key.off if key.is_on(self.value(name)) else self.last_on(name))

    def last_on(self, name: str) -> Any:
        """Where a key that may be off stands when it comes on again."""
        key, now = key_of(self.run.config, name), self.value(name)
        return now if key.is_on(now) else self._remembered.get((self.run.label, name), key.on)

    def select(self, place: int) -> None:
        """Selects a run; not an edit."""
        self.state = replace(self.state, selected=place % len(self.preset.runs))
        self._last_edit = (None, 0.0)

    def add(self, optimizer: str) -> None:
        """A new run with the optimizer's defaults, on the problem of the selected run."""
        now = self.run.config
        config = RunConfig(problem=now.problem, optimizer=optimizer, epochs=now.epochs)
        self._append(Run(label=self._free(OPTIMIZERS.find(optimizer).title), config=config))

    def duplicate(self) -> None:
        old = self.run.label
        self._append(msgspec.structs.replace(self.run, label=self._free(old)))
        self._remember_as(old)

    def fork(self, epoch: int) -> None:
        """A new run that goes on from the selected one at an epoch, configured alike."""
        old = self.run.label
        label = self._free(f"{old[:STEM]} from {epoch}")
        self._append(
            msgspec.structs.replace(self.run, label=label, fork=Fork(run=old, epoch=epoch))
        )
        self._remember_as(old)

    def delete(self) -> None:
        label = self.run.label
        if len(self.preset.runs) == 1:
            raise InputError("this is the last run: add another one before you delete it")
        for run in self.preset.runs:
            if run.fork and run.fork.run == label:
                raise InputError(f"{run.label} goes on from {label}: delete {run.label} first")
        runs = tuple(run for run in self.preset.runs if run.label != label)
        claims = tuple(c for c in self.preset.claims if label not in (c.left, c.right))
        preset = msgspec.structs.replace(self.preset, runs=runs, claims=claims)
        self._now(State(preset, min(self.state.selected, len(runs) - 1), self.state.seed))

    def rename(self, label: str) -> None:
        old, label = self.run.label, label.strip()
        if label == old:
            return

        def new(name: Any) -> Any:
            return label if name == old else name

        runs = []
        for run in self.preset.runs:
            fork = run.fork and msgspec.structs.replace(run.fork, run=new(run.fork.run))
            runs.append(msgspec.structs.replace(run, label=new(run.label), fork=fork))
        claims = tuple(
            msgspec.structs.replace(c, left=new(c.left), right=new(c.right))
            for c in self.preset.claims
        )
        preset = msgspec.structs.replace(self.preset, runs=tuple(runs), claims=claims)
        self._now(replace(self.state, preset=preset))
        self._remember_as(old)

    def show_charts(self, charts: Sequence[str]) -> None:
        preset = msgspec.structs.replace(self.preset, charts=tuple(charts))
        self._now(replace(self.state, preset=preset))

    def saved(self, path: Path) -> None:
        """The present state is what the file says."""
        self.opened, self.original = str(path), self.preset

    def undo(self) -> bool:
        """Back to the state before the last edit; False if there is none."""
        return self._travel(self._undo, self._redo)

    def redo(self) -> bool:
        """Forward again; False if nothing was undone."""
        return self._travel(self._redo, self._undo)

    def _travel(self, source: list[State], other: list[State]) -> bool:
        if not source:
            return False
        other.append(self.state)
        self.state = source.pop()
        self._last_edit = (None, 0.0)
        return True

    def _append(self, run: Run) -> None:
        # Last, so that the others keep their colours.
        if len(self.preset.runs) >= MOST_RUNS:
            raise InputError(f"found {MOST_RUNS} runs, which is the most that one screen can show")
        preset = msgspec.structs.replace(self.preset, runs=(*self.preset.runs, run))
        _check_size(preset)
        self._now(State(preset, len(preset.runs) - 1, self.state.seed))

    def _now(self, state: State, what: object = None) -> None:
        """Takes a new state; notches of one key in quick succession are undone as one."""
        if state == self.state:
            return
        now = self._clock()
        last, at = self._last_edit
        if what is None or what != last or now - at > COALESCE_SECONDS:
            self._undo.append(self.state)
            del self._undo[:-MOST_UNDO]
        self._redo.clear()
        self._last_edit = (what, now)
        self.state = state
        if state == self._undo[-1]:
            # Notches up and down again: there is nothing to undo.
            self._undo.pop()
            self._last_edit = (None, 0.0)

    def _remember_as(self, old: str) -> None:
        """The selected run is what `old` was: it comes on where that would have."""
        self._remembered |= {
            (self.run.label, key): value
            for (label, key), value in self._remembered.items()
            if label == old
        }

    def _free(self, label: str) -> str:
        """The label, with a number behind it if it is taken."""
        taken = {run.label for run in self.preset.runs}
        stem, n = label[:STEM], 1
        while label in taken:
            n += 1
            label = f"{stem} {n}"
        return label


def _check_size(preset: Preset) -> None:
    """Refuses what this machine can't hold or finish."""
    refuse_too_large([run.config for run in preset.runs], len(preset.seeds))
