"""Which part of an axis is shown. Nothing here knows Textual."""

from typing import NamedTuple


class Span(NamedTuple):
    """A part of an axis, from `low` to `high`."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def zoomed(self, times: float, at: float | None = None) -> "Span":
        """The part that is `times` as wide; what is at a place stays there, else in the middle."""
        if at is None or not self.low <= at <= self.high:
            at = (self.low + self.high) / 2
        return Span(at - (at - self.low) * times, at + (self.high - at) * times)

    def moved(self, share: float) -> "Span":
        """The part that lies a share of its width further up."""
        return Span(self.low + share * self.width, self.high + share * self.width)

    def within(self, whole: "Span") -> "Span":
        """The part of this width within a whole; the whole if that is not wider."""
        if self.width >= whole.width:
            return whole
        low = min(max(self.low, whole.low), whole.high - self.width)
        return Span(low, low + self.width)
