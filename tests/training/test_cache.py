"""Compiled code on disk: kept, and never in the way."""

import os
import random
import shutil
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest

from optplay.training import cache, on_compile
from optplay.training.compilation import _made, _version

compiled_anew = []


def half(x: float) -> float:
    return x / 2


@pytest.fixture(scope="module", autouse=True)
def counted():
    on_compile(lambda: compiled_anew.append(1))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where compiled code is kept."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path / "optplay"


def compiles():
    """Whether `half` had to be compiled, by a process that has not met it yet."""
    compiled_anew.clear()
    assert _made(half)(3.0) == 1.5
    return bool(compiled_anew)


def in_its_place(make):
    def damage(path):
        path.unlink()
        make(path)

    return damage


def written(change):
    return lambda path: path.write_bytes(change(path.read_bytes()))


def flip(content):
    at = len(content) * 3 // 4
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


DAMAGES = {
    "empty": written(lambda content: b""),
    "cut": written(lambda content: content[: len(content) // 2]),
    "a bit": written(flip),
    "random": written(lambda content: random.Random(1).randbytes(5000)),
    "a folder": in_its_place(lambda path: (path / "deep").mkdir(parents=True)),
    "a pipe": in_its_place(os.mkfifo),
    "a link to itself": in_its_place(lambda path: path.symlink_to(path.name)),
    "huge": in_its_place(lambda path: path.touch() or os.truncate(path, 10**11)),
}


def test_what_was_compiled_is_loaded(folder):
    assert compiles()
    assert not compiles()
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_compiled_and_kept_again(folder, damage):
    compiles()
    (path,) = folder.iterdir()
    damage(path)
    assert compiles()
    assert not compiles()
    assert list(folder.iterdir()) == [path]


def test_a_full_disk(folder, monkeypatch):
    def full(path, content):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(cache, "write_bytes", full)
        assert compiles()
        assert compiles()
    assert compiles()
    assert not compiles()


def test_where_one_folder_takes_nothing_the_next_does(tmp_path, monkeypatch):
    # A file where the folder should be stops root too, whom no permission stops.
    (tmp_path / "file").touch()
    places = [tmp_path / "file" / "no", tmp_path / "yes"]
    monkeypatch.setattr(cache, "folders", lambda: places)
    assert compiles()
    assert not compiles()
    assert len(list(places[1].iterdir())) == 1
    places.pop()
    assert compiles()


def test_where_another_process_tidies_too_it_is_kept_once(tmp_path, monkeypatch):
    places = [tmp_path / "one", tmp_path / "two"]
    monkeypatch.setattr(cache, "folders", lambda: places)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "iterdir", lambda self: iter([self / "dropped just now"]))
        assert compiles()
    assert not compiles()
    assert not places[1].exists()


def test_the_oldest_go_first(folder, monkeypatch):
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    folder.mkdir()
    for age in range(5):
        path = folder / str(age)
        path.touch()
        os.utime(path, (1e9 - age, 1e9 - age))
    compiles()
    assert sorted(path.name for path in folder.iterdir())[:2] == ["0", "1"]
    assert len(list(folder.iterdir())) == 3
    assert not compiles()


def test_a_version_is_of_values_of_all_kinds():
    def scaled(factors):
        return lambda x: x * factors[0]

    assert len({_version(scaled(factors)) for factors in ((1.0,), (2.0,), "12")}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "a bit", "a folder"])
def test_a_start_with_damaged_files_is_a_start(tmp_path, write, damage):
    command = [sys.executable, "-m", "optplay", "run", write(), "--json"]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def started():
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout, "compiling" in done.stderr

    first = started()
    assert first == (first[0], True)
    assert started() == (first[0], False)
    for path in [*(tmp_path / "cache" / "optplay").iterdir()]:
        DAMAGES[damage](path)
    assert started() == first
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").touch()
    assert started() == first


def test_what_is_kept_runs_without_the_compiler(folder):
    """That numba takes a third of a second to load is why."""
    program = (
        "import sys\n"
        "from optplay.training import RunConfig, train\n"
        "train(RunConfig(epochs=1))\n"
        "print('numba' in sys.modules)"
    )
    loaded = [
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert loaded == ["True", "False"]


def test_what_is_kept_finds_blas():
    program = (
        "from optplay.problems import Problem\n"
        "from optplay.training import RunConfig, train\n"
        "problem = Problem(hidden=(512, 512), batch_size=8, samples=8)\n"
        "assert not problem.exact\n"
        "print(train(RunConfig(problem=problem, epochs=1)).epochs)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program], check=False, capture_output=True, text=True
        )
        assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr
