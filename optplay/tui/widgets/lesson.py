"""The lesson: what to watch and to try, and folded below it what came of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from optplay.experiments import OUTCOMES, SIGNS, claimed, figures
from optplay.tui.judged import Outcomes, Standing

WAITING = "…"
FRAME = 6
HEADING = re.compile(r"^(?=\*\*What )", re.MULTILINE)
WATCH, MEASURED = "**What to watch", "**What was measured"


@dataclass(frozen=True)
class Findings:
    """What came of the runs: how the claims stand, how runs ended, and how many seeds are in."""

    standings: Sequence[Standing] = ()
    outcomes: Sequence[Outcomes] = ()
    progress: str = ""


class Lesson(VerticalScroll, inherit_bindings=False):
    """Scrolls. Verdicts, and what the text says was measured, are folded until they may be seen.

    Attributes:
        asked: whether a person asked for them, or folded them; None if neither.
        unfolded: whether they are to be seen.
    """

    BINDINGS = [
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="lesson")
        self.asked: bool | None = None
        self.unfolded: bool | None = None
        self._text: str | None = None
        self._question = ""
        self._shown: object = None
        self._findings = Findings()

    def compose(self) -> ComposeResult:
        yield Static(id="question", markup=False)
        yield Static(id="verdicts", markup=False)

    def begin(self) -> None:
        """Another preset was opened: what came of it is folded anew."""
        self.asked = self.unfolded = None

    def show_text(self, question: str, lesson: str) -> None:
        self._question = question or "Lesson"
        # Content, here and elsewhere: what people write is no markup.
        self.border_title = Content(self._question)
        if lesson != self._text:
            # Here, after the first paint: its parser takes a while to load.
            from textual.widgets import Markdown  # noqa: PLC0415

            to_do, measured = parted(lesson)
            if self._text is None:
                self.mount(Markdown(to_do, id="text", open_links=False), before="#verdicts")
                self.mount(Markdown(measured, id="measured", open_links=False))
            else:
                self.query_one("#text", Markdown).update(to_do)
                self.query_one("#measured", Markdown).update(measured)
            self._text = lesson
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        self._show_question()
        self._draw()

    def _show_question(self) -> None:
        # The border cuts what is longer.
        long = len(self._question) > self.size.width - FRAME
        question = self.query_one("#question", Static)
        question.display = long
        question.update(Text(self._question, "bold"))

    def show(self, findings: Findings, seen: bool) -> None:
        """What came of the runs so far; folded unless the end was `seen`, or it is asked for."""
        unfolded = seen if self.asked is None else self.asked
        if unfolded != self.unfolded:
            came = unfolded and self.unfolded is not None
            self.unfolded = unfolded
            for name in ("#verdicts", "#measured"):
                for part in self.query(name):
                    part.display = unfolded
            self._show_question()
            if came and not self.has_focus:
                self.reveal()
        self._findings = findings
        self._draw()

    def reveal(self) -> None:
        """Scrolls to what came of the runs."""
        verdicts = self.query_one("#verdicts")

        def scroll() -> None:
            self.call_after_refresh(self.scroll_to_widget, verdicts, top=True, animate=False)

        # Where it was not shown before, it is laid out first.
        self.call_after_refresh(scroll)

    def _draw(self) -> None:
        found, no_color = self._findings, self.app.no_color
        key = (found, self.unfolded, self._text, no_color)
        if key == self._shown:
            return
        self._shown = key
        self.border_subtitle = Content(_summary(found, bool(self.unfolded)))
        if not self.unfolded:
            return
        table = Table.grid(padding=(0, 1))
        for standing in found.standings:
            table.add_row(*_row(standing, no_color=no_color))
        if not found.standings:
            table.add_row(Text("This preset claims nothing: look for yourself.", "dim"))
        whole = Table.grid()
        for part in (_ends(found.outcomes), table):
            if part:
                whole.add_row(part)
        self.query_one("#verdicts", Static).update(whole)


def parted(lesson: str) -> tuple[str, str]:
    """What may be read before the runs were seen, what to watch first; and what was measured."""
    introduction, *sections = HEADING.split(lesson)
    measured = [part for part in sections if part.startswith(MEASURED)]
    watch = [part for part in sections if part.startswith(WATCH)]
    rest = [part for part in sections if part not in (*measured, *watch)]
    return "\n\n".join([*watch, introduction, *rest]), "\n\n".join(measured)


def _summary(found: Findings, unfolded: bool) -> str:
    """The border's line: how the claims came out, and the key to see or to fold it."""
    count = len(found.standings)
    claims = f"{count} claim{'s' * (count != 1)}" if count else "what was measured"
    came = Counter(s.verdict.verdict for s in found.standings if s.verdict and not s.before)
    if not unfolded:
        parts = [f"{claims}: v shows what came of {'it' if count == 1 else 'them'}"]
        if not count:
            parts = ["v shows what was measured"]
    else:
        words = {"holds": "hold" if came["holds"] > 1 else "holds",
                 "fails": "fail" if came["fails"] > 1 else "fails"}  # fmt: skip
        told = ", ".join(f"{n} {words.get(w, w)}" for w in SIGNS if (n := came[w]))
        parts = [told, "v folds"]
    return "   ".join(part for part in (found.progress, *parts) if part)


def _row(standing: Standing, *, no_color: bool) -> tuple[Text, Text]:
    verdict = standing.verdict
    sign, color = SIGNS[verdict.verdict] if verdict else (WAITING, "")
    word = verdict.verdict if verdict else "measuring"
    # Red comes out as a grey that is hard to read where there are no colours.
    style = "bold" if no_color else f"bold {color}".strip()
    said = Text(claimed(standing.claim))
    if verdict:
        since = "before the edit: " if standing.before else ""
        said.append("\n" + since + figures(verdict), "dim")
    if standing.before:
        style = "dim"
        said.stylize("dim")
    return Text(f"{sign} {word}", style, no_wrap=True), said


def _ends(outcomes: Sequence[Outcomes]) -> Table | None:
    """How many seeds of each run ended how; nothing where all were trained."""
    if all(each.counts["trained"] == sum(each.counts.values()) for each in outcomes):
        return None
    seeds = sum(outcomes[0].counts.values())
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for name in OUTCOMES:
        table.add_column(justify="right", min_width=len(name))
    heading = f"Outcomes on {seeds} seed{'s' * (seeds > 1)}"
    table.add_row(Text(heading, "bold"), *(Text(name, "dim") for name in OUTCOMES))
    for each in outcomes:
        style = "dim" if each.before else ""
        cells = [Text(str(each.counts[name]), style) for name in OUTCOMES]
        table.add_row(Text(each.label + ", before the edit" * each.before, style), *cells)
    table.add_row("")
    return table
