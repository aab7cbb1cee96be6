"""The app in a terminal of 120×48, in a process of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from time import perf_counter

import pexpect

from .live import SIZE
from .table import Report
from .test_startup import OPTPLAY, run

ROUNDS = 5
QUIET_SECONDS = 2.0
IDLE_SECONDS = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def opened(home: Path, preset: str = "compare") -> Iterator[pexpect.spawn]:
    """The app on a preset in a terminal, at its end."""
    settings = home / "optplay" / "settings.toml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("autoplay = false")
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_CONFIG_HOME": str(home)}
    terminal["XDG_STATE_HOME"] = str(home)
    child = pexpect.spawn(
        OPTPLAY, [preset], dimensions=SIZE[::-1], env=os.environ | terminal, timeout=60
    )
    try:
        yield child
    finally:
        child.close(force=True)


def test_first_paint(report: Report, tmp_path: Path) -> None:
    times, rows, bare = [], [], []
    for _ in range(ROUNDS):
        began = perf_counter()
        with opened(tmp_path) as child:
            child.expect_exact("Runs")
            times.append(perf_counter() - began)
            child.expect_exact("RMSProp")
            rows.append(perf_counter() - began)
        bare.append(run(sys.executable, "-c", "import textual.app, textual.widgets")[0])
    middle, bare_middle = median(times), median(bare)
    note = (
        f"runs in it after {median(rows):.2g} s; python -c 'import textual…': {bare_middle:.2g} s"
    )
    what = "optplay compare, process to first paint, warm"
    report.line(what, min(times), middle, "s", most=1, met=middle < 1, note=note)


def test_idle(report: Report, tmp_path: Path) -> None:
    with opened(tmp_path) as child:
        said = until_quiet(child)
        before, began = cpu(child.pid), perf_counter()
        end = began + IDLE_SECONDS
        sent = b""
        while (left := end - perf_counter()) > 0:
            sent += read(child, left)
        share = 100 * (cpu(child.pid) - before) / (perf_counter() - began)
        assert child.isalive()
    # That it was done with all is seen from the verdicts.
    assert any(word in said for word in (b"holds", b"fails", b"undecided"))
    note = f"over {IDLE_SECONDS:g} s, verdicts in; {len(sent)} bytes written meanwhile"
    report.line("idle app, CPU", share, share, "%", most=2, met=share < 2, note=note)


def until_quiet(child: pexpect.spawn) -> bytes:
    """What the app wrote until it wrote no more."""
    said, last = b"", perf_counter()
    began = last
    while perf_counter() - last < QUIET_SECONDS:
        new = read(child, 0.2)
        said, last = said + new, perf_counter() if new else last
        assert perf_counter() - began < 60, "the app did not come to rest"
    return said


def read(child: pexpect.spawn, seconds: float) -> bytes:
    """What the app wrote in so many seconds at most."""
    with suppress(pexpect.TIMEOUT):
        return bytes(child.read_nonblocking(65536, timeout=max(seconds, 0.01)))
    return b""


def cpu(pid: int) -> float:
    """Seconds that a process has used in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
