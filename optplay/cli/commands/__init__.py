"""The commands, a file each, found by themselves; a file imports what is slow only when it runs."""
