"""Makes the README's pictures from real output: `.venv/bin/python docs/make_pictures.py`."""

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
# Each a preset, the cells of the screen, and keys to press.
SCREENS = {
    "app": ("exercise-2-warmup", "120x40", "m"),
    "app-fork": (
        "compare", "120x40", ",".join(["left"] * 35 + ["f", "tab", "down"] + ["right"] * 3),
    ),
    "app-light": ("exercise-5-adamw", "120x40", "t," + ",".join(["left"] * 20)),
    "app-small": ("exercise-1-nesterov", "80x24", "v"),
}  # fmt: skip


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
    for name, arguments in OUTPUTS.items():
        path = FOLDER / f"{name}.svg"
        path.write_text(without_fonts(printed(arguments)), encoding="utf-8")
        print(path.name)
    for name, (preset, size, keys) in SCREENS.items():
        path = FOLDER / f"{name}.svg"
        optplay(preset, "--headless", "--size", size, "--press", keys, "--screenshot", str(path))
        path.write_text(without_fonts(path.read_text(encoding="utf-8")), encoding="utf-8")
        print(path.name)


main()
