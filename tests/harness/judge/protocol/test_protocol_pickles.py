"""A pickle is taken apart and never loaded, whatever its bytes are."""

from __future__ import annotations

import contextlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judge.protocol.pickles import STOP, Broken, operations

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20,
)  # fmt: skip


@given(value=VALUES, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL), before=st.binary(max_size=20),
       behind=st.binary(max_size=20))  # fmt: skip
def test_its_last_operation_ends_where_the_pickle_ends(value: object, protocol: int, before: bytes, behind: bytes
                                                       ) -> None:  # fmt: skip
    """What stands before and behind it is not read."""
    data = pickle.dumps(value, protocol)
    *_, (name, _, end) = operations(before + data + behind, len(before))
    assert (name, end) == (STOP, len(before + data))


@given(value=VALUES, protocol=st.integers(2, pickle.HIGHEST_PROTOCOL), cut=st.floats(0, 1, exclude_max=True))
def test_half_of_one_is_read_to_its_end(value: object, protocol: int, cut: float) -> None:
    """Whoever waits for the rest can tell it from bytes that are no pickle."""
    data = pickle.dumps(value, protocol)
    half = data[: int(len(data) * cut)]
    with pytest.raises(Broken) as broken:
        list(operations(half))
    assert broken.value.at == len(half)


@given(data=st.binary(max_size=200))
def test_any_bytes_end_in_a_pickle_or_in_broken(data: bytes) -> None:
    """Nothing else is raised for what a stranger's program sent."""
    with contextlib.suppress(Broken):
        assert [name for name, _, _ in operations(b"\x80" + data)][-1] == STOP
