"""A list whose options are a line each, and are drawn one by one."""

from rich.segment import Segment
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style
from textual.visual import VisualType
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class OneLiners(OptionList, inherit_bindings=False):
    """Options of one line of text: a new text draws its line.

    Textual's own (8.2) lays out and draws all of them, by way of three kinds of text: for five runs
    that are played that took longer than their charts.
    """

    def _replace_option_prompt(self, index: int, prompt: VisualType) -> None:
        option = self.get_option_at_index(index)
        option._set_prompt(prompt)
        for key in [*self._option_render_cache.keys()]:
            if key[0] is option:
                self._option_render_cache.discard(key)
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _get_option_render(self, option: Option, style: Style) -> list[Strip]:
        key = (option, style, self.get_component_styles("option-list--option").padding)
        strips = self._option_render_cache.get(key)
        if strips is None:
            text, width = option.prompt, self.scrollable_content_region.width
            assert isinstance(text, Text)
            parts = Segment.apply_style(text.render(self.app.console), style.rich_style)
            strip = Strip(parts).simplify().apply_offsets(0, 0)
            strip = strip.adjust_cell_length(width, style.rich_style)
            strips = [strip.apply_meta({"option": self._option_to_index[option]})]
            self._option_render_cache[key] = strips
        return strips
