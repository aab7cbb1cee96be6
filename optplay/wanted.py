"""Whether anybody still waits for what a thread is at work on: asked by what can be stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local

Asked = Callable[[], bool]


class _Here(local):
    asked: Asked | None = None


_here = _Here()


@contextmanager
def wanted_while(asked: Asked) -> Iterator[None]:
    """What this thread does in the block is wanted as long as `asked()` is true, on any thread."""
    before, _here.asked = _here.asked, asked
    try:
        yield
    finally:
        _here.asked = before


def whether_wanted() -> Asked:
    """What tells, on any thread, whether the work of this one is still wanted."""
    return _here.asked or _always


def _always() -> bool:
    return True
