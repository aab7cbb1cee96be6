"""Every key of the app: footer, help screen and command palette are made from this list."""

from textual.binding import Binding, BindingType

from optplay.tui.views import CHARTS, views

# What the footer shows, the most useful first; where it is too narrow the last ones are cut.
FOOTER = (
    "play", "presets", "help", "quit", "lesson", "undo", "all_seeds", "fork", "reseed(1)",
    "choose('optimizer')", "switch('warmup')", "switch('decay')", "switch('clip')", "add_run",
    "command_palette",
)  # fmt: skip


def key(keys: str, action: str, name: str, text: str) -> Binding:
    """A key, the action it calls, its name in the footer, and a sentence for the help."""
    return Binding(keys, action, name, show=action in FOOTER, tooltip=text)


PLAYER = [
    key("space", "play", "Play", "plays or pauses; at the end, plays from the start"),
    key("full_stop", "step(1)", "Step", "one epoch forward"),
    key("comma", "step(-1)", "Step back", "one epoch back"),
    key("right", "scrub(1)", "Scrub forward", "a fiftieth of the run forward"),
    key("left", "scrub(-1)", "Scrub back", "a fiftieth of the run back"),
    key("home", "jump(0)", "To the start", "puts the playhead before the first epoch"),
    key("end", "jump(1)", "To the end", "puts the playhead at the last epoch"),
    key("right_square_bracket", "speed(1)", "Faster", "the next higher speed"),
    key("left_square_bracket", "speed(-1)", "Slower", "the next lower speed"),
]
RUNS = [
    key("a", "add_run", "Add", "adds a run with an optimizer's defaults"),
    key("b", "duplicate_run", "Duplicate run", "copies the selected run"),
    key("e", "rename_run", "Rename run", "gives the selected run another label"),
    key("delete", "delete_run", "Delete run", "deletes the selected run"),
    key("f", "fork", "Fork", "a new run that goes on from this one at the playhead"),
    key("j", "select(1)", "Next run", "selects the run below"),
    key("k", "select(-1)", "Previous run", "selects the run above"),
    key("r", "reseed(1)", "Reseed", "draws other initial weights: the next seed"),
    key("R", "reseed(-1)", "Previous seed", "goes back to the seed before"),
    key("m", "all_seeds", "All seeds", "median and quartiles over the preset's seeds"),
]
KNOBS = [
    key("o", "choose('optimizer')", "Optimizer", "chooses the optimizer of the run"),
    key("w", "switch('warmup')", "Warmup", "switches warmup on or off"),
    key("d", "switch('decay')", "Decay", "switches the decay of the rate on or off"),
    key("c", "switch('clip')", "Clipping", "switches gradient clipping on or off"),
    key("u,ctrl+z", "undo", "Undo", "takes back the last edit"),
    key("U,ctrl+y", "redo", "Redo", "does again what was undone"),
]
VIEW = [
    key("z", "zoom", "Zoom", "shows the chart or lesson in focus in the full area, or all again"),
    key("v", "next_chart", "Next chart", "the next chart, where one is shown at a time"),
    key("g", "toggle_log", "Log/linear", "logarithmic or linear axis of the chart in focus"),
    key("h", "choose_charts", "Choose charts", "chooses which charts are shown"),
    key("l", "lesson", "Lesson", "shows or folds the lesson"),
    key("t", "toggle_dark", "Dark/light", "changes between a dark and a light theme"),
]
VIEWS = [
    key("1", f"view('{CHARTS}')", "Charts", "the curves of all runs, epoch by epoch"),
    *(
        key(str(number), f"view('{view.name}')", view.title, view.text)
        for number, view in enumerate(views().values(), 2)
    ),
]
FILES = [
    key("p", "presets", "Presets", "opens another preset"),
    key("s", "save", "Save", "saves what is on the screen as a preset"),
    key("y", "copy_command", "Copy command", "copies the command that computes the same"),
    key("S", "picture", "Screenshot", "writes the screen to an SVG file"),
]
APP = [
    key("question_mark,f1", "help", "Help", "shows all keys"),
    key("ctrl+p", "command_palette", "Palette", "finds every action by its name"),
    key("q", "quit", "Quit", "leaves optplay"),
    Binding("ctrl+c", "interrupt", "Quit at once", show=False, priority=True,
            tooltip="leaves optplay, with exit code 130"),
]  # fmt: skip

SECTIONS = {
    "Player": PLAYER, "Knobs": KNOBS, "Runs": RUNS, "View": VIEW, "Views": VIEWS, "Files": FILES,
    "App": APP,
}  # fmt: skip


def _rank(binding: Binding) -> int:
    return FOOTER.index(binding.action) if binding.action in FOOTER else len(FOOTER)


ALL = sorted((binding for group in SECTIONS.values() for binding in group), key=_rank)
BINDINGS: list[BindingType] = list(ALL)
