"""Hints at what may have been meant."""

import pytest

from optplay.errors import unknown


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        ("momentun", "did you mean 'momentum'? "), ("SGDM", "it is called 'momentum' here; "),
        ("momo", ""), ("", ""), (3, ""),
    ],
)  # fmt: skip
def test_only_a_near_name_is_hinted_at(found, hint):
    message = unknown("name", found, ["sgd", "momentum", "nesterov"])
    assert message == f"unknown name {found!r}: {hint}allowed: sgd, momentum, nesterov"
