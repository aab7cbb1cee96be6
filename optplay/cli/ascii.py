"""What stands for a character where the output's encoding has none: one of ASCII, as wide.

Tables and charts keep their columns, and frames are frames, in Latin-1 and ASCII too.
"""

import codecs
import unicodedata
from functools import cache

HANDLER = "optplay.ascii"
# First those of runs, each unlike the others, then what else is drawn or written.
SIGNS = dict(
    zip(
        "●▲○■◆□" "✓✗☒☐‹›▾▸▴▶◀•·…‖│─–—−×±≤≥≠≈∞√→←↑↓↗↘↔⇧⏎“”„‘’«»²³₁₂½",
        "*^o#@%" "+xx.<>v>^><*.~||----x+<>=~8V><^v/\\-^<\"\"\"''\"\"2312/",
        strict=True,
    )
)  # fmt: skip
BRAILLE, BLOCKS, BOXES = range(0x2800, 0x2900), range(0x2580, 0x25A0), range(0x2500, 0x2580)
# Dots of a braille pattern above and below its middle.
HIGH, LOW = 0b00011011, 0b11100100
LIGHTER = {"▀": "'", "▁": "_", "▂": "_", "▃": "_", "▄": "_", "▏": "|", "▎": "|", "▍": "|", "░": ".",
           "▒": ":", "▔": "'", "▕": "|"}  # fmt: skip


@cache
def stand_in(character: str) -> str:
    """The ASCII for a character, in as many cells as it takes."""
    code, name = ord(character), unicodedata.name(character, "")
    if character in SIGNS:
        return SIGNS[character]
    if code in BRAILLE:
        return _of_dots(code - BRAILLE.start)
    if code in BLOCKS:
        return LIGHTER.get(character, "#")
    if code in BOXES:
        ways = {
            way for way in ("HORIZONTAL", "VERTICAL", "LEFT", "RIGHT", "UP", "DOWN") if way in name
        }
        if ways <= {"HORIZONTAL", "LEFT", "RIGHT"}:
            return "-"
        return "|" if ways <= {"VERTICAL", "UP", "DOWN"} else "+"
    if unicodedata.combining(character):
        return ""
    first = unicodedata.normalize("NFKD", character)[0]
    if first.isascii():
        return first
    if name.startswith("GREEK"):
        letter = name.split("LETTER ")[-1][0]
        return letter.lower() if "SMALL" in name else letter
    return "?" * (2 if unicodedata.east_asian_width(character) in "WF" else 1)


def _of_dots(dots: int) -> str:
    if not dots:
        return " "
    if dots.bit_count() > 5:
        return "#"
    if not dots & LOW:
        return "'"
    return "." if not dots & HIGH else ":"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(stand_in, error.object[error.start : error.end])), error.end


codecs.register_error(HANDLER, _replaced)
