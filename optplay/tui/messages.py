"""What the background tells the interface. Each carries all there is so far, and nothing moves."""

from dataclasses import dataclass
from threading import Event
from typing import Any

from textual.message import Message

from optplay.experiments import Results
from optplay.training import History


@dataclass
class Trained(Message):
    """The runs so far, by label; the newest such message replaces those still waiting."""

    histories: dict[str, History]
    generation: int
    done: bool

    def can_replace(self, message: Message) -> bool:
        """Whether this one makes `message` superfluous."""
        return isinstance(message, Trained)


@dataclass
class Measured(Message):
    """The results over the seeds that are complete so far."""

    results: Results
    stopped: Event
    done: bool

    def can_replace(self, message: Message) -> bool:
        """Whether this one makes `message` superfluous."""
        return isinstance(message, Measured)


@dataclass
class Looked(Message):
    """A result of what a view asked for; the last one is `complete`."""

    view: str
    key: object
    result: Any
    stopped: Event
    complete: bool

    def can_replace(self, message: Message) -> bool:
        """Whether this one makes `message` superfluous."""
        return isinstance(message, Looked)


class Compiling(Message):
    """Something is being compiled that was not in the cache on disk."""
