"""The losses: a file each, found by what it declares as `loss`."""
