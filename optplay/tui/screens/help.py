"""What is looked at in plain words, and all keys, made from the bindings themselves."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import zip_longest
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from optplay.tui.screens.dialog import Dialog

WIDEST_KEY, GAP = 16, 2
Section = tuple[str, Sequence[tuple[str, str]]]


class Help(Dialog[None]):
    """Sections of words and keys with what they mean, side by side where there is room."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]

    def __init__(self, heading: str, sections: Sequence[Section]) -> None:
        super().__init__(heading)
        self.sections = sections

    def body(self) -> ComposeResult:
        sizes = [len(rows) + 2 for _, rows in self.sections]
        cut = min(range(len(sizes) + 1), key=lambda i: abs(sum(sizes[:i]) - sum(sizes[i:])))
        key_width = max((len(key) for _, rows in self.sections for key, _ in rows), default=0)
        with VerticalScroll(id="columns", classes="scrolls"):
            for column in (self.sections[:cut], self.sections[cut:]):
                yield Column(column, min(key_width, WIDEST_KEY))


class Column(Widget):
    """Sections below each other; wraps each text once for a width, where a table does so often."""

    def __init__(self, sections: Sequence[Section], key_width: int) -> None:
        super().__init__()
        self._sections, self._key_width = sections, key_width
        self._lines = lru_cache(maxsize=2)(self._wrapped)

    def _wrapped(self, width: int) -> list[tuple[str, str]]:
        """Lines, each with its beginning, which is set off, and the rest."""
        lines = []
        for title, rows in self._sections:
            lines.append((title, ""))
            for key, what in rows:
                keys = wrap(key, self._key_width)
                texts = wrap(what, max(width - self._key_width - GAP, 1))
                for begin, rest in zip_longest(keys, texts, fillvalue=""):
                    lines.append((f"{begin:{self._key_width + GAP}}", rest))
            lines.append(("", ""))
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        parts = list[str | tuple[str, str]]()
        for begin, rest in self._lines(self.content_size.width):
            parts += [(begin, "bold" if rest else "bold $text-primary"), f"{rest}\n"]
        return Content.assemble(*parts)


def sections_of(
    bindings_by_owner: Sequence[tuple[str, Sequence[BindingType]]],
    display: Callable[[Binding], str],
) -> list[Section]:
    """What `Help` shows of these bindings; the keys of one action share a row.

    Args:
        bindings_by_owner: titles, each with a list as in a `BINDINGS`.
        display: the app's `get_key_display`.
    """
    sections: list[Section] = []
    for title, bindings in bindings_by_owner:
        keys: dict[str, dict[str, None]] = {}
        told: dict[str, str] = {}
        for binding in Binding.make_bindings(bindings):
            what = binding.tooltip or binding.description
            if what and not binding.system:
                told.setdefault(binding.action, what[0].upper() + what[1:])
                keys.setdefault(binding.action, {})[display(binding)] = None
        if keys:
            sections.append((title, [(" / ".join(keys[a]), told[a]) for a in keys]))
    return sections
