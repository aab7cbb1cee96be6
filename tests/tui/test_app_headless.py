"""`--headless`: the app without a terminal reports what `optplay run` does."""

from threading import Event

import pytest

from optplay.cli import invoke
from optplay.cli.output import Output
from optplay.experiments.tables import strict_json
from optplay.tui import command
from optplay.tui.app import Optplay
from optplay.tui.job import Job
from optplay.tui.widgets.controls import Controls


@pytest.fixture
def cli(capsys):
    """Runs a command line in this process: exit code, stdout, stderr."""

    def run(*arguments):
        capsys.readouterr()
        code = invoke(arguments)
        return code, *capsys.readouterr()

    return run


# The CI script opens all of them.
SOME = [
    "exercise-4-clipping",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("compare", "exercise-3-effective-rate", "exercise-5-adamw")
    ),
]


@pytest.mark.parametrize("name", SOME)
def test_reports_as_run_does(cli, monkeypatch, name):
    reported = []
    tell = Output.tell

    def noted(out, report, draw=None):
        reported.append(strict_json(report.document()))
        tell(out, report, draw)

    monkeypatch.setattr(Output, "tell", noted)
    code, out, _ = cli(name, "--headless")
    assert (code, out) == cli("run", name)[:2]
    assert code == 0
    # All numbers too, to the last bit.
    assert reported[0] == reported[1]


def test_pressed_keys_change_what_is_reported(cli, small):
    code, out, _ = cli(small, "--headless", "--press", "w,tab,down,right")
    edits = ("--set", "SGD.warmup=0.1", "--set", "SGD.lr=0.015")
    assert (code, out) == cli("run", small, *edits)[:2]
    assert out != cli("run", small)[1]


def test_the_next_key_does_not_wait_for_what_is_computed(cli, small, monkeypatch):
    edited, pressed, in_time = Event(), Event(), []
    work, switch = Job._work, Controls.action_switch

    def held_up(job, make, stop):
        if edited.is_set():
            in_time.append(pressed.wait(5))
        work(job, make, stop)

    def noted(controls, name):
        edited.set()
        switch(controls, name)

    monkeypatch.setattr(Job, "_work", held_up)
    monkeypatch.setattr(Controls, "action_switch", noted)
    monkeypatch.setattr(Optplay, "action_toggle_dark", lambda app: pressed.set())
    assert cli(small, "--headless", "--press", "w,t")[0] == 0
    assert in_time
    assert all(in_time)


def test_quitting_by_key_is_no_fault(cli, small):
    code, out, err = cli(small, "--headless", "--press", "q")
    assert (code, err) == (0, "")
    assert out == cli("run", small)[1]


def test_size_and_screenshot(cli, small, tmp_path):
    path = tmp_path / "shot.svg"
    sizes = []
    for size in ("80x24", "120x40"):
        arguments = ("--headless", "--size", size, "--screenshot", str(path), "--force")
        assert cli(small, *arguments)[0] == 0
        sizes.append(len(path.read_text().splitlines()))
        assert "Which&#160;is&#160;lower?" in path.read_text() or size == "80x24"
    assert sizes[0] < sizes[1]


def test_a_screenshot_writes_over_nothing_without_force(cli, small, tmp_path):
    path = tmp_path / "shot.svg"
    path.write_text("mine")
    code, out, err = cli(small, "--headless", "--screenshot", str(path))
    assert (code, out) == (2, "")
    assert err == (
        f"optplay: --screenshot: {path} is there already, allowed: another name, or --force\n"
    )
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--force"], "--force: found without --headless"),
        (["--headless", "--size", "10x10"], "--size: found '10x10'"),
        (["--headless", "--size", "wide"], "--size: found 'wide'"),
        (["--headless", "--press", "tab,nokey"], "'nokey'"),
        (["--headless", "--screenshot", "/nowhere/at/all.svg"], "--screenshot: found"),
        (["--size", "120x40"], "--size: found without --headless"),
        (["--press", "q"], "--press: found without --headless"),
        (["--screenshot", "a.svg"], "--screenshot: found without --headless"),
        (["nothing.toml", "--headless"], "nothing.toml"),
    ],
)
def test_wrong_input_gives_one_line(cli, arguments, said):
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("optplay: ")
    assert said in err
    assert err.count("\n") == 1


def test_smallest_and_largest_screen(cli, small):
    for width, height in (command.SMALLEST, (1000, 20)):
        assert cli(small, "--headless", "--size", f"{width}x{height}")[0] == 0
