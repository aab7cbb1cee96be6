"""The colours and markers that tell runs apart."""

from typing import NamedTuple

RGB = tuple[int, int, int]


class Duo(NamedTuple):
    """The two colours of a cell: its character's (``None``: the terminal's own), and behind it."""

    fore: RGB | None
    back: RGB


# How text is coloured; ``None`` leaves it to the terminal.
Ink = RGB | Duo | None

# Okabe and Ito's colour-blind-safe set (https://jfly.uni-koeln.de/color/), its blues and vermilion
# lightened to read on dark and its black replaced, the most different ones first. The eight that
# follow are as far from these, and from each other, as common sight can tell.
PALETTE: tuple[RGB, ...] = (
    (86, 180, 233),  # sky blue
    (230, 159, 0),  # orange
    (0, 190, 140),  # bluish green
    (240, 130, 185),  # reddish purple
    (240, 228, 66),  # yellow
    (240, 100, 40),  # vermilion
    (120, 140, 255),  # blue
    (215, 215, 215),  # grey
    (170, 255, 120),  # light green
    (205, 110, 255),  # violet
    (0, 255, 255),  # cyan
    (190, 140, 100),  # brown
    (255, 90, 130),  # rose
    (255, 195, 160),  # peach
    (140, 150, 60),  # olive
    (60, 160, 165),  # teal
)

# The same eight hues, darkened for light backgrounds, and eight more.
PALETTE_LIGHT: tuple[RGB, ...] = (
    (0, 114, 200),
    (172, 108, 0),
    (0, 122, 84),
    (156, 84, 160),
    (92, 84, 0),
    (175, 48, 45),
    (70, 50, 200),
    (40, 40, 60),
    (195, 0, 255),
    (222, 0, 112),
    (0, 0, 255),
    (120, 0, 120),
    (0, 0, 150),
    (105, 0, 15),
    (0, 0, 0),
    (105, 0, 255),
)

# One per run where there is no colour: each is one cell wide and unlike any braille pattern.
MARKERS: tuple[str, ...] = (
    "●", "x", "▲", "○", "■", "+", "◆", "□", "*", "△", "#", "◇", "%", "@", "&", "=",
)  # fmt: skip

_BAND_SHARE = 0.24  # of its colour that a band keeps, over the background
_FAINT_SHARE = 0.6  # of its colour, over the frame's
_HALF_BRIGHT = 140
RESET = "\x1b[0m"


def run_color(index: int, dark: bool = True) -> RGB:
    """Return the colour of run ``index`` (any integer; colours repeat after the palette's end)."""
    palette = PALETTE if dark else PALETTE_LIGHT
    return palette[index % len(palette)]


def run_marker(index: int) -> str:
    """Return the marker of run ``index`` (any integer; markers repeat after the last one)."""
    return MARKERS[index % len(MARKERS)]


def band_color(index: int, dark: bool = True) -> RGB:
    return mixed(run_color(index, dark), background(dark), _BAND_SHARE)


def faint_color(index: int, dark: bool = True) -> RGB:
    """Return the quieter version of a run's colour for what is not at the playhead."""
    return mixed(run_color(index, dark), frame_color(dark), _FAINT_SHARE)


def background(dark: bool = True) -> RGB:
    """Return about what terminals have as their background."""
    return (18, 18, 18) if dark else (250, 250, 250)


def contrast_color(dark: bool = True) -> RGB:
    """Return the colour that is farthest from the background, and from what is near to it."""
    return (255, 255, 255) if dark else (0, 0, 0)


def contrast_to(back: RGB) -> RGB:
    """Return black or white, whichever stands out more from what is behind it."""
    red, green, blue = back
    # Rec. 601: how much each channel makes of brightness.
    return contrast_color(0.299 * red + 0.587 * green + 0.114 * blue < _HALF_BRIGHT)


def mixed(color: RGB, other: RGB, share: float) -> RGB:
    """Return ``share`` (in [0, 1]) of a colour over another one."""
    red, green, blue = (
        round(share * one + (1 - share) * two) for one, two in zip(color, other, strict=True)
    )
    return red, green, blue


def frame_color(dark: bool = True) -> RGB:
    return (140, 140, 140) if dark else (110, 110, 110)


def escape(ink: RGB | Duo) -> str:
    """Return the ANSI escape that starts text in ``ink``."""
    if not isinstance(ink, Duo):
        return "\x1b[38;2;{};{};{}m".format(*ink)
    fore = "" if ink.fore is None else "38;2;{};{};{};".format(*ink.fore)
    return "\x1b[{}48;2;{};{};{}m".format(fore, *ink.back)


def paint(text: str, ink: Ink) -> str:
    """Return ``text`` in ``ink``; unchanged if that changes nothing to see."""
    if ink is None or not (isinstance(ink, Duo) or text.strip()):
        return text
    return f"{escape(ink)}{text}{RESET}"
