"""The player: where the playhead is, and how it moves. Nothing here knows Textual."""

from math import inf

# How long a whole run takes to play, the slowest speed first; at 0 it follows the training.
USUAL = 12.0
SPEEDS = (192.0, 96.0, 48.0, 24.0, USUAL, 6.0, 3.0, 1.5, 0.0)
SCRUBS = 50


class Player:
    """Plays the epochs 0 … `epochs`, of which those up to `edge` are computed so far.

    `epoch` is the playhead. It stays where it is when a run is computed anew beneath it. `seconds`
    is how long a whole run takes, however many epochs it has.
    """

    def __init__(self, epochs: int, seconds: float = USUAL) -> None:
        self.epochs = epochs
        self.edge = 0
        self.playing = False
        self.seconds = seconds
        self._position = float(epochs)
        self._farthest = inf
        self._by_itself = False

    @property
    def epoch(self) -> int:
        """The epoch that the screen shows."""
        return int(self._position)

    @property
    def at_end(self) -> bool:
        return self._position >= self.epochs

    @property
    def horizon(self) -> int:
        """The farthest epoch that the playhead came to: what lies beyond is not shown yet."""
        return int(min(self._farthest, self.epochs))

    @property
    def seen(self) -> bool:
        """Whether it came to the end, also if the runs are others by now."""
        return self._farthest == inf

    def play_once(self) -> None:
        """Plays by itself from the start, until somebody takes over."""
        self._position = self._farthest = 0.0
        self.playing = self._by_itself = True

    def take_over(self) -> None:
        """Somebody does something: what plays by itself stops."""
        if self._by_itself:
            self.playing = self._by_itself = False

    def resize(self, epochs: int) -> None:
        """The runs have another number of epochs; a playhead at the end stays at the end."""
        was_at_end = self.at_end
        self.epochs = epochs
        self._move(float(epochs) if was_at_end else self._position)

    def toggle(self) -> None:
        if not self.playing and self.at_end:
            self._position = 0.0
        self.playing, self._by_itself = not self.playing, False

    def tick(self, seconds: float) -> None:
        """Moves on by the time that has passed, as far as the runs are computed."""
        if not self.playing:
            return
        goal = self._position + self.epochs * seconds / self.seconds if self.seconds else inf
        self._move(max(min(goal, self.edge), self._position))
        if self.at_end:
            self.playing = self._by_itself = False

    def go(self, epoch: float) -> None:
        """Puts the playhead at an epoch, or as near as there is one."""
        self.take_over()
        self._move(float(max(round(epoch), 0)))

    def step(self, by: int) -> None:
        self.playing = False
        self.go(self.epoch + by)

    def scrub(self, by: int) -> None:
        """A fiftieth of the run forward or back, at least one epoch."""
        self.go(self.epoch + by * max(1, self.epochs // SCRUBS))

    def faster(self, by: int) -> None:
        near = min(SPEEDS, key=lambda s: abs(s - self.seconds))
        place = SPEEDS.index(near) + by
        self.seconds = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]

    def _move(self, position: float) -> None:
        self._position = min(position, float(self.epochs))
        self._farthest = inf if self.at_end else max(self._farthest, self._position)


def speed_name(seconds: float) -> str:
    """What a speed is called: how long a whole run takes."""
    return f"whole run in {seconds:g} s" if seconds else "as computed"
