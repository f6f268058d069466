"""Every device adapter of the package passes the suite that outsiders run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.adapters.devices.conformance import SESSION, broken_rules, check_device_adapter
from throughcare.adapters.devices.parsed import Session
from throughcare.adapters.devices.quality import grade_of
from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.adapters.devices.samples import read_samples

ADAPTERS = {kind: load_adapter(kind) for kind in KINDS}
SAMPLES = {kind: [sample.data for sample in read_samples(ADAPTERS[kind].folder)] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_an_adapter_of_the_package_passes_the_suite(kind: str):
    check_device_adapter(ADAPTERS[kind], rng=np.random.default_rng(20260301))
    assert grade_of(ADAPTERS[kind].quality) == "silver"


@given(kind=st.sampled_from(KINDS), data=st.binary(max_size=200), known=st.booleans())
def test_no_bytes_at_all_break_a_rule(kind: str, data: bytes, known: bool):
    assert list(broken_rules(ADAPTERS[kind], data, SESSION if known else Session())) == []


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_messages_joined_cut_and_followed_by_noise_break_no_rule(kind: str, data: st.DataObject):
    first, second = data.draw(st.sampled_from(SAMPLES[kind])), data.draw(st.sampled_from(SAMPLES[kind]))
    cut = data.draw(st.integers(0, len(first)))
    noise = data.draw(st.binary(max_size=20))
    assert list(broken_rules(ADAPTERS[kind], first[:cut] + second + noise, SESSION)) == []
