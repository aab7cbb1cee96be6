"""Every key that works everywhere: footer, help screen and palette are made from this."""

from textual.binding import Binding, BindingType

from optplay.tui.files import Files
from optplay.tui.keyboard import FOOTER, key
from optplay.tui.views import views
from optplay.tui.widgets.controls import Controls
from optplay.tui.widgets.runs import RunsPanel
from optplay.tui.widgets.status import StatusLine
from optplay.tui.workspace import VIEW_KEYS, Workspace

APP = [
    key("t", "app.toggle_dark", "Dark/light", "changes between a dark and a light theme"),
    key("question_mark,f1", "app.help", "Help", "explains what is shown, and lists all keys"),
    key("ctrl+p", "app.palette", "Palette", "finds anything by its name"),
    key("q", "app.quit", "Quit", "leaves optplay"),
    Binding("ctrl+c", "app.interrupt", "Quit at once", show=False, priority=True,
            tooltip="leaves optplay, with exit code 130", id="quit-at-once"),
]  # fmt: skip

SECTIONS = {
    "Player": StatusLine.KEYS,
    "Knobs": Controls.KEYS,
    "Runs": RunsPanel.KEYS,
    "View": [*Workspace.KEYS, *(binding for view in views().values() for binding in view.KEYS)],
    "Views": VIEW_KEYS,
    "Files": Files.KEYS,
    "App": APP,
}


def _rank(binding: Binding) -> int:
    return FOOTER.index(binding.description) if binding.show else len(FOOTER)


ALL = sorted((binding for group in SECTIONS.values() for binding in group), key=_rank)
BINDINGS: list[BindingType] = list(ALL)
