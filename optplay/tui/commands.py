"""All that can be done, by name: every action, view, knob and rule, every preset, every word."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.app import App
from textual.binding import Binding

from optplay.errors import InputError
from optplay.experiments import load, preset_files
from optplay.experiments.keys import keys
from optplay.optim import OPTIMIZERS
from optplay.tui.screens.choose import Entry
from optplay.tui.views import views
from optplay.tui.workspace import NUMBERED, Workspace


@dataclass(frozen=True)
class Command:
    """Something to do: how it is found, and what does it."""

    entry: Entry
    run: Callable[[], Awaitable[Any] | Any]


def commands(
    app: App[Any], bindings: Sequence[Binding], workspace: Workspace, open_: Callable[[str], None]
) -> Iterator[Command]:
    """What can be done with what is on the screen, in the order in which it is listed."""
    for binding in bindings:
        shown = app.get_key_display(binding)
        entry = Entry(shown, binding.description, binding.tooltip)
        yield Command(entry, partial(app.run_action, binding.action))
    for name, kind in [*views().items()][NUMBERED:]:
        entry = Entry(f"view {name}", kind.instrument.title, kind.instrument.text)
        yield Command(entry, partial(workspace.action_view, name))
    yield Command(
        Entry("all words", "Glossary", "every word of every view, with a plain sentence on it"),
        partial(app.run_action, "app.words"),
    )
    yield Command(
        Entry("all themes", "Theme", "chooses among all themes"),
        partial(app.run_action, "app.theme"),
    )
    yield Command(
        Entry("first steps", "Tour", "the presets in their order, from where to start"),
        partial(app.run_action, "files.open"),
    )
    controls = workspace.controls
    for key in keys(controls.config):
        entry = Entry(f"knob {key.name}", key.title, key.text)
        yield Command(entry, partial(workspace.go_to_knob, key.name))
    for rule in OPTIMIZERS.values():
        entry = Entry(f"optimizer {rule.name}", rule.title, rule.summary)
        yield Command(entry, partial(controls.take, "optimizer", rule.name))
    for name in preset_files():
        # A broken file of one's own must not hide the others.
        with suppress(InputError):
            entry = Entry(f"preset {name}", (preset := load(name)).title, preset.question)
            yield Command(entry, partial(open_, name))
    for kind in views().values():
        view = kind.instrument
        for word, sentence in view.guide:
            entry = Entry(f"{view.title}, {word}", word, sentence)
            yield Command(entry, partial(app.run_action, f"app.words('{view.name}')"))
