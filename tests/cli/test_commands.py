"""The commands besides `run`, and wrong usage."""

import re
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

import pytest

from optplay import __version__
from optplay.cli import commands
from optplay.experiments import load, preset_files
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS

COMMANDS = [module.name.replace("_", "-") for module in iter_modules(commands.__path__)]


@pytest.mark.parametrize("arguments", [[], ["compare"], ["play", "compare"]])
def test_without_a_terminal_the_app_reports_as_run_does(cli, arguments):
    code, out, err = cli(*arguments)
    assert (code, out) == (0, cli("run", "compare")[1])
    assert err.startswith("optplay: no terminal here, so this is what `optplay run compare` says\n")


def test_version(cli):
    assert cli("--version") == (0, f"optplay, version {__version__}\n", "")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help(cli, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = cli(*command, "--help")
    assert (code, err) == (0, "")
    assert "Usage: optplay" in out
    assert re.search(r"Examples:\n +optplay", out)
    assert not re.search(r"\w\.\.\.$", out, re.MULTILINE), "a command's first sentence is cut"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *([command, "--help"] for command in ("run", "play", "inspect", "rates", "sweep")),
    ],
)
def test_help_is_instant(arguments):
    heavy = ("numba", "numpy", "textual", "plotext", "rich", "msgspec")
    code = (
        "import sys; from optplay.cli import invoke; "
        f"assert invoke({arguments}) == 0; "
        f"sys.exit(' '.join(m for m in {heavy} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


LIGHT = ("numpy", "scipy", "numba", "llvmlite", "textual", "plotext", "importlib.metadata")


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["presets"], (*LIGHT, "msgspec", "optplay.training", "optplay.problems")),
        (["show", "compare"], (*LIGHT, "platformdirs", "optplay.experiments.experiment")),
        (["show", "compare", "--toml"], (*LIGHT, "platformdirs", "rich")),
        (["optimizers"], LIGHT),
        (["optimizers", "nadam"], LIGHT),
        (["run", "SMALL", "--json"], ("scipy", "numba", "rich", "textual", "plotext", LIGHT[-1])),
    ],
)
def test_a_command_loads_what_it_needs(small, arguments, heavy):
    arguments = [small if word == "SMALL" else word for word in arguments]
    code = (
        "import sys; from optplay.cli import invoke; "
        f"assert invoke({arguments}) == 0; "
        f"sys.exit(' '.join(m for m in {heavy} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_presets_lists_all(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, err = cli("presets")
    assert (code, err) == (0, "")
    for name in preset_files():
        assert name in out
        assert load(name).title in out


def test_presets_read_well_on_a_narrow_terminal(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = cli("presets")[1].splitlines()
    starts = [line.split()[0] for line in lines if line.startswith(" ") and line[1:2].strip()]
    assert set(preset_files()) <= set(starts), "a name is broken"
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 15 + 2 * len(preset_files())


def test_show(cli, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, err = cli("show", small)
    assert (code, err) == (0, "")
    for text in (
        "Small", "Which is lower?", "A lesson of its own.", "SGD", "lr=0.01", "2 seeds",
        "3 epochs", "Claim: SGD ends lower [nobody]", "final_loss: SGD below Adam 0.5",
        f"optplay run {small} --plot",
    ):  # fmt: skip
        assert text in out


def test_show_as_toml(cli, small):
    assert cli("show", small, "--toml") == (0, Path(small).read_text("utf-8"), "")
    name, path = next(iter(preset_files().items()))
    assert cli("show", name, "--toml") == (0, path.read_text("utf-8"), "")


def test_optimizers_lists_all(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    code, out, err = cli("optimizers")
    assert (code, err) == (0, "")
    for optimizer in OPTIMIZERS.values():
        assert optimizer.summary in out
        assert optimizer.paper in out
        assert f"lr {optimizer.hyperparameters[0].default:g}" in out


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_one_optimizer(cli, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "400")
    code, out, err = cli("optimizers", name)
    assert (code, err) == (0, "")
    optimizer = OPTIMIZERS[name]
    for text in (
        optimizer.title,
        optimizer.summary,
        optimizer.paper,
        *(slot.name for slot in optimizer.state),
        *optimizer.formula,
    ):
        assert text in out
    for h in optimizer.hyperparameters:
        for text in (h.name, h.allowed, h.text):
            assert text in out


def test_wrappers_and_decays_are_told_of_too(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = cli("optimizers", "sam")[1]
    for text in (WRAPPERS["sam"].text, "rho", "Takes a second gradient of each mini-batch"):
        assert text in out
    out = cli("optimizers", "cosine")[1]
    assert SCHEDULES["cosine"].text in out
    assert "floor" in out
    out = cli("optimizers", "adafactor")[1]
    assert "Moves each tensor as a matrix" in out
    assert "R (a number per row)" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnu"], ("unknown command or preset 'rnu'", "did you mean 'run'", "presets")),
        (["exercise-2-warmp"], ("unknown command or preset", "did you mean 'exercise-2-warmup'")),
        (["none.toml", "--headless"], ("none.toml: no such file",)),
        (["compare", "--size", "80x24"], ("--size: found without --headless",)),
        (["compare", "--headless", "--size", "80"], ("--size: found '80'", "120x40")),
        (["compare", "--headless", "--press", "tab,bogus"], ("--press", "'bogus'")),
        (["--headless", "--screenshot", "none/a.svg"], ("--screenshot: found 'none/a.svg'",)),
        (["--jsn"], ("--jsn",)),
        (["run"], ("Missing argument", "PRESET|FILE")),
        (["run", "exercise-2-warmp"], ("unknown preset", "did you mean 'exercise-2-warmup'")),
        (["run", "none.toml"], ("none.toml: no such file",)),
        (["run", "exercise-2-warmup", "--plto"], ("No such option", "--plot")),
        (
            ["run", "exercise-2-warmup", "--seeds", "many"],
            ("--seeds", "'many'", "whole number, 1 to 10,000"),
        ),
        (["run", "exercise-2-warmup", "--seeds", "0"], ("seeds: found 0", "1 to 10,000")),
        (["run", "exercise-2-warmup", "--epochs", "-1"], ("epochs: found -1",)),
        (["run", "exercise-2-warmup", "--epochs", "10000000"], ("GB", "memory")),
        (["run", "exercise-2-warmup", "--set", "Adm.lr=1"], ("--set Adm.lr=1", "unknown run")),
        (["run", "exercise-2-warmup", "extra"], ("unexpected extra argument", "extra")),
        (["run", "exercise-2-warmup", "--json", "--plot"], ("--plot", "--json")),
        (["show", "nothing"], ("unknown preset 'nothing'",)),
        (["optimizers", "adm"], ("unknown optimizer 'adm'", "did you mean 'adam'", "sgd")),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_2(cli, arguments, words):
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("optplay: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    for word in words:
        assert word in err


def test_an_internal_error_is_one_line(cli, monkeypatch):
    from optplay.cli import console  # noqa: PLC0415

    def broken():
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(console, "console", broken)
    monkeypatch.delenv("OPTPLAY_DEBUG", raising=False)
    code, out, err = cli("presets")
    assert (code, out) == (1, "")
    assert err == "optplay: RuntimeError: two lines (OPTPLAY_DEBUG=1 shows where)\n"
    monkeypatch.setenv("OPTPLAY_DEBUG", "1")
    with pytest.raises(RuntimeError, match="two"):
        cli("presets")


@pytest.mark.parametrize("arguments", [["presets"], ["optimizers"], ["--help"]])
def test_a_terminal_without_unicode(process, arguments):
    done = process(*arguments, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_markup_in_a_preset_is_text(cli, small):
    text = Path(small).read_text("utf-8")
    for old in ("Which is lower?", "SGD", "Small"):
        text = text.replace(old, old + " [/b] [red]")
    Path(small).write_text(text, encoding="utf-8")
    for command in ("show", "run"):
        code, out, err = cli(command, small)
        assert (code, err) == (0, "")
        assert out.count("[/b]") >= 3
