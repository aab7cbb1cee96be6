"""What is held in memory: of a run, and of the app on many long ones."""

import re
import sys
from pathlib import Path
from time import perf_counter

import pexpect
import pytest

from .table import Report
from .test_app_process import cpu, opened, read
from .test_startup import OPTPLAY, PEAK, run

EPOCHS = 30_000
SHORT = 300
TRAINING_SECONDS = 300
LOOK_SECONDS, IDLE = 3.0, 0.1
TRAIN = "import optplay, sys; optplay.train(optplay.RunConfig(epochs=int(sys.argv[1])))"
MB = 1 << 20


def test_run(report: Report) -> None:
    def peak(epochs: int) -> int:
        train = (sys.executable, "-c", TRAIN, str(epochs))
        return int(run(sys.executable, "-S", "-c", PEAK, *train)[1].stdout) * 1024

    peak(SHORT)
    low, high = peak(SHORT), peak(EPOCHS)
    each = (high - low) / MB
    note = f"{(high - low) / (EPOCHS - SHORT):,.0f} bytes an epoch; {high / MB:.0f} MB in all"
    report.line(f"A run of {EPOCHS:,} epochs (Adam), memory", each, each, "MB", note=note)


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
        peak = held(child, "VmHWM")
        now = held(child, "VmRSS")
    assert any(word in said for word in (b"holds", b"fails", b"undecided"))
    note = f"peak; {now:.0f} MB in the end"
    report.line(f"app on 50 runs of {EPOCHS:,} epochs, memory", peak, peak, "MB", note=note)


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
