"""How far each parameter moves, and at which effective rate (exercise 3)."""

from optplay.registry import Instrument

instrument = Instrument(
    "rates", "Rates", "how far each parameter moves, and at which effective rate", 3
)
