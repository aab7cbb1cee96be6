"""Makes the README's pictures from real output: `.venv/bin/python docs/make_pictures.py`."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 118
PICTURES = {"run-compare": ["run", "compare", "--plot"]}


def main() -> None:
    for name, arguments in PICTURES.items():
        environment = os.environ | {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1"}
        environment |= {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
        output = subprocess.run(
            [sys.executable, "-m", "optplay", *arguments],
            env=environment, stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip
        with open(os.devnull, "w") as nowhere:
            console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
            for line in output.splitlines():
                console.print(Text.from_ansi(line), no_wrap=True, crop=True)
            title = "optplay " + " ".join(arguments)
            svg = console.export_svg(title=title)
        path = Path(__file__).with_name(f"{name}.svg")
        # The font is the reader's own: a picture in a README may load nothing from the network.
        lines, skipping = [], False
        for line in svg.splitlines():
            skipping = skipping or "@font-face" in line
            if not skipping:
                lines.append(line.rstrip())
            skipping = skipping and "}" not in line
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(path)


main()
