"""`python -m optplay`."""

from optplay.cli import main

main()
