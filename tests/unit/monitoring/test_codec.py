"""Bytes of a state: whole, or refused."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.monitoring.test_state_files import STATE
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.state import STATE_VERSION, State

RAW = STATE.read_bytes()


@given(st.integers(0, len(RAW) - 1))
def test_bytes_that_are_cut_short_are_refused(length: int) -> None:
    with pytest.raises(RefusedInput, match="monitoring state"):
        decode(RAW[:length])


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place: int, flip: int) -> None:
    changed = RAW[:place] + bytes([RAW[place] ^ flip]) + RAW[place + 1 :]
    with suppress(RefusedInput):
        assert encode(decode(changed)) == RAW


@pytest.mark.parametrize("raw", [b"", b"TCS", b"not a state at all", RAW[1:], RAW + b"more", RAW + RAW])
def test_what_is_no_state_is_refused(raw: bytes) -> None:
    with pytest.raises(RefusedInput, match="expected"):
        decode(raw)


def test_a_state_of_a_later_release_is_refused_by_its_version() -> None:
    later = RAW[:4] + struct.pack(">H", STATE_VERSION + 1) + RAW[6:]
    with pytest.raises(RefusedInput, match=f"version {STATE_VERSION + 1}"):
        decode(later)


def test_an_empty_state_survives() -> None:
    raw = encode(State())
    assert encode(decode(raw)) == raw
    assert decode(raw).activations == {}


def test_a_decoded_state_can_not_be_changed_by_accident() -> None:
    held = next(iter(decode(RAW).activations.values()))
    watch = next(iter(held.watches.values()))
    for array in (held.fixes.t_us, held.fixes.lat_deg, watch.base.marks, watch.head.sums):
        assert not array.flags.writeable
