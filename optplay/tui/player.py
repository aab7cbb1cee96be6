"""The player: where the playhead is, and how it moves. Nothing here knows Textual."""

from math import inf

# Epochs per second; the last one follows the training as it is computed.
SPEEDS = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1000.0, inf)
DEFAULT_SPEED = 25.0
SCRUBS = 50


class Player:
    """Plays the epochs 0 … `epochs`, of which those up to `edge` are computed so far.

    `epoch` is the playhead. It stays where it is when a run is computed anew beneath it.
    """

    def __init__(self, epochs: int, speed: float = DEFAULT_SPEED) -> None:
        self.epochs = epochs
        self.edge = 0
        self.playing = False
        self.speed = speed
        self._position = float(epochs)

    @property
    def epoch(self) -> int:
        """The epoch that the screen shows."""
        return int(self._position)

    @property
    def at_end(self) -> bool:
        return self._position >= self.epochs

    def speed_text(self, unit: str = "epoch") -> str:
        """The speed in words, where an epoch is called `unit`."""
        return "as computed" if self.speed == inf else f"{self.speed:g} {unit}s/s"

    def resize(self, epochs: int) -> None:
        """The runs have another number of epochs; a playhead at the end stays at the end."""
        was_at_end = self.at_end
        self.epochs = epochs
        self._position = float(epochs) if was_at_end else min(self._position, float(epochs))

    def toggle(self) -> None:
        if not self.playing and self.at_end:
            self._position = 0.0
        self.playing = not self.playing

    def tick(self, seconds: float) -> None:
        """Moves on by the time that has passed, as far as the runs are computed."""
        if not self.playing:
            return
        goal = inf if self.speed == inf else self._position + self.speed * seconds
        self._position = max(min(goal, self.edge, float(self.epochs)), self._position)
        if self.at_end:
            self.playing = False

    def go(self, epoch: float) -> None:
        """Puts the playhead at an epoch, or as near as there is one."""
        self._position = float(min(max(round(epoch), 0), self.epochs))

    def step(self, by: int) -> None:
        self.playing = False
        self.go(self.epoch + by)

    def scrub(self, by: int) -> None:
        """A fiftieth of the run forward or back, at least one epoch."""
        self.go(self.epoch + by * max(1, self.epochs // SCRUBS))

    def faster(self, by: int) -> None:
        near = min(SPEEDS, key=lambda s: abs(s - self.speed) if s != self.speed else -1)
        place = SPEEDS.index(near) + by
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
