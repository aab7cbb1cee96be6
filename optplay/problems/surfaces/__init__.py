"""The surfaces, a file each."""
