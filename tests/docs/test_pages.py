"""What the pages say of the program, against the program.

What is new in the program and not on the pages yet is no fault here: `docs/make_tables.py --check`
tells of that.
"""

import re
import shlex
from pathlib import Path

import pytest

from optplay.experiments import preset_files

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
LINKS = [
    (page, link)
    for page, text in TEXTS.items()
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M))
    if not link.startswith("http")
]
COMMANDS = [
    command
    for page in TEXTS
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXTS[page], re.MULTILINE | re.DOTALL)
    for command in block.replace("\\\n", " ").splitlines()
    if command.startswith("optplay ")
]


def anchors(text):
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short():
    assert len(TEXTS["README.md"].splitlines()) <= 150


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_links_lead_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.is_file()
    if anchor:
        assert anchor in anchors(target.read_text(encoding="utf-8"))


def test_every_page_and_picture_is_linked():
    linked = {((ROOT / page).parent / link.partition("#")[0]).resolve() for page, link in LINKS}
    assert {path.resolve() for path in ROOT.glob("docs/*.[ms][dv]*")} <= linked


def test_tables_say_what_the_program_says(make_tables):
    for page, text in TEXTS.items():
        assert make_tables.filled(text, add=False) == text, page


def test_a_new_thing_gets_a_row_and_one_that_is_gone_loses_it(make_tables):
    table = "<!-- table: datasets -->\n| a | b | c |\n|---|---|---|\n{}<!-- end -->\n"
    rows = "| `xor` | old | by hand |\n| `gone` | old | |\n"
    filled = make_tables.filled(table.format(rows))
    assert re.search(r"\| `xor` \| two opposite .* \| by hand \|", filled)
    assert "gone" not in filled
    assert filled.index("`xor`") < filled.index("| `circle` |")
    kept = make_tables.filled(table.format(rows), add=False)
    assert "circle" not in kept


def test_the_options_of_a_command_on_the_pages_are_there_too(make_tables):
    page = TEXTS["docs/commands.md"] + TEXTS["docs/app.md"]
    common = make_tables.TABLES["common-options"]()
    missing = [
        (name, option)
        for name, command in make_tables.commands().items()
        for option in make_tables.options(command)
        if f"`{make_tables.usage(name, command)}`" in page
        and f"`{option}`" not in common
        and f"`{name} {option}`".replace("|", r"\|") not in page
        and f"`{option}`" not in page
    ]
    assert not missing


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_shown_are_understood(make_tables, line):
    _, *words = shlex.split(line)
    commands = make_tables.commands()
    name = words[0] if words[0] in commands else "play"
    arguments = words[1:] if name == words[0] else words
    found = commands[name].make_context(name, arguments)
    preset = found.params["preset"]
    assert preset in preset_files()
