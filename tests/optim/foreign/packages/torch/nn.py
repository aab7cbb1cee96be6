"""Parameters."""


def Parameter(tensor):  # noqa: N802
    return type(tensor)(tensor.array)
