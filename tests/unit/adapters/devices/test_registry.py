"""Adapters load by name, from this package or from a folder of one's own, and are refused when incomplete."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from throughcare.adapters.devices import conformance
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.adapters.devices.quality import grade_of
from throughcare.adapters.devices.registry import load_adapter, make_adapter
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.status import StatusKind

R16H = load_adapter("r16h")


def own_folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(R16H.folder, tmp_path / "r16h"))


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return folder


def findings(parse, folder: Path) -> set[str]:
    with pytest.raises(conformance.AdapterFails) as caught:
        conformance.check_device_adapter(
            make_adapter(folder=folder, parse=parse, cut=R16H.cut), rng=np.random.default_rng(1)
        )
    return {rule for rule, _ in caught.value.findings}


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(RefusedInput, match="one of eelink"):
        load_adapter("r17")


def test_a_folder_outside_the_package_passes_the_same_suite(tmp_path):
    adapter = make_adapter(folder=own_folder(tmp_path), parse=R16H.parse, cut=R16H.cut)
    conformance.check_device_adapter(adapter, rng=np.random.default_rng(1))
    assert adapter.manifest == R16H.manifest


def test_a_parser_that_raises_fails_the_suite(tmp_path):
    def brittle(data: bytes, session: Session) -> Parsed:
        data.decode("ascii")
        return R16H.parse(data, session)

    assert findings(brittle, own_folder(tmp_path)) == {"total"}


def test_a_parser_that_drops_a_message_fails_the_suite(tmp_path):
    def forgetful(data: bytes, session: Session) -> Parsed:
        found = Gathering(kind="r16h", session=session, data=data)
        found.begin(0, len(data))
        return found.parsed()

    assert findings(forgetful, own_folder(tmp_path)) >= {"conserves", "samples"}


def test_a_cut_inside_a_message_fails_the_suite(tmp_path):
    adapter = make_adapter(folder=own_folder(tmp_path), parse=R16H.parse, cut=len)
    with pytest.raises(conformance.AdapterFails, match="streams: "):
        conformance.check_device_adapter(adapter, rng=np.random.default_rng(1))


def test_a_parser_that_passes_over_bytes_fails_the_suite(tmp_path):
    def deaf(data: bytes, session: Session) -> Parsed:
        return R16H.parse(data.partition(b"@LBSD")[0], session)

    assert "conserves" in findings(deaf, own_folder(tmp_path))


def test_a_parser_that_remembers_fails_the_suite(tmp_path):
    calls = []

    def moody(data: bytes, session: Session) -> Parsed:
        calls.append(data)
        found = Gathering(kind="r16h", session=session, data=data)
        found.begin(0, len(data))
        found.keep("calls", len(calls))
        return found.parsed()

    assert "pure" in findings(moody, own_folder(tmp_path))


def test_a_parser_that_invents_an_accuracy_fails_the_suite(tmp_path):
    def sure(data: bytes, session: Session) -> Parsed:
        found = Gathering(kind="r16h", session=Session(device="x"), data=data)
        found.begin(0, len(data))
        found.place(conformance.SESSION.received_us, 51.0, 0.0, accuracy_m=5.0)
        return found.parsed()

    assert "no_invented_accuracy" in findings(sure, own_folder(tmp_path))


def test_a_reading_outside_the_manifest_fails_the_suite(tmp_path):
    folder = edited(own_folder(tmp_path), "manifest.toml", '"STRAP_OPEN", ', "")
    assert findings(R16H.parse, folder) == {"declared_readings"}


def test_a_sample_with_an_identifier_that_is_not_masked_fails_the_suite(tmp_path):
    folder = edited(own_folder(tmp_path), "samples.toml", "@LINK,000000000000001", "@LINK,912345678901234")
    assert findings(R16H.parse, folder) == {"masked"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("manifest.toml", 'licence = "', 'license = "'),
        ("manifest.toml", 'time = "UTC"', 'time = ""'),
        ("manifest.toml", '"STRAP_OPEN"', '"STRAP_AJAR"'),
        ("manifest.toml", "kind = ", "kind "),
        ("quality.toml", "pure = ", "purity = "),
        ("quality.toml", 'own_device = { status = "todo" }', 'own_device = { status = "done" }'),
        ("quality.toml", 'own_device = { status = "todo" }', 'own_device = { status = "exempt" }'),
    ],
)
def test_an_incomplete_manifest_or_grade_is_refused(tmp_path, name, old, new):
    folder = edited(own_folder(tmp_path), name, old, new)
    with pytest.raises(RefusedInput, match=name):
        make_adapter(folder=folder, parse=R16H.parse, cut=R16H.cut)


def test_a_grade_is_the_highest_whose_rules_are_all_done_or_exempt(tmp_path):
    folder = own_folder(tmp_path)
    edited(
        folder,
        "quality.toml",
        'own_device = { status = "todo" }',
        'own_device = { status = "exempt", because = "x" }',
    )
    assert grade_of(make_adapter(folder=folder, parse=R16H.parse, cut=R16H.cut).quality) == "silver"
    edited(
        folder,
        "quality.toml",
        'vendor_document = { status = "todo" }',
        'vendor_document = { status = "exempt", because = "x" }',
    )
    assert grade_of(make_adapter(folder=folder, parse=R16H.parse, cut=R16H.cut).quality) == "gold"
    edited(folder, "quality.toml", 'pure = { status = "done" }', 'pure = { status = "todo" }')
    assert grade_of(make_adapter(folder=folder, parse=R16H.parse, cut=R16H.cut).quality) == "none"


def test_a_login_is_dated_by_its_arrival_or_kept():
    arrived = R16H.parse(b"@LINK,000000000000001", Session(received_us=1_772_000_000_000_000))
    assert arrived.readings.t_us.tolist() == [1_772_000_000_000_000]
    assert arrived.device == "000000000000001"
    unknown = R16H.parse(b"@LINK,000000000000001", Session())
    assert [item.field for item in unknown.unknown] == [StatusKind.DEVICE_HEARTBEAT.name.lower()]
