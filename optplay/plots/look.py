"""What a picture is drawn for."""

from typing import TypedDict


class Look(TypedDict):
    """The screen: whether it has colours, and whether its background is dark."""

    color: bool
    dark: bool


DARK = Look(color=True, dark=True)
