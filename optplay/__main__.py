"""`optplay`, also as `python -m optplay`."""

import os
import signal

INTERRUPTED = 130


def main() -> None:
    # What is imported takes a while, in which an interrupt is to leave no traceback.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from optplay.cli import main as command_line  # noqa: PLC0415

    command_line()


if __name__ == "__main__":
    main()
