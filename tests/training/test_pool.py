"""The pool: what it advances, in which order, and how it stops."""

import os
import subprocess
import sys
from collections import defaultdict
from itertools import count
from textwrap import dedent
from threading import Barrier, Event, Thread, enumerate as enumerate_threads, get_native_id
from time import perf_counter, sleep

import numpy as np
import pytest

from optplay.optim import OPTIMIZERS
from optplay.problems import Problem
from optplay.training import RunConfig, stream, train
from optplay.training.pool import NICE, Priority, Streams, all_but_one, step_back

THREADS = os.cpu_count() or 1
BRIEF = 0.001


def assert_same(a, b):
    """Two Histories agree bit for bit."""
    assert a.config == b.config
    assert (a.steps, a.diverged_at) == (b.steps, b.diverged_at)
    assert np.array_equal(a.record, b.record, equal_nan=True)
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a.states, b.states)


@pytest.fixture(scope="module")
def configs():
    """Runs of very different lengths, one of which diverges."""
    problems = [
        Problem(samples=50),
        Problem(samples=40, shuffle=True, batch_size=8, hidden=[4, 4], activation="tanh"),
        Problem(samples=30, test_fraction=0.2, loss="mse"),
    ]
    some = [
        RunConfig(problem=problems[i % 3], optimizer=name, epochs=1 + i * 7 % 60, seed=i)
        for i, name in enumerate(n for n, rule in OPTIMIZERS.items() if rule.scope == "parameter")
    ]
    wild = RunConfig(problem=problems[2], optimizer="sgd", hyperparameters={"lr": 1000})
    return [*some, wild, *some]


class Book:
    """Makes streams, and notes what becomes of them."""

    def __init__(self):
        self.begun, self.advanced, self.closed, self.at_work, self.most = [], [], [], set(), 0

    def stream(self, key, values=None):
        """A stream of 0, 1, … so many values, without end if left out."""
        try:
            for value in count() if values is None else range(values):
                self.at_work.add(key)
                self.most = max(self.most, len(self.at_work))
                self.begun.append(key)
                sleep(BRIEF)
                self.advanced.append(key)
                self.at_work.discard(key)
                yield value
        finally:
            self.closed.append(key)

    def works(self, keys, values=None):
        return [(key, self.stream(key, values)) for key in keys]


@pytest.fixture
def book():
    return Book()


def until(true):
    """Waits for it."""
    end = perf_counter() + 10
    while not true():
        assert perf_counter() < end
        sleep(BRIEF)


def settled(book):
    """Waits until no thread is at work any more on what the book made; the keys advanced so far."""
    until(lambda: not book.at_work and len(book.closed) == len(set(book.advanced)))
    return list(book.advanced)


@pytest.mark.parametrize("in_turn", [False, True])
@pytest.mark.parametrize("width", [1, 2, None])
def test_together_as_alone(configs, width, in_turn):
    histories = {}
    works = enumerate(map(stream, configs))
    with Streams(works, width=width, in_turn=in_turn) as streams:
        for place, history, last in streams:
            assert place not in histories or not histories[place].done or last
            histories[place] = history
            assert history.done or not last
    assert sorted(histories) == list(range(len(configs)))
    for place, history in histories.items():
        assert history.config is configs[place]
        assert_same(history, train(configs[place]))


def test_the_same_run_twice():
    config = RunConfig(problem=Problem(shuffle=True, noise=0.1), epochs=20)
    again = RunConfig(problem=Problem(shuffle=True, noise=0.1), epochs=20)
    assert_same(train(config), train(again))


def test_each_stream_grows_to_its_end_which_is_told_once(book):
    values, ended = defaultdict(list), []
    with Streams(book.works("abc", 5)) as streams:
        for key, value, last in streams:
            assert key not in ended
            values[key].append(value)
            ended += [key] if last else []
    assert sorted(ended) == ["a", "b", "c"]
    for found in values.values():
        assert found == sorted(found)
        assert found[-1] == 4
    assert sorted(book.closed) == ["a", "b", "c"]


@pytest.mark.parametrize("in_turn", [False, True])
def test_nothing_to_do(book, in_turn):
    began = perf_counter()
    with Streams([], in_turn=in_turn) as streams:
        assert list(streams) == []
    with Streams(book.works("ab", 0), in_turn=in_turn) as streams:
        assert list(streams) == []
    assert perf_counter() - began < 1


def test_a_value_may_be_none():
    with Streams([("a", (None for _ in range(3)))]) as streams:
        assert list(streams)[-1] == ("a", None, True)


def test_one_after_the_other_or_in_turn(book):
    with Streams(book.works("abc", 3), width=1) as streams:
        list(streams)
    assert "".join(book.advanced) == "aaabbbccc"
    book.advanced.clear()
    with Streams(book.works("abc", 3), width=1, in_turn=True) as streams:
        list(streams)
    assert "".join(book.advanced) == "abcabcabc"


def test_width(book):
    with Streams(book.works(range(20), 3), width=1) as streams:
        list(streams)
    assert book.most == 1
    assert 1 <= all_but_one() <= THREADS


def test_all_threads_are_used():
    together = Barrier(THREADS)

    def meeting():
        together.wait(10)
        yield

    with Streams((i, meeting()) for i in range(THREADS)) as streams:
        assert len([key for key, _, last in streams if last]) == THREADS


def test_works_are_taken_when_they_are_begun(book):
    taken = []

    def works():
        for key in range(100_000):
            taken.append(key)
            yield key, book.stream(key, 2)

    with Streams(works()) as streams:
        for _, _, last in streams:
            if last:
                break
    settled(book)
    assert len(taken) <= len(book.closed) + 1 < 100_000


def test_the_more_urgent_comes_first(book):
    urgent = [f"urgent {i}" for i in range(4 * THREADS)]
    with Streams(book.works(range(THREADS)), priority=Priority.SWEEP) as sweep:
        next(iter(sweep))
        with Streams(book.works(urgent, 5), priority=Priority.SCREEN) as screen:
            list(screen)
        so_far = len(book.advanced)
        until(lambda: len(book.advanced) > so_far + 10)
    places = [i for i, key in enumerate(book.advanced) if key in urgent]
    # Up to there more of them are left than there are threads.
    while_enough = book.advanced[places[0] : places[5 * 3 * THREADS]]
    # Each thread ended the chunk that it was at.
    assert sum(key not in urgent for key in while_enough) < THREADS


def test_its_end_does_not_wait_for_the_more_urgent(book):
    go_on = Event()

    def last_of_all():
        yield
        go_on.set()

    with Streams(book.works(range(THREADS)), priority=Priority.SCREEN) as screen:
        next(iter(screen))
        with Streams([], priority=Priority.SWEEP) as nothing:
            assert list(nothing) == []
    with Streams([("a", last_of_all())], priority=Priority.SWEEP) as sweep:
        values = iter(sweep)
        first = next(values)
        go_on.wait(10)
        with Streams(book.works("bcdefgh"), priority=Priority.SCREEN) as screen:
            next(iter(screen))
            assert [first, *values][-1] == ("a", None, True)


def test_what_leaves_threads_over_leaves_them_to_the_less_urgent(book):
    if THREADS == 1:
        pytest.skip("needs two threads")
    with Streams(book.works("a"), priority=Priority.SCREEN, width=1) as screen:
        next(iter(screen))
        with Streams(book.works("b", 5), priority=Priority.SWEEP) as sweep:
            assert [value for _, value, last in sweep if last] == [4]


def test_of_equal_ones_the_first_comes_first(book):
    with Streams(book.works("a", 30), width=1) as first, Streams(book.works("bcd", 3)) as second:
        assert sorted(key for key, _, last in second if last) == ["b", "c", "d"]
        list(first)
    assert book.begun[0] == "a"


def test_values_that_are_not_taken_are_skipped_but_for_the_last(book):
    with Streams(book.works("a", 20)) as streams:
        values = iter(streams)
        next(values)
        until(lambda: book.closed)
        rest = list(values)
    assert rest[-1] == ("a", 19, True)
    assert len(rest) <= 2


def test_cancelling(book):
    cancelled = Event()
    with Streams(book.works(range(50)), cancelled=cancelled) as streams:
        values = iter(streams)
        next(values)
        began = perf_counter()
        cancelled.set()
        assert list(values) == []
        assert perf_counter() - began < 0.5
    before = settled(book)
    sleep(0.05)
    assert book.advanced == before
    assert len(book.closed) <= THREADS


def test_cancelled_while_nothing_comes():
    cancelled, go_on = Event(), Event()

    def slow():
        yield go_on.wait(10)

    with Streams([("a", slow())], cancelled=cancelled) as streams:
        until(lambda: streams._running)
        Thread(target=lambda: (sleep(0.05), cancelled.set())).start()
        began = perf_counter()
        assert list(streams) == []
        assert perf_counter() - began < 0.5
    go_on.set()


def test_cancelled_before_it_starts(book):
    cancelled = Event()
    cancelled.set()
    with Streams(book.works("abc"), cancelled=cancelled) as streams:
        assert list(streams) == []
    settled(book)


def test_leaving_closes_all_streams(book):
    def interrupted():
        with Streams(book.works("abcd"), in_turn=True) as streams:
            for _ in streams:
                if len(set(book.advanced)) == 4:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    until(lambda: sorted(book.closed) == ["a", "b", "c", "d"])


def test_a_generator_that_is_left_leaves_its_streams(book):
    def values():
        with Streams(book.works("ab")) as streams:
            yield from streams

    found = values()
    next(found)
    found.close()
    settled(book)


def test_a_failing_stream_stops_all_and_is_told(book):
    def failing():
        yield 0
        raise ZeroDivisionError("here")

    works = [*book.works("ab"), ("c", failing()), *book.works("de")]
    with pytest.raises(ZeroDivisionError, match="here"), Streams(works, in_turn=True) as streams:
        list(streams)
    settled(book)


def test_works_that_fail_are_told(book):
    def works():
        yield "a", book.stream("a")
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"), Streams(works()) as streams:
        list(streams)
    settled(book)


@pytest.mark.parametrize("in_turn", [False, True])
def test_more_may_be_added_as_values_come(book, in_turn):
    found = []
    with Streams(book.works([0], 1), width=1, in_turn=in_turn) as streams:
        for key, _, last in streams:
            if last:
                found.append(key)
                if key < 100:
                    streams.add(key + 1, book.stream(key + 1, 1))
    assert found == list(range(101))


def test_what_is_added_comes_before_what_is_not_begun(book):
    with Streams(book.works(range(50), 2), width=1) as streams:
        for key, _, last in streams:
            if key == 0 and last:
                streams.add("added", book.stream("added", 1))
    assert book.advanced.index("added") < 80


def test_two_threads_may_use_it_at_a_time(book):
    found = []

    def use(name):
        works = book.works([(name, i) for i in range(20)], 3)
        with Streams(works) as streams:
            found.append(sum(last for _, _, last in streams))

    users = [Thread(target=use, args=(name,)) for name in "abcd"]
    for user in users:
        user.start()
    for user in users:
        user.join(30)
    assert found == [20] * 4


def test_no_thread_is_left_but_those_of_the_pool(book):
    with Streams(book.works("gh", 1)) as streams:
        list(streams)
    before = set(enumerate_threads())
    for keys in ("ab", "cd", "ef"):
        with Streams(book.works(keys)) as streams:
            next(iter(streams))
    settled(book)
    assert set(enumerate_threads()) == before
    assert len([t for t in before if t.name.startswith("pool-")]) == THREADS


def script(text):
    """Runs a program of its own; what it prints."""
    command = [sys.executable, "-c", dedent(text)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_program_may_end_while_the_pool_is_at_work():
    told = script(
        """
        from optplay.problems import Problem
        from optplay.training import RunConfig, stream
        from optplay.training.pool import Streams

        long = RunConfig(problem=Problem(samples=5000), epochs=1000)
        streams = Streams((seed, stream(long)) for seed in range(9)).__enter__()
        key, history, last = next(iter(streams))
        print(last)
        """
    )
    assert told == "False\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked")
def test_a_forked_process_has_a_pool_of_its_own():
    told = script(
        """
        import os
        from optplay.training.pool import Streams

        def told():
            with Streams((i, (value for value in [i])) for i in range(3)) as streams:
                return sorted(key for key, _, last in streams if last)

        print(told(), flush=True)
        child = os.fork()
        if not child:
            print(told(), flush=True)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """
    )
    assert told == "[0, 1, 2]\n[0, 1, 2]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
def test_only_the_background_steps_back():
    found = []

    def priority():
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    def priorities():
        yield priority()

    def work():
        step_back()
        with Streams([("pool", priorities())]) as streams:
            found.extend(value for _, value, last in streams if last)
        found.append(priority())

    before = priority()
    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [NICE, NICE]
    assert priority() == before
