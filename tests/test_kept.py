"""What is kept by bytes."""

from hypothesis import given, strategies as st

from optplay.kept import Kept


def test_it_is_found_again_until_others_need_the_room():
    kept = Kept(10)
    for key in "abc":
        kept.keep(key, key.upper(), 4)
        kept.get("a")
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_the_last_one_stays_whatever_it_takes():
    kept = Kept(10)
    kept.keep("a", 1, 4)
    kept.keep("b", 2, 400)
    assert (kept.get("a"), kept.get("b"), kept.bytes) == (None, 2, 400)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10))))
def test_it_never_takes_more_than_it_may(uses):
    kept, sizes = Kept(20), {}
    for key, size in uses:
        if kept.get(key) is None:
            sizes[key] = size
        kept.keep(key, key, size)
    held = [key for key in range(10) if kept.get(key) is not None]
    assert kept.bytes == sum(sizes[key] for key in held) <= 20
    assert len(kept) == len(held)
