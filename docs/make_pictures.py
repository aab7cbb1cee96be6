"""Makes the pages' pictures from real output: `.venv/bin/python docs/make_pictures.py [NAME …]`.

Without names it makes all of them, which takes some minutes.
"""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 118
FOLDER = Path(__file__).parent
OUTPUTS = {
    "run-compare": ["run", "compare", "--plot"],
    "sweep": ["sweep", "compare-fair", "--confirm", "--plot"],
}
LEFT = ["left"]


def pressed(*keys: str) -> str:
    """The keys as `--press` takes them."""
    return ",".join(keys)


# Each a preset, the cells of the screen, and keys to press.
SCREENS = {
    "app": ("exercise-2-warmup", "120x40", "m"),
    "app-fork": ("compare", "120x40", pressed(*LEFT * 35, "f", "tab", "down", *["right"] * 3)),
    "app-light": ("exercise-5-adamw", "120x40", pressed("t", *LEFT * 20)),
    "app-small": ("exercise-1-nesterov", "80x24", "j"),
    "view-boundary": ("compare", "120x40", pressed("2", "n", *LEFT * 40)),
    "view-rates": ("exercise-3-effective-rate", "120x40", pressed("3", "m", "n", "n")),
    "view-inspect": ("exercise-5-adamw", "120x40", pressed("j", "j", "4", "i", *"1000", "enter")),
    "view-sweep": ("compare-fair", "120x40", "5"),
    "view-surface": ("problem-3-saddle", "120x40", pressed("6", *LEFT * 44)),
    "view-curvature": ("edge-of-stability", "120x40", "7"),
    "view-landscape": ("compare", "120x40", pressed("8", "n")),
}


def optplay(*arguments: str) -> str:
    """What a command prints on a terminal with colours."""
    environment = os.environ | {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1"}
    environment |= {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "optplay", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def without_fonts(svg: str) -> str:
    """The picture in the reader's own font: one in a README may load nothing from the network."""
    lines, skipping = [], False
    for line in svg.splitlines():
        skipping = skipping or "@font-face" in line
        if not skipping:
            lines.append(line.rstrip())
        skipping = skipping and "}" not in line
    return "\n".join(lines) + "\n"


def printed(arguments: list[str]) -> str:
    """A command's output as SVG."""
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        for line in optplay(*arguments).splitlines():
            console.print(Text.from_ansi(line), no_wrap=True, crop=True)
        return console.export_svg(title="optplay " + " ".join(arguments))


def main() -> None:
    names = sys.argv[1:] or [*OUTPUTS, *SCREENS]
    for name in names:
        if name not in OUTPUTS and name not in SCREENS:
            sys.exit(f"unknown picture {name!r}, allowed: {', '.join([*OUTPUTS, *SCREENS])}")
    for name in names:
        path = FOLDER / f"{name}.svg"
        if name in OUTPUTS:
            picture = printed(OUTPUTS[name])
        else:
            preset, size, keys = SCREENS[name]
            play = (preset, "--headless", "--size", size, "--press", keys)
            optplay(*play, "--force", "--screenshot", str(path))
            picture = path.read_text(encoding="utf-8")
        path.write_text(without_fonts(picture), encoding="utf-8")
        print(path.name, flush=True)


main()
