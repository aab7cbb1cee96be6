"""The cache of compiled code."""

import subprocess
import sys

from optplay.problems.network import mean_gradient
from optplay.training import kernel
from optplay.training.compilation import _version, compiled_loop


def test_the_loop_in_the_cache_is_that_of_the_files_compiled_into_it():
    """Without this, a change of the network would change nothing where the loop was cached."""
    cells = [cell.cell_contents for cell in compiled_loop().py_func.__closure__]
    assert (_version(mean_gradient), _version(kernel.run_steps)) in cells


def test_a_version_is_of_the_content(tmp_path):
    def version(text, name="a.py"):
        path, scope = tmp_path / name, {}
        path.write_text(text)
        exec(compile(text, path, "exec"), scope)
        return _version(scope["f"])

    one = "def f(): return ONE\nONE = 1\n"
    first = version(one)
    assert first == version(one, "b.py")
    assert first != version(one.replace("1", "2"))


def test_without_a_file_the_code_counts():
    scope = {}
    for number in "12":
        exec(f"def f{number}(x): return x{'+-'[number == '2']}1", scope)
    assert _version(scope["f1"]) != _version(scope["f2"])


def test_two_threads_may_be_the_first_to_compile():
    """In a process that has not imported numba yet, as when a view opens while the app starts."""
    code = """
import threading
from optplay.training.compilation import compiled_gradient, compiled_loop, on_compile

def train():
    on_compile(lambda: None)
    compiled_loop()

failed = []
threading.excepthook = lambda args: failed.append(args.exc_value)
threads = [threading.Thread(target=work, daemon=True) for work in (train, compiled_gradient)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(120)
assert not failed, failed
assert not any(thread.is_alive() for thread in threads)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
