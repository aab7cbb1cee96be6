"""What comes and goes as files: presets, the command that computes the same, pictures."""

import re
import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from textual.app import App

from optplay.errors import InputError, reason
from optplay.experiments import Preset, preset_files
from optplay.experiments.folders import own_folder
from optplay.experiments.owning import as_own
from optplay.experiments.saving import command, save
from optplay.experiments.shelf import listed
from optplay.files import write_text
from optplay.tui import unsaved
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.confirm import Confirm
from optplay.tui.screens.prompt import Prompt, refused
from optplay.tui.workspace import Workspace


class Files:
    """The actions; it has no widget."""

    KEYS = [
        key("p", "files.open", "Presets", "opens another preset"),
        key("s", "files.save", "Save", "saves what is on the screen as a preset"),
        key("y", "files.copy_command", "Copy command", "copies the command that computes the same"),
        key("S", "files.picture", "Screenshot", "writes the screen to an SVG file"),
    ]

    def __init__(
        self, app: App[Any], desk: Desk, workspace: Workspace, open_: Callable[[str], None]
    ) -> None:
        self._app, self._desk, self._workspace, self._open = app, desk, workspace, open_
        #: The files of what was unsaved and is open again.
        self.reopened: list[Path] = []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """All of them can always be called."""
        return True

    def take(self, name: str) -> None:
        """Opens a preset; what is wrong with it is told."""
        try:
            self._open(name)
        except InputError as error:
            self._app.notify(str(error), severity="error", markup=False)

    def action_open(self) -> None:
        kept = {f"unsaved {one.path.name}": one for one in unsaved.kept()}

        def take(name: str) -> None:
            if name in kept:
                self._reopen(kept[name])
            else:
                self.take(name)

        entries = [
            Entry(name, one.preset.title, f"{one.opened} as edited until {one.when}", "not saved")
            for name, one in kept.items()
        ]
        entries += [
            Entry(one.name, one.title, one.question or one.wrong, one.group) for one in listed()
        ]
        Choose("Presets", entries, self._desk.session.preset.name).ask(self._app, take)

    def _reopen(self, kept: unsaved.Unsaved) -> None:
        self.reopened.append(kept.path)
        self._desk.open(kept.origin(), kept.opened, kept.preset)

    def action_save(self) -> None:
        """Asks for title, question and file, then writes it."""
        session = self._desk.session
        preset = session.preset

        def valid(**fields: str) -> str | None:
            return refused(lambda: msgspec.structs.replace(preset, **fields))

        def ask_question(title: str) -> None:
            prompt = Prompt(
                "Its question", preset.question, lambda text: valid(question=text),
                "what its runs are to answer; it stands above the lesson",
            )  # fmt: skip
            prompt.ask(self._app, lambda question: ask_file(title, question))

        def ask_file(title: str, question: str) -> None:
            old = session.state.preset.name
            name = _slug(title) if title != session.original.title else old
            name = f"my-{name}" if name in preset_files() else name
            hint = f"a name is for your presets, in {own_folder()}; a path is taken as it is"
            prompt = Prompt("Its name, or a file", name, _refused_name, hint)
            prompt.ask(self._app, lambda text: self._save(_place(text), title, question))

        prompt = Prompt("Save as a preset: its title", preset.title, lambda text: valid(title=text))
        prompt.ask(self._app, ask_question)

    def _save(self, path: Path, title: str, question: str) -> None:
        session = self._desk.session
        preset = as_own(session.preset, session.original, path.stem, title, question)
        if path.exists():
            confirm = Confirm(f"{path} exists. Write over it?", "Write over it")
            confirm.ask(self._app, lambda yes: self._write(preset, path, True) if yes else None)
        else:
            self._write(preset, path, False)

    def _write(self, preset: Preset, path: Path, overwrite: bool) -> None:
        try:
            save(preset, path, overwrite=overwrite)
        except (InputError, OSError) as error:
            why = reason(error) if isinstance(error, OSError) else error
            self._app.notify(f"Not saved: {why}", severity="error", markup=False)
            return
        opened = path.stem if path.parent == own_folder() else str(path)
        self._desk.session.saved(preset, opened)
        self._app.notify(f"Saved: optplay {shlex.quote(opened)}", markup=False)
        self._desk.edited()

    def action_copy_command(self) -> None:
        session, view = self._desk.session, self._workspace.view
        shown = msgspec.structs.replace(session.preset, charts=session.original.charts)
        if not (self._desk.stage.all_seeds or view.every_seed):
            shown = msgspec.structs.replace(shown, seeds=(session.state.seed,))
        text = command(shown, session.opened, session.original)
        if text is None:
            self._app.notify(
                "Save it first (s): runs were added, removed or renamed, which only a file can say",
                severity="warning",
            )
            return
        program, _, *rest = shlex.split(text)
        name, *options = view.command(self._desk.stage)
        text = shlex.join([program, name, *rest, *options])
        self._app.copy_to_clipboard(text)
        self._app.notify(text, title="Copied", markup=False)

    def action_picture(self) -> None:
        path = Path(f"optplay-{datetime.now():%Y-%m-%d-%H-%M-%S}.svg")
        try:
            write_text(path, self._app.export_screenshot())
        except OSError as error:
            self._app.notify(f"Not saved: {reason(error)}", severity="error", markup=False)
        else:
            self._app.notify(f"Saved: {path}", markup=False)


def _slug(title: str) -> str:
    """A file's name for a title."""
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-")[:60] or "mine"


def _place(text: str) -> Path:
    """Where a preset of this name, or in this file, is saved."""
    path = Path(text.strip()).expanduser()
    bare = len(path.parts) == 1 and not path.is_absolute()
    return own_folder() / f"{text.strip().removesuffix('.toml')}.toml" if bare else path


def _refused_name(text: str) -> str | None:
    """Why a preset can't be saved under this name; None if it can."""
    path = _place(text) if text.strip().strip("./") else None
    if path is None or path.suffix != ".toml":
        return "a name for your presets, or the path of a file that ends in .toml"
    if path.parent == own_folder() and path.stem in preset_files():
        return f"{path.stem} is a preset of optplay's: give yours another name"
    return None
