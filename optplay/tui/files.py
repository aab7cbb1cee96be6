"""What comes and goes as files: presets, the command that computes the same, pictures."""

import shlex
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from textual.app import App

from optplay.errors import InputError, reason
from optplay.experiments import load, preset_files
from optplay.experiments.saving import command, save
from optplay.files import write_text
from optplay.tui import unsaved
from optplay.tui.desk import Desk
from optplay.tui.keyboard import key
from optplay.tui.screens.choose import Choose, Entry
from optplay.tui.screens.confirm import Confirm
from optplay.tui.screens.prompt import Prompt
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

    def action_open(self) -> None:
        kept = {f"unsaved {one.path.name}": one for one in unsaved.kept()}

        def take(name: str) -> None:
            try:
                if name in kept:
                    self._reopen(kept[name])
                else:
                    self._open(name)
            except InputError as error:
                self._app.notify(str(error), severity="error", markup=False)

        entries = [
            Entry(name, one.preset.title, f"{one.opened} as edited until {one.when}, not saved")
            for name, one in kept.items()
        ]
        for preset in preset_files():
            # A broken file of one's own must not hide the others.
            with suppress(InputError):
                read = load(preset)
                entries.append(Entry(preset, read.title, read.question))
        Choose("Presets", entries, self._desk.session.preset.name).ask(self._app, take)

    def _reopen(self, kept: unsaved.Unsaved) -> None:
        self.reopened.append(kept.path)
        self._desk.open(kept.origin(), kept.opened, kept.preset)

    def action_save(self) -> None:
        def check(text: str) -> str | None:
            return None if text.strip().endswith(".toml") else "the name of a preset ends in .toml"

        name = f"my-{self._desk.session.preset.name.removeprefix('my-')}.toml"
        prompt = Prompt("Save as a preset", name, check, "optplay FILE opens it")
        prompt.ask(self._app, lambda text: self._save(Path(text.strip()).expanduser()))

    def _save(self, path: Path) -> None:
        if path.exists():
            confirm = Confirm(f"{path} exists. Write over it?", "Write over it")
            confirm.ask(self._app, lambda yes: self._write(path, overwrite=True) if yes else None)
        else:
            self._write(path, overwrite=False)

    def _write(self, path: Path, *, overwrite: bool) -> None:
        try:
            save(self._desk.session.preset, path, overwrite=overwrite)
        except (InputError, OSError) as error:
            why = reason(error) if isinstance(error, OSError) else error
            self._app.notify(f"Not saved: {why}", severity="error", markup=False)
            return
        self._desk.session.saved(self._desk.session.preset, str(path))
        self._app.notify(f"Saved: optplay {path}", markup=False)
        self._desk.moved()

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
