"""What some systems lack is not needed: a run, and the app, without it."""

import subprocess
import sys

WITHOUT = """
import os, signal, sys
for module, name in ((os, "sysconf"), (signal, "SIGHUP")):
    if hasattr(module, name):
        delattr(module, name)
from optplay.cli import invoke
sys.exit(invoke(sys.argv[1:]))
"""


def test_the_app_and_a_run_need_no_posix(write):
    arguments = (write(), "--headless", "--size", "60x20")
    command = [sys.executable, "-c", WITHOUT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr.count("\n") <= 1) == (0, True), done.stderr
    assert "SGD ends lower" in done.stdout
