"""The lesson: the question, what is claimed with what it came to, and the text."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from optplay.experiments import SIGNS, Claim, Verdict, claimed, figures

WAITING = "…"
FRAME = 6


class Lesson(VerticalScroll, inherit_bindings=False):
    """Scrolls; the verdicts fill in as seeds complete."""

    BINDINGS = [
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="lesson")
        self._text: str | None = None
        self._question = ""
        self._shown: object = None
        self._told: tuple[Sequence[Claim], Sequence[Verdict], str] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="verdicts", markup=False)

    def show_text(self, question: str, lesson: str) -> None:
        self._question = question or "Lesson"
        # Content, here and elsewhere: what people write is no markup.
        self.border_title = Content(self._question)
        if lesson != self._text:
            # Here, after the first paint: its parser takes a while to load.
            from textual.widgets import Markdown  # noqa: PLC0415

            if self._text is None:
                self.mount(Markdown(lesson, id="text", open_links=False))
            else:
                self.query_one("#text", Markdown).update(lesson)
            self._text = lesson
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        if self._told:
            self.show_verdicts(*self._told)

    def show_verdicts(
        self, claims: Sequence[Claim], verdicts: Sequence[Verdict], progress: str
    ) -> None:
        """The claims with their verdicts so far; without verdicts they are still being measured."""
        self._told = (claims, verdicts, progress)
        key = (tuple(claims), tuple(verdicts), progress, self._question, self.size.width)
        if key == self._shown:
            return
        self._shown = key
        table = Table.grid(padding=(0, 1))
        # The border cuts what is longer.
        if len(self._question) > self.size.width - FRAME:
            table.add_row(Text("?", "bold"), Text(self._question, "bold"))
        by_claim = {v.claim: v for v in verdicts}
        for claim in claims:
            verdict = by_claim.get(claim)
            sign, color = SIGNS[verdict.verdict] if verdict else (WAITING, "")
            word = verdict.verdict if verdict else "measuring"
            said = Text(claimed(claim))
            if verdict:
                said.append("\n" + figures(verdict), "dim")
            # Red comes out as a grey that is hard to read where there are no colours.
            style = "bold" if self.app.no_color else f"bold {color}".strip()
            table.add_row(Text(f"{sign} {word}", style, no_wrap=True), said)
        if not claims:
            table.add_row(Text("This preset claims nothing: look for yourself.", "dim"))
        self.border_subtitle = progress
        self.query_one("#verdicts", Static).update(table)
