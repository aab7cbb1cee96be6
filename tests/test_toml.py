"""TOML that is meant to take for ever."""

import pytest

from optplay.errors import InputError
from optplay.experiments.edits import edit_value
from optplay.toml import MOST_DOTS, parse_toml

MANY = 200_000
KEYS = {
    "bare": "a" + ".a" * MANY + " = 1",
    "spaced": "a" + " . a" * MANY + " = 1",
    "quoted": '"a"' + ".'a'" * MANY + " = 1",
    "table": "[a" + ".a" * MANY + "]",
    "tables": "[[a" + ".a" * MANY + "]]",
    "inline": "x = { a" + ".a" * MANY + " = 1 }",
    "after a text": "x = '''" + '"""' + "'''\na" + ".a" * MANY + " = 1",
}
NO_TOML = {
    "lists": "x = " + "[" * MANY,
    "inline tables": "x = " + "{a=" * MANY,
    "a word": "a" * MANY,
    "quotes": '"' * MANY,
    "escaped quotes": '"' + '\\"' * MANY,
    "lines of quotes": '"\n' * MANY,
    "apostrophes": "'''" * MANY,
    "an open text": '"""' + '\\"' * MANY,
    "spaces": "a" + " " * MANY,
    "dots": "." * MANY,
}


@pytest.mark.parametrize("text", KEYS.values(), ids=KEYS)
def test_a_key_of_endless_parts(text):
    with pytest.raises(InputError, match=f"a key of more than {MOST_DOTS} parts"):
        parse_toml(text)


@pytest.mark.parametrize("text", NO_TOML.values(), ids=NO_TOML)
def test_what_is_no_toml(text):
    with pytest.raises(InputError, match="not a TOML file"):
        parse_toml(text)


def test_an_edit_with_such_a_key():
    with pytest.raises(InputError, match="a key of more than 20 parts"):
        edit_value("{ a" + ".a" * 50_000 + " = 1 }")


def test_dots_elsewhere_are_no_keys():
    dots = "a" + ".a" * 100
    quoted = f"'{dots}'"
    text = f'x = """{dots}\n{dots}"""\ny = {quoted} # {dots}\n{quoted} = "{dots} # \\" {dots}"\n'
    assert parse_toml(text) == {
        "x": f"{dots}\n{dots}", "y": dots, dots: f'{dots} # " {dots}',
    }  # fmt: skip
    assert parse_toml("a" + ".a" * (MOST_DOTS - 1) + " = [" + "1.5, " * 100 + "]")
