"""`optplay`, also as `python -m optplay`."""

# The part of `signal` that takes no time to import.
import _signal  # type: ignore[import-not-found]  # it is in no list of the types of modules
import os

CODES = {_signal.SIGINT: 130, _signal.SIGTERM: 143}


def main() -> None:
    # What is imported takes a while, in which a signal is to leave no traceback.
    for number, code in CODES.items():
        _signal.signal(number, lambda *_, code=code: os._exit(code))
    from optplay.cli import main as command_line  # noqa: PLC0415

    command_line()


if __name__ == "__main__":
    main()
