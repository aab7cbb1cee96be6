"""`optplay`, also as `python -m optplay`."""

# The part of `signal` that takes no time to import.
import _signal  # type: ignore[import-not-found]  # it is in no list of the types of modules
import os

INTERRUPTED = 130


def main() -> None:
    # What is imported takes a while, in which an interrupt is to leave no traceback.
    _signal.signal(_signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from optplay.cli import main as command_line  # noqa: PLC0415

    command_line()


if __name__ == "__main__":
    main()
