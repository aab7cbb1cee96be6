"""How many of something, in words."""


def counted(count: float, noun: str) -> str:
    """A number with its noun, as `1 epoch` and `2,000 epochs`."""
    return f"{count:,g} {noun}" + "s" * (count != 1) if count < 1e6 else f"{count:,.0f} {noun}s"
