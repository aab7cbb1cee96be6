"""The activations: a file each, found by what it declares as `activation`."""
