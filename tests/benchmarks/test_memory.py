"""What is held in memory: of a run, of one too long to keep whole, and of the app on many."""

import re
import sys
from pathlib import Path
from time import perf_counter

import pexpect
import pytest

from optplay.training import RECORDED

from .table import Report
from .test_app_process import cpu, opened, read
from .test_startup import OPTPLAY, PEAK, run

EPOCHS = 30_000
SHORT = 300
TRAINING_SECONDS = 300
LOOK_SECONDS, IDLE = 3.0, 0.1
LONG = 1_500_000
TRAIN = """
import sys
from optplay.problems import Problem
from optplay.training import RunConfig, train
train(RunConfig(problem=Problem(samples=int(sys.argv[1])), epochs=int(sys.argv[2])))
"""
# Of a run's weights and states, and of the app in all; MB.
MOST_OF_A_RUN, MOST_OF_THE_APP = 244, 400
MB = 1 << 20
RECORD_BYTES = 8 * len(RECORDED)


def peak(samples: int, epochs: int) -> int:
    """What a process that makes one run takes at most, in bytes."""
    train = (sys.executable, "-c", TRAIN, str(samples), str(epochs))
    return int(run(sys.executable, "-S", "-c", PEAK, *train)[1].stdout) * 1024


def test_run(report: Report) -> None:
    peak(200, SHORT)
    low, high = peak(200, SHORT), peak(200, EPOCHS)
    each = (high - low) / MB
    note = f"{(high - low) / (EPOCHS - SHORT):,.0f} bytes an epoch; {high / MB:.0f} MB in all"
    report.line(f"A run of {EPOCHS:,} epochs (Adam), memory", each, each, "MB", note=note)


def test_long_run(report: Report) -> None:
    """Weights and states of all epochs would be 1.2 GB; besides them are the records."""
    records = LONG * RECORD_BYTES / MB
    kept = (peak(1, LONG) - peak(1, SHORT)) / MB - records
    note = f"and {records:.0f} MB of records"
    what = f"A run of {LONG:,} epochs (Adam), weights and states"
    report.line(what, kept, kept, "MB", most=MOST_OF_A_RUN, note=note)


@pytest.mark.timeout(2 * TRAINING_SECONDS)
def test_app(report: Report, tmp_path: Path) -> None:
    """The peak, when all of five runs' ten seeds are trained."""
    _, shown = run(OPTPLAY, "show", "compare", "--toml")
    text, changed = re.subn(r"(?m)^epochs *= .*", f"epochs = {EPOCHS}", shown.stdout)
    assert changed
    preset = tmp_path / "long.toml"
    preset.write_text(text)
    with opened(tmp_path, str(preset)) as child:
        said = until_idle(child)
        assert child.isalive()
        most = held(child, "VmHWM")
        now = held(child, "VmRSS")
    assert any(word in said for word in (b"holds", b"fails", b"undecided"))
    note = f"peak; {now:.0f} MB in the end"
    report.line(
        f"app on 50 runs of {EPOCHS:,} epochs, memory",
        most,
        most,
        "MB",
        most=MOST_OF_THE_APP,
        note=note,
    )


def until_idle(child: pexpect.spawn) -> bytes:
    """What the app wrote until it had no more to do."""
    said, began, share = b"", perf_counter(), 1.0
    while share > IDLE:
        before, looked = cpu(child.pid), perf_counter()
        while (left := looked + LOOK_SECONDS - perf_counter()) > 0:
            said += read(child, left)
        share = (cpu(child.pid) - before) / (perf_counter() - looked)
        assert perf_counter() - began < TRAINING_SECONDS, "the app did not come to rest"
    return said


def held(child: pexpect.spawn, kind: str) -> float:
    """What a process holds in memory, in MB."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    found = re.search(rf"{kind}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024
