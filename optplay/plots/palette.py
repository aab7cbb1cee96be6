"""The colours and markers that tell runs apart."""

RGB = tuple[int, int, int]

# Okabe and Ito's colour-blind-safe set (https://jfly.uni-koeln.de/color/), its blues and vermilion
# lightened to read on dark and its black replaced, the most different ones first.
PALETTE: tuple[RGB, ...] = (
    (86, 180, 233),  # sky blue
    (230, 159, 0),  # orange
    (0, 190, 140),  # bluish green
    (240, 130, 185),  # reddish purple
    (240, 228, 66),  # yellow
    (240, 100, 40),  # vermilion
    (120, 140, 255),  # blue
    (215, 215, 215),  # grey
)

# The same hues, darkened for light backgrounds.
PALETTE_LIGHT: tuple[RGB, ...] = (
    (0, 114, 200),
    (172, 108, 0),
    (0, 122, 84),
    (156, 84, 160),
    (92, 84, 0),
    (175, 48, 45),
    (70, 50, 200),
    (40, 40, 60),
)

# One per run where there is no colour: each is one cell wide and unlike any braille pattern.
MARKERS: tuple[str, ...] = ("●", "x", "▲", "○", "■", "+", "◆", "□")

# How much of its colour a band keeps, over what most terminals have as dark and light backgrounds.
_BAND_SHARE = 0.35
_BACKGROUND: RGB = (18, 18, 18)
_BACKGROUND_LIGHT: RGB = (250, 250, 250)

_FRAME: RGB = (140, 140, 140)
_FRAME_LIGHT: RGB = (110, 110, 110)

RESET = "\x1b[0m"


def run_color(index: int, dark: bool = True) -> RGB:
    """Return the colour of run ``index`` (any integer; colours repeat after the palette's end)."""
    palette = PALETTE if dark else PALETTE_LIGHT
    return palette[index % len(palette)]


def run_marker(index: int) -> str:
    """Return the marker of run ``index`` (any integer; markers repeat after the last one)."""
    return MARKERS[index % len(MARKERS)]


def band_color(index: int, dark: bool = True) -> RGB:
    """Return the faint version of a run's colour in which its band is drawn."""
    background = _BACKGROUND if dark else _BACKGROUND_LIGHT
    red, green, blue = (
        round(_BAND_SHARE * ink + (1 - _BAND_SHARE) * behind)
        for ink, behind in zip(run_color(index, dark), background, strict=True)
    )
    return red, green, blue


def frame_color(dark: bool = True) -> RGB:
    """Return the quiet colour of axes and ticks."""
    return _FRAME if dark else _FRAME_LIGHT


def escape(color: RGB) -> str:
    """Return the ANSI escape that starts text in ``color``."""
    red, green, blue = color
    return f"\x1b[38;2;{red};{green};{blue}m"


def paint(text: str, color: RGB | None) -> str:
    """Return ``text`` in ``color``; unchanged if ``color`` is ``None`` or the text is blank."""
    if color is None or not text.strip():
        return text
    return f"{escape(color)}{text}{RESET}"
