"""The cache of compiled code."""

import subprocess
import sys

from optplay.problems.network import lesson_gradient
from optplay.training import kernel
from optplay.training.compilation import _version, reached


def test_the_loop_in_the_cache_is_that_of_the_files_compiled_into_it():
    """Without this, a change of the network would change nothing where the loop was cached."""
    assert {lesson_gradient, kernel.run_steps, kernel.one_update} <= {
        *reached(kernel.run_lesson_steps)
    }


def load(path, text):
    """The function `f` of a file with this text."""
    path.write_text(text)
    scope = {"__name__": "mine"}
    exec(compile(text, path, "exec"), scope)
    return scope["f"]


def test_a_version_is_of_the_content(tmp_path):
    one = "def f(): return ONE\nONE = 1\n"
    first = _version(load(tmp_path / "a.py", one))
    assert first == _version(load(tmp_path / "b.py", one))
    assert first != _version(load(tmp_path / "a.py", one.replace("1", "2")))


def test_a_version_is_of_all_that_is_called_too(tmp_path):
    text = "from math import exp\ndef g(): return h()\ndef f(): return exp(g())\n"

    def version(inner, number=1.0):
        outer = load(tmp_path / "outer.py", text)
        outer.__globals__["h"] = load(tmp_path / "inner.py", inner)
        outer.__globals__["h"].__globals__["n"] = number
        assert len(reached(outer)) == 3
        return _version(outer)

    inner = "def f(): return n"
    assert version(inner) == version(inner)
    assert len({version(inner), version(inner + " + 1"), version(inner, 2.0)}) == 3


def test_without_a_file_the_code_counts():
    functions = []
    for sign in "+-":
        scope = {"__name__": "mine"}
        exec(f"def f(x): return x{sign}1", scope)
        functions.append(scope["f"])
    assert _version(functions[0]) != _version(functions[1])


def test_two_threads_may_be_the_first_to_compile():
    """In a process that has not imported numba yet, as when a view opens while the app starts."""
    code = """
import threading
from optplay.problems import Problem
from optplay.training.compilation import compiled_gradient, compiled_loop, on_compile

def train():
    on_compile(lambda: None)
    compiled_loop(Problem())

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
