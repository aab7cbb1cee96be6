"""What is said of numbers of BLAS: what counts are the runs that were trained."""

import json

import pytest

NOTE = "the last digits depend on the machine"
WIDE = ("--set", "*.problem.hidden=[64,64]", "--set", "*.problem.samples=200", "--seeds", "1")
LARGE = ("--set", "SGD.problem.batch_size=200")
BATCHES = ("sweep", "--over", "problem.batch_size=1:200:3")


@pytest.mark.parametrize(
    ("command", "edits", "exact"),
    [
        (("run",), LARGE, False), (("run",), (), True),
        (("sweep", "--lr", "0.01:0.1:2"), LARGE, False),
        (("sweep", "--lr", "0.01:0.1:2"), (), True),
        # Only a value of the knob is so large, or all of them are and the preset's own is not.
        (BATCHES, (), False), (BATCHES, ("--set", "*.problem.samples=20"), True),
        (("sweep", "--over", "problem.batch_size=1:8:2"), LARGE, True),
        (("sweep", "--lr", "0.01:0.1:2", "--over", "problem.samples=20:200:2"), LARGE, False),
        (("range-test",), LARGE, False), (("range-test",), (), True),
        (("rates", "--steps", "1"), LARGE, False), (("rates", "--steps", "1"), (), True),
        (("landscape",), LARGE, False), (("landscape",), (), True),
        (("inspect",), LARGE, False), (("inspect", "--run", "Adam 0.5"), LARGE, True),
    ],
)  # fmt: skip
def test_reports_and_tables_say_whether_they_are_exact(cli, small, command, edits, exact):
    name, *options = command
    asked = (name, small, *options, *WIDE, *edits)
    code, out, err = cli(*asked, "--json")
    assert (code, json.loads(out)["exact"]) == (0, exact), err
    code, out, err = cli(*asked)
    assert (code, NOTE in " ".join(out.split())) == (0, not exact), err
