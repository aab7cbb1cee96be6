"""What was freed goes back to the system."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from threading import Thread
import numpy as np
from optplay.tui.memory import give_back

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

def work():
    # As of a thread that trains: what is kept lies above what is dropped.
    arrays = [np.ones(2000) for _ in range(1000)]
    kept.append(arrays[-1])

kept, before = [], megabytes()
for _ in range(4):
    thread = Thread(target=work)
    thread.start()
    thread.join()
held = megabytes() - before
give_back()
print(held, megabytes() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked for it")
def test_what_the_c_library_holds_goes_back():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    )
    held, left = map(float, done.stdout.split())
    assert held > 12
    assert left < held / 3


def test_where_there_is_no_such_library(monkeypatch):
    from optplay.tui import memory  # noqa: PLC0415

    def no_library(name):
        raise OSError(name)

    memory._trim.cache_clear()
    monkeypatch.setattr(memory, "CDLL", no_library)
    memory.give_back()
    assert memory._trim() is None
    memory._trim.cache_clear()
