"""What the screen is about: a preset as edited so far, with undo. Nothing here knows Textual."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import msgspec

from optplay.errors import InputError
from optplay.experiments import Preset
from optplay.experiments.experiment import room
from optplay.experiments.keys import PROBLEM, Key, has_key, key_of, keys
from optplay.experiments.labels import STEM, follow_rules, free
from optplay.experiments.places import value_at
from optplay.experiments.preset import Fork, Run, with_runs
from optplay.optim import OPTIMIZERS
from optplay.training import RunConfig, refuse_too_large

COALESCE_SECONDS = 0.8
# Of 64 runs that are all changed a state takes 80 kB.
MOST_UNDO = 300
MOST_RUNS = 64


@dataclass(eq=False)
class Source:
    """Where a preset was opened; each opening is one of its own.

    Attributes:
        opened: its name or file. original: the preset that this gives.
        tried: how many of the things that it proposes to try were done.
    """

    opened: str
    original: Preset
    tried: int = 0


@dataclass(frozen=True)
class State:
    """One state of the screen's subject.

    Attributes:
        preset: the runs, seeds and claims.
        selected: the place of the run that the controls show.
        seed: the network seed of the curves, unless all seeds are shown.
        source: what was opened.
    """

    preset: Preset
    selected: int
    seed: int
    source: Source

    @classmethod
    def of(cls, source: Source) -> "State":
        """The preset as it was opened."""
        return cls(source.original, 0, source.original.seeds[0], source)

    @property
    def run(self) -> Run:
        return self.preset.runs[self.selected]


class Session:
    """The states of a sitting: the present one, those to undo to and those to redo.

    They reach over all presets that were opened.

    Every method that changes something raises InputError, and changes nothing, if the result would
    not be a valid preset.
    """

    def __init__(self, preset: Preset, opened: str, clock: Callable[[], float] = monotonic) -> None:
        self.state = State.of(Source(opened, preset))
        self.whole_problem = True
        self.all_runs = False
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
    def opened(self) -> str:
        """The name or the file of the preset."""
        return self.state.source.opened

    @property
    def original(self) -> Preset:
        """The preset as it is there."""
        return self.state.source.original

    @property
    def edited(self) -> bool:
        return self.preset != self.original

    @property
    def unsaved(self) -> list[State]:
        """Of each preset that was opened and has edits which no file has: its last state.

        The present preset is the first, the one that was opened last the next.
        """
        last: dict[Source, State] = {}
        for state in (self.state, *self._redo, *reversed(self._undo)):
            last.setdefault(state.source, state)
        return [state for state in last.values() if state.preset != state.source.original]

    def open(self, preset: Preset, opened: str, edited: Preset | None = None) -> None:
        """Another preset, as it is there or `edited`; undo goes back to the one before."""
        self.all_runs = False
        self._now(State.of(Source(opened, preset)))
        if edited is not None:
            self._now(replace(self.state, preset=edited))

    def reset(self) -> bool:
        """The preset as it was opened or saved; False if it is so already."""
        labels = [run.label for run in self.original.runs]
        selected = labels.index(self.run.label) if self.run.label in labels else 0
        was = replace(State.of(self.state.source), selected=selected)
        changed = was != self.state
        self._now(was)
        return changed

    def adopt(self, preset: Preset) -> None:
        """Other runs and claims, as a try of the preset has them; the charts stay."""
        preset = msgspec.structs.replace(preset, charts=self.preset.charts)
        _check_size(preset)
        new = (place for place, run in enumerate(preset.runs) if run not in self.original.runs)
        self._now(replace(self.state, preset=preset, selected=next(new, 0)))

    def value(self, name: str) -> Any:
        """What a key of the selected run stands at."""
        return self.state.seed if name == "seed" else value_at(self.run.config, name)

    def turn(self, name: str, value: Any) -> None:
        """Gives a key of the selected run another value, and while `all_runs` of all that have it.

        Epochs and seed are those of all runs, the problem's keys too while `whole_problem`.
        """
        key = key_of(self.run.config, name)
        if name == "seed":
            key.set(self.run.config, value)
            self._now(replace(self.state, seed=value), name)
            return
        self._configure({run.label: self._with(run, key, value) for run in self._turned(key)}, name)

    def _with(self, run: Run, key: Key, value: Any) -> RunConfig:
        """The run with another value of a key; what comes there with it stands where it stood."""
        config = key.set(run.config, value)
        if not key.switched:
            return config
        was = value_at(run.config, key.name)
        before, after = ({k.name: k for k in keys(each)} for each in (run.config, config))
        for name, each in before.items():
            stood = each.get(run.config)
            gone = name not in after or (each.switched and not each.is_on(each.get(config)))
            if gone and each.is_on(stood):
                self._remembered[run.label, name] = stood
        for name in after.keys() - before if not key.is_on(was) else ():
            with suppress(KeyError, InputError):
                config = after[name].set(config, self._remembered[run.label, name])
        return config

    def _turned(self, key: Key) -> list[Run]:
        """The runs whose key is turned together."""
        whole = key.shared or (key.name.startswith(PROBLEM) and self.whole_problem)
        if not (whole or self.all_runs):
            return [self.run]
        return [run for run in self.preset.runs if has_key(run.config, key.name)]

    def reconfigure(
        self, change: Callable[[RunConfig], RunConfig], what: str, *, all_runs: bool = False
    ) -> None:
        """Changes the selected run or all; changes of one thing in quick succession are one."""
        runs = self.preset.runs if all_runs else [self.run]
        self._configure({run.label: change(run.config) for run in runs}, what)

    def _configure(self, configs: Mapping[str, RunConfig], what: str) -> None:
        old = self.preset.runs
        runs = [
            msgspec.structs.replace(run, config=configs.get(run.label, run.config)) for run in old
        ]
        named = follow_rules([run.config.optimizer for run in old], runs)
        preset = with_runs(self.preset, named)
        _check_size(preset)
        self._now(replace(self.state, preset=preset), (self.state.selected, self.all_runs, what))
        for before, after in zip(old, named, strict=True):
            if before.label != after.label:
                self._remember_as(before.label, after.label)

    def switch(self, name: str) -> None:
        key = key_of(self.run.config, name)
        self.turn(name, key.off if key.is_on(self.value(name)) else self.last_on(name))

    def switch_any(self, name: str) -> None:
        """Switches a key, or what is on in its stead; on again, it is what was on last."""
        ways = sorted((name, *key_of(self.run.config, name).instead))
        # No key has such a name.
        last = self.run.label, "one of " + ", ".join(ways)
        on = [way for way in ways if key_of(self.run.config, way).is_on(self.value(way))]
        self.switch(on[0] if on else self._remembered.get(last, name))
        if on:
            self._remembered[last] = on[0]

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
        config = self.added(optimizer)
        self._append(Run(label=free(OPTIMIZERS.find(optimizer).title, self._labels), config=config))

    def added(self, optimizer: str) -> RunConfig:
        """What a new run with an optimizer would be."""
        now = self.run.config
        return RunConfig(problem=now.problem, optimizer=optimizer, epochs=now.epochs)

    def duplicate(self) -> None:
        old = self.run.label
        self._append(msgspec.structs.replace(self.run, label=free(old, self._labels)))
        self._remember_as(old, self.run.label)

    def fork(self, epoch: int) -> None:
        """A new run that goes on from the selected one at an epoch, configured alike."""
        old = self.run.label
        label = free(f"{old[:STEM]} from {epoch}", self._labels)
        self._append(
            msgspec.structs.replace(self.run, label=label, fork=Fork(run=old, epoch=epoch))
        )
        self._remember_as(old, label)

    def delete(self) -> None:
        label = self.run.label
        if len(self.preset.runs) == 1:
            raise InputError("this is the last run: add another one before you delete it")
        for run in self.preset.runs:
            if run.fork and run.fork.run == label:
                raise InputError(f"{run.label} goes on from {label}: delete {run.label} first")
        runs = tuple(run for run in self.preset.runs if run.label != label)
        claims = tuple(c for c in self.preset.claims if label not in (c.left, c.right))
        preset = with_runs(self.preset, runs, claims)
        selected = min(self.state.selected, len(runs) - 1)
        self._now(replace(self.state, preset=preset, selected=selected))

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
        self._now(replace(self.state, preset=with_runs(self.preset, runs, claims)))
        self._remember_as(old, label)

    def show_charts(self, charts: Sequence[str]) -> None:
        preset = msgspec.structs.replace(self.preset, charts=tuple(charts))
        self._now(replace(self.state, preset=preset))

    def saved(self, preset: Preset, opened: str) -> None:
        """The present preset was saved as this one, and opens by this name or file."""
        self._now(replace(self.state, preset=preset))
        self.state.source.opened, self.state.source.original = opened, preset

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
        preset = with_runs(self.preset, (*self.preset.runs, run))
        _check_size(preset)
        self._now(replace(self.state, preset=preset, selected=len(preset.runs) - 1))

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

    def _remember_as(self, old: str, new: str) -> None:
        """A run is what `old` was: it comes on where that would have."""
        self._remembered |= {
            (new, key): value for (label, key), value in self._remembered.items() if label == old
        }

    @property
    def _labels(self) -> list[str]:
        return [run.label for run in self.preset.runs]


def _check_size(preset: Preset) -> None:
    """Refuses what this machine can't hold or finish."""
    refuse_too_large([run.config for run in preset.runs], len(preset.seeds), most=room(preset))
