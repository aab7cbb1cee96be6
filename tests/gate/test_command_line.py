"""A hostile preset, file's name or argument on the command line."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from optplay.experiments.reading import parse

from .hostile import ATTACKS, commands, preset, texts

ATTACK = "".join(ATTACKS)
COLOURS = re.compile(r"\x1b\[[\d;]*m")
# Without shrinking: each example is several commands.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
few = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, phases=PHASES
)


def process(*arguments, **env):
    return subprocess.run(
        [sys.executable, "-m", "optplay", *arguments], capture_output=True, timeout=120,
        env={**os.environ, **env}, check=False,
    )  # fmt: skip


@few
@given(texts, texts, texts, texts, texts, texts)
def test_no_text_of_a_preset_commands_the_terminal(
    cli, tmp_path, title, question, lesson, label, claimed, source
):
    path = tmp_path / "evil.toml"
    path.write_bytes(preset(title, question, lesson, label, claimed, source).encode())
    folder = tmp_path / "csv"
    for arguments in (
        ["show", str(path)], ["run", str(path), "--plot"], ["run", str(path), "--set", "A.b=c"],
        ["run", str(path), "--json", "--csv", str(folder), "--force"],
    ):  # fmt: skip
        code, out, err = cli(*arguments)
        assert code in (0, 2)
        assert commands(COLOURS.sub("", out)) == commands(err) == []
        assert len(err.splitlines()) <= 1
    if code == 0:
        strings = re.findall(r'"(?:[^"\\]|\\.)*"', out)
        assert all(commands(json.loads(string)) == [] for string in strings)
        for name in ("history", "metrics", "claims"):
            text = (folder / f"{name}.csv").read_text(encoding="utf-8")
            assert commands(text) == []
            for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row):
                assert not cell.startswith(("=", "+", "@", "\t")) or number(cell)


def number(cell):
    return re.fullmatch(r"[+-]?(\d.*|inf|nan)", cell)


@few
@given(texts, texts)
def test_no_error_commands_the_terminal(cli, tmp_path, one, other):
    path = tmp_path / "evil.toml"
    for more in (
        {f"k{one}": other}, {"charts": [one]}, {"seeds": one}, {"problem": {"loss": one}},
        {"problem": {f"k{one}": 3}}, {"runs": [{"label": f"A{one}", f"k{other}": one}]},
        {"runs": [{"label": f"A{one}", "optimizer": f"x{other}"}]},
        {"runs": [{"label": f"A{one}", "fork": {"run": f"x{other}", "epoch": 1}}]},
        {"runs": [{"label": f"A{one}"}] * 2},
        {"claims": [{"text": "x", "metric": one, "left": "A", "is": "below", "right": other}]},
        {"claims": [{"text": "x", "metric": "final_loss", "left": f"x{one}", "is": "below",
                     "right": other}]},
    ):  # fmt: skip
        path.write_bytes(preset("", "", "", "", "", "", **more).encode())
        code, out, err = cli("run", str(path))
        assert (code, out) == (2, "")
        assert commands(err) == []
        assert len(err.splitlines()) == 1
        assert len(err) < 1000


def test_no_argument_commands_the_terminal(cli):
    attack = ATTACK.replace("\0", "")
    for arguments in (
        [attack], ["run", attack], ["run", f"{attack}.toml"], ["run", "compare", attack],
        ["run", "compare", "--set", attack], ["run", "compare", "--set", f"Adam.{attack}=3"],
        ["run", "compare", "--seeds", attack], [f"--{attack}"], ["run", f"--{attack}", "compare"],
        ["optimizers", attack], ["inspect", "compare", "--parameter", attack],
        ["--headless", "--press", attack], ["--headless", "--screenshot", f"no/{attack}"],
        ["sweep", "compare", "--over", attack],
    ):  # fmt: skip
        code, out, err = cli(*arguments)
        assert (code, out) == (2, ""), arguments
        assert commands(err) == []
        assert len(err.splitlines()) == 1


def test_a_file_with_a_hostile_name(tmp_path):
    path = tmp_path / f"{ATTACK.replace(chr(0), '')[:60].replace('/', '')}.toml"
    path.write_text(preset("", "", "", "", "", ""), encoding="utf-8")
    for arguments in (["run"], ["run", "--json"], ["show"], ["show", "--toml"], []):
        done = process(*arguments, str(path))
        assert done.returncode == 0, done
        told = COLOURS.sub("", (done.stdout + done.stderr).decode())
        assert commands(told.replace("\t", "")) == []


def test_a_file_is_printed_so_that_it_loads_as_the_same(tmp_path):
    path = tmp_path / "evil.toml"
    path.write_text(preset("\u202e", "\x9b2J", "\x85", "\x9b", "", ""), encoding="utf-8")
    raw = path.read_text(encoding="utf-8").replace("\\u009b", "\x9b").replace("\\u0085", "\x85")
    path.write_text(raw, encoding="utf-8")
    printed = tmp_path / "printed.toml"
    printed.write_bytes(process("show", str(path), "--toml").stdout)
    assert commands(printed.read_text(encoding="utf-8")) == []
    again = parse(printed.read_text(encoding="utf-8"), "evil")
    assert again == parse(path.read_text(encoding="utf-8"), "evil")


def test_rows_stay_in_their_columns(cli, tmp_path):
    path = tmp_path / "labels.toml"
    for label in ("a\tb", "a\nb", "a\u200bb", "a\u0301b", "学习", "\u202eab"):
        path.write_bytes(preset("", "", "", label, "", "").encode())
        out = cli("run", str(path))[1]
        rows = [line for line in out.splitlines() if "trained" in line]
        assert len(rows) == 2
        assert len({cells_before(row, "trained") for row in rows}) == 1


def cells_before(row, word):
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(row[: row.index(word)])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_frames_are_ascii_where_the_encoding_has_no_other(tmp_path, encoding):
    path = tmp_path / "small.toml"
    path.write_text(preset("", "", "", "学", "", ""), encoding="utf-8")
    plain = process("run", str(path), "--plot", PYTHONIOENCODING="utf-8", COLUMNS="90")
    done = process("run", str(path), "--plot", PYTHONIOENCODING=encoding, COLUMNS="90")
    told = done.stdout.decode(encoding)
    assert done.returncode == 0
    shown = plain.stdout.decode()
    assert told.count("?") == shown.count("?") + 2 * shown.count("学") > 1
    rows = told.splitlines()
    assert sum(row.startswith("  +---") or row.strip().startswith("+---") for row in rows) >= 2
    assert len(rows) >= len(plain.stdout.splitlines())
