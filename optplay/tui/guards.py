"""Faults of Textual's own parts that would end the app, mended until Textual has mended them.

Each was seen with Textual 8.2.8, the newest there is. They are put right where they are, since the
parts that fail are made by Textual, too, as the list of its palette is.
"""

from typing import Any

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList

_wrap = Content._wrap_and_format
_move_page = OptionList._move_page
_on_click = OptionList._on_click
_widget_at = Screen.get_widget_and_offset_at


def _wrap_in_a_cell(self: Content, width: int, *args: Any, **options: Any) -> Any:
    """Text in no cells at all, as in a window narrower than its borders, raises ValueError."""
    least = 1 + 2 * options.get("line_pad", 0)
    return _wrap(self, max(width, least), *args, **options)


def _move_laid_out_page(self: OptionList, direction: Any) -> None:
    """A list that is not laid out yet, or has no room, has no pages: KeyError, or IndexError."""
    if len(self._index_to_line) == self.option_count and self._lines:
        _move_page(self, direction)


async def _on_click_of_an_option(self: OptionList, event: events.Click) -> None:
    """A click on an option that went after it was last drawn raises IndexError."""
    place = event.style.meta.get("option")
    if place is not None and place < self.option_count:
        await _on_click(self, event)


def _widget_that_is_there(self: Screen[Any], x: int, y: int) -> Any:
    """A press on what went after it was last drawn raises AttributeError: it is within nothing."""
    widget, offset = _widget_at(self, x, y)
    gone = widget is not None and widget is not self and widget.parent is None
    return (None, None) if gone else (widget, offset)


def install() -> None:
    """Puts them in place, once however often it is called."""
    Content._wrap_and_format = _wrap_in_a_cell  # type: ignore[method-assign]
    OptionList._move_page = _move_laid_out_page  # type: ignore[method-assign]
    Screen.get_widget_and_offset_at = _widget_that_is_there  # type: ignore[method-assign]
    OptionList._on_click = _on_click_of_an_option  # type: ignore[method-assign]
